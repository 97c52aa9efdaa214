"""One audit: it takes a copy, checks every log and every edition in it, and compares it with a kept copy."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from parindex.auth.principal import covers
from parindex.eventstore.discrepancy import Discrepancy, Unchecked, Verification
from parindex.refusal import Kind, Refused
from parindex.service import installed_services
from parindex.sign_in.service import SIGN_IN
from parindex_cli.auditing.asking import AuditEndedError, NewToken, ask_as, keeps_log, lost_with, read
from parindex_cli.auditing.copying import AnnouncedRound, Copy
from parindex_cli.auditing.inputs import check_inputs
from parindex_cli.auditing.kept import compare_with_kept
from parindex_cli.auditing.logs import check_log
from parindex_cli.auditing.openings import check_texts
from parindex_cli.auditing.published import PublishedAudit, events_in
from parindex_cli.rounds.published import published_edition
from parindex_cli.rounds.replaying import FeedRefusedError, replay


class NoRoundOfAuthorityError(Refused):
    """No log has a round of the audited authority: nothing was checked for it, often because its id is mistyped."""

    code = "unknown-authority"
    kind = Kind.UNKNOWN
    vi = "Cơ quan {authority} không có đợt nào ở hệ thống này nên không có gì để kiểm tra; hãy xem lại mã cơ quan."
    en = "The authority {authority} has no round in this system, so nothing was checked; check the authority's id."

    authority: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of an audit: its discrepancies, in the order of the checks, and the unchecked parts.

    `unread`: services whose log is too long to be checked within a request; their columns are not checked.
    `hidden`: rounds of other authorities, whose entries this auditor may not read. `absent`: the log of accounts and
    rights, if the installation has none because it signs in elsewhere. `uncompared`: logs that the kept copy lacks.
    `unrecounted`: by log, how many values come from inputs that an earlier version did not record.
    `uncompared_inputs`: by source, how many inputs of scoring could not be compared with the source's log.
    """

    discrepancies: tuple[Discrepancy, ...]
    entries: Mapping[str, int]
    editions: int
    unread: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()
    unrecounted: Mapping[str, Unchecked] = field(default_factory=dict)
    uncompared_inputs: Mapping[str, int] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Return whether the audit found no discrepancy."""
        return not self.discrepancies

    @property
    def whole(self) -> bool:
        """Return whether everything was checked."""
        left_out = (self.unread, self.hidden, self.absent, self.uncompared, self.unrecounted, self.uncompared_inputs)
        return not any(left_out)


async def audit(
    clients: Mapping[str, httpx.AsyncClient],
    folder: Path,
    report: Callable[[str], None],
    kept: Path | None = None,
    *,
    authority: str = "",
    token: NewToken | None = None,
    recompute: bool = True,
) -> Audit:
    """Audit a running system. The copy stays in `folder`; `kept` is the folder of an earlier copy.

    `clients` has a client for each service and one for sign-in, whose log is audited if there is one.

    `authority` limits the audit to rounds of that authority ("" for all): the auditor can't read the entries behind
    other editions. `token` signs in as an auditor whenever a token has expired; without it the clients are signed in
    already. Without `recompute` the published results are not recomputed, which takes most of the time. `report` gets
    a line about each step. Raises AuditEndedError if a service did not answer, AnswerUnreadableError, FeedRefusedError.
    """
    ask_as(clients.values(), token)
    try:
        return await _audit(clients, folder, report, kept, authority, recompute=recompute)
    except httpx.RequestError as error:
        raise lost_with(error) from error


async def _audit(
    clients: Mapping[str, httpx.AsyncClient],
    folder: Path,
    report: Callable[[str], None],
    kept: Path | None,
    authority: str,
    *,
    recompute: bool,
) -> Audit:
    copy, services = Copy(folder), {**installed_services(), SIGN_IN.name: SIGN_IN}
    logs = await _logs_of(clients)
    await copy.take(logs, report)
    found: list[Discrepancy] = []
    unrecounted: dict[str, Unchecked] = {}
    heads = {name: copy.statement(name).head for name in logs}
    for name in logs:
        report(f"Kiểm tra sổ {name}")
        checked = check_log(services[name], copy.lines(name), copy.statement(name), heads)
        found += checked.discrepancies
        if checked.unchecked.values:
            unrecounted[name] = checked.unchecked
    report("So số liệu đã nhận với sổ gốc")
    inputs = check_inputs(services, copy)
    found += inputs.discrepancies
    report("Kiểm tra các ấn bản")
    shown = [one for one in copy.results() if covers(authority, one.authority) or not authority]
    found += PublishedAudit(copy, shown).check()
    found += [each async for each in check_texts(logs, copy)]
    report("Hỏi mỗi dịch vụ tự kiểm tra cơ sở dữ liệu")
    stated = {name: await stated_by(client) for name, client in logs.items()}
    known = set(found)
    found += [each for one in stated.values() for each in one.discrepancies if each not in known]
    if recompute:
        found += [each async for each in _recomputed(clients, copy, shown, report)]
    uncompared: tuple[str, ...] = ()
    if kept is not None:
        found += compare_with_kept([*services], copy, Copy(kept))
        uncompared = tuple(name for name in logs if not Copy(kept).feed(name).exists())
    editions = sum(len(copy.editions(one.round)) for one in shown)
    hidden = tuple(one.round for one in copy.results() if one not in shown)
    unread = tuple(name for name, one in stated.items() if not one.whole)
    absent = tuple(name for name in services if name not in logs)
    return Audit(tuple(found), heads, editions, unread, hidden, absent, uncompared, unrecounted, inputs.uncompared)


def check_has_round(found: Audit, copy: Copy, authority: str) -> None:
    """Raise NoRoundOfAuthorityError if the copied log shows no round of this authority, unless something is wrong."""
    if not found.agrees:  # a discrepancy is reported in any case
        return
    opened = events_in(copy, "assessment", "RoundOpened")
    if not any(covers(authority, str(each["data"]["authority"])) for each in opened):
        raise NoRoundOfAuthorityError(authority)


async def _logs_of(clients: Mapping[str, httpx.AsyncClient]) -> dict[str, httpx.AsyncClient]:
    """Return the clients of existing logs: an installation that signs in elsewhere has no log of sign-in."""
    logs = dict(clients)
    if SIGN_IN.name in logs and not await keeps_log(logs[SIGN_IN.name]):
        del logs[SIGN_IN.name]
    return logs


async def stated_by(client: httpx.AsyncClient) -> Verification:
    """Return the result of a service's check of its own database, which covers the columns that no feed has.

    Raises AuditEndedError, AnswerUnreadableError.
    """
    return read(await client.get("/v1/log/verification"), Verification)


async def _recomputed(
    clients: Mapping[str, httpx.AsyncClient],
    copy: Copy,
    shown: Sequence[AnnouncedRound],
    report: Callable[[str], None],
) -> AsyncIterator[Discrepancy]:
    """Replay every announced edition. The replay's own discrepancies were already found in the copy."""
    for one in shown:
        for listed in copy.editions(one.round):
            at = f"{one.round}, ấn bản {listed.edition}"
            report(f"Tính lại {at}")
            try:
                edition = await published_edition(clients["publication"], one.round, listed.edition)
                verdict = await replay(clients, edition, lambda _: None)
            except (AuditEndedError, FeedRefusedError):
                raise  # the check was not possible, so there is no result
            except Refused as refused:
                yield Discrepancy("E5", at, f"không tính lại được: {refused.vi}", f"not recomputed: {refused.en}")
                continue
            if verdict.recomputed != edition.checksum:
                vi = f"tính lại ra {verdict.recomputed}, đã công bố {edition.checksum}"
                en = f"recomputing gives {verdict.recomputed}, {edition.checksum} was published"
                yield Discrepancy("E5", at, vi, en)
