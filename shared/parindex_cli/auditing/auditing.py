"""One audit: a copy is taken, every log and every edition is checked, and a kept copy is compared."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from parindex.auth.principal import covers
from parindex.eventstore.discrepancy import Discrepancy, Verification
from parindex.refusal import Refused
from parindex.service import installed_services
from parindex.sign_in.service import SIGN_IN
from parindex_cli.auditing.asking import AuditEndedError, NewToken, ask_as, keeps_log, lost_with, read
from parindex_cli.auditing.copying import AnnouncedRound, Copy
from parindex_cli.auditing.kept import compare_with_kept
from parindex_cli.auditing.logs import check_log
from parindex_cli.auditing.openings import check_texts
from parindex_cli.auditing.published import PublishedAudit
from parindex_cli.rounds.published import published_edition
from parindex_cli.rounds.replaying import FeedRefusedError, replay


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found, in the order of the checks; empty where everything agrees.

    `unread` are the services whose log is too long for them to read it for this audit: their columns are not checked.
    `hidden` are the rounds of other authorities: what led to their editions is not shown to this auditor.
    `absent` is the log of accounts and rights where the installation keeps none: it signs in elsewhere. `uncompared`
    are the logs that the kept copy does not hold.
    """

    discrepancies: tuple[Discrepancy, ...]
    entries: Mapping[str, int]
    editions: int
    unread: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether everything that was checked agrees."""
        return not self.discrepancies

    @property
    def whole(self) -> bool:
        """Whether nothing was left out."""
        return not (self.unread or self.hidden or self.absent or self.uncompared)


async def audit(
    clients: Mapping[str, httpx.AsyncClient],
    folder: Path,
    tell: Callable[[str], None],
    kept: Path | None = None,
    *,
    authority: str = "",
    token: NewToken | None = None,
    recompute: bool = True,
) -> Audit:
    """Audit a running system; the copy stays in `folder`, and `kept` is the folder of an earlier copy.

    `clients` are those of the services, and one of sign-in, whose log is audited where there is one.

    `authority` is whose rounds the auditor may see, empty for those of all; editions of others are not checked, because
    their entries are hidden. `token` signs in as an auditor, whenever a token has expired; without it the clients are
    signed in already. Without `recompute` the published results are not computed again, which takes most of the time.
    Raises AuditEndedError where a service did not answer, AnswerUnreadableError, FeedRefusedError.
    """
    ask_as(clients.values(), token)
    try:
        return await _audit(clients, folder, tell, kept, authority, recompute=recompute)
    except httpx.RequestError as error:
        raise lost_with(error) from error


async def _audit(
    clients: Mapping[str, httpx.AsyncClient],
    folder: Path,
    tell: Callable[[str], None],
    kept: Path | None,
    authority: str,
    *,
    recompute: bool,
) -> Audit:
    copy, services = Copy(folder), {**installed_services(), SIGN_IN.name: SIGN_IN}
    logs = await _logs_of(clients)
    await copy.take(logs, tell)
    found: list[Discrepancy] = []
    heads = {name: copy.statement(name).head for name in logs}
    for name in logs:
        tell(f"Kiểm tra sổ {name}")
        found += check_log(services[name], copy.lines(name), copy.statement(name), heads)
    tell("Kiểm tra các ấn bản")
    shown = [one for one in copy.results() if covers(authority, one.authority) or not authority]
    found += PublishedAudit(copy, shown).check()
    found += [each async for each in check_texts(logs, copy)]
    tell("Hỏi mỗi dịch vụ tự kiểm tra cơ sở dữ liệu")
    stated = {name: await stated_by(client) for name, client in logs.items()}
    known = set(found)
    found += [each for one in stated.values() for each in one.discrepancies if each not in known]
    if recompute:
        found += [each async for each in _recomputed(clients, copy, shown, tell)]
    uncompared: tuple[str, ...] = ()
    if kept is not None:
        found += compare_with_kept([*services], copy, Copy(kept))
        uncompared = tuple(name for name in logs if not Copy(kept).feed(name).exists())
    editions = sum(len(copy.editions(one.round)) for one in shown)
    hidden = tuple(one.round for one in copy.results() if one not in shown)
    unread = tuple(name for name, one in stated.items() if not one.whole)
    absent = tuple(name for name in services if name not in logs)
    return Audit(tuple(found), heads, editions, unread, hidden, absent, uncompared)


async def _logs_of(clients: Mapping[str, httpx.AsyncClient]) -> dict[str, httpx.AsyncClient]:
    """Return the clients of those logs that there are: an installation that signs in elsewhere has none of sign-in."""
    logs = dict(clients)
    if SIGN_IN.name in logs and not await keeps_log(logs[SIGN_IN.name]):
        del logs[SIGN_IN.name]
    return logs


async def stated_by(client: httpx.AsyncClient) -> Verification:
    """Return what a service finds when it checks its own database, such as the columns that no feed shows.

    Raises AuditEndedError, AnswerUnreadableError.
    """
    return read(await client.get("/v1/log/verification"), Verification)


async def _recomputed(
    clients: Mapping[str, httpx.AsyncClient],
    copy: Copy,
    shown: Sequence[AnnouncedRound],
    tell: Callable[[str], None],
) -> AsyncIterator[Discrepancy]:
    """Replay every announced edition; what a replay counts again was counted from the copy before."""
    for one in shown:
        for listed in copy.editions(one.round):
            at = f"{one.round}, ấn bản {listed.edition}"
            tell(f"Tính lại {at}")
            try:
                edition = await published_edition(clients["publication"], one.round, listed.edition)
                verdict = await replay(clients, edition, lambda _: None)
            except (AuditEndedError, FeedRefusedError):
                raise  # nothing was looked at, so nothing is said of it
            except Refused as refused:
                yield Discrepancy("E5", at, f"không tính lại được: {refused.vi}", f"not recomputed: {refused.en}")
                continue
            if verdict.recomputed != edition.checksum:
                vi = f"tính lại ra {verdict.recomputed}, đã công bố {edition.checksum}"
                en = f"recomputing gives {verdict.recomputed}, {edition.checksum} was published"
                yield Discrepancy("E5", at, vi, en)
