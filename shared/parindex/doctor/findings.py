"""Diagnoses of `parindex doctor`: each examined thing, its problem if it has one, and the remedy."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from parindex.eventstore.discrepancy import Discrepancy
from parindex.eventstore.projection import READER_PREFIX
from parindex.monitoring.troubles import Trouble
from parindex.wording import Wording

GIB = 2**30
LEAST_FREE = 0.1
"""The free share of a disk below which it counts as nearly full."""
ENOUGH = 20 * GIB
"""Free bytes that are enough on a disk of any size."""
RUNBOOKS = "deploy/runbooks"
MOST_NAMED = 5
"""Discrepancies of a history that are named; `parindex audit` names more."""


NEARLY_FULL = Wording("Chỉ còn trống {free}.", "Only {free} are free.")
PARKED_ENTRIES = Wording(
    "{count} bản ghi tạm giữ: bảng đọc này thiếu chúng, phần còn lại vẫn đi tiếp.",
    "{count} entries are parked: the read model lacks them, and goes on with the others.",
)
PARKED_CONTRACTS = Wording(
    "{count} thông điệp tạm giữ; không niêm phong được khi còn chúng.",
    "{count} contracts are parked; nothing can be frozen meanwhile.",
)
CHANGED = Wording("Bị sửa ngoài chương trình: {named}{more}.", "Changed outside the program: {named}{more}.")
AND_MORE = Wording("; và {count} chỗ nữa", "; and {count} more")
RESTORED = Wording(
    "{source} đã được khôi phục từ bản sao cũ; bên đọc đã dừng.",
    "{source} was restored from an earlier copy; its reader has stopped.",
)
FILES_MISSING = Wording(
    "Kho thiếu {count} tệp mà sổ nêu tên, hoặc tệp có cỡ khác; tệp đầu tiên: {first}.",
    "The store lacks {count} files that the log names, or has them with another size; the first: {first}.",
)
STUCK = Wording("Đứng yên dù còn việc: {behind}.", "Stalled with a backlog: {behind}.")
IS_IT_UP = Wording(
    "Tiến trình bus có chạy không? Xem nhật ký và /health/ready của nó.",
    "Is the bus process up? See its log and its /health/ready.",
)
INSTALL = Wording(
    f"Cài bản chương trình đã sửa; {{work}} tự tiếp tục. Xem {RUNBOOKS}/parked-entries.md.",
    f"Install a corrected program; {{work}} then goes on by itself. See {RUNBOOKS}/parked-entries.md.",
)
REMEDIES = {
    "entry-untranslated": INSTALL.of(work=Wording("việc gửi", "publishing")),
    "entry-uncounted": INSTALL.of(work=Wording("việc đếm", "counting")),
}
"""The remedies by the code of a readiness check; one is given even where the check does not stop the process."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The diagnosis of one examined thing: `trouble` is its problem, or None; `remedy` is what the operator does."""

    what: str
    trouble: Trouble | None = None
    remedy: Wording | None = None


def well(what: str) -> Diagnosis:
    """Return a diagnosis without a problem."""
    return Diagnosis(what)


def ill(what: str, said: Wording, remedy: Wording) -> Diagnosis:
    """Return a diagnosis with a problem and its remedy."""
    return Diagnosis(what, Trouble(*said), remedy)


def see(runbook: str) -> Wording:
    """Return a remedy that names a runbook."""
    return Wording(f"Xem {RUNBOOKS}/{runbook}.md.", f"See {RUNBOOKS}/{runbook}.md.")


def is_well(findings: Iterable[Diagnosis]) -> bool:
    """Return whether no diagnosis has a problem."""
    return all(diagnosis.trouble is None for diagnosis in findings)


def look_at_disk(folder: Path, room_of: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage) -> Diagnosis:
    """Diagnose the free space of a folder's disk: LEAST_FREE of it, or ENOUGH bytes.

    `room_of` returns total, used and free bytes.
    """
    (total, _, left), what = room_of(folder), f"đĩa / disk {folder}"
    if left >= min(ENOUGH, total * LEAST_FREE):
        return well(what)
    return ill(what, NEARLY_FULL.of(free=f"{left / GIB:.1f} GiB"), see("a-full-disk"))


def parked(what: str, reader: str, count: int) -> Diagnosis:
    """Return the diagnosis of a consumer or projection with dead letters."""
    if reader.startswith(READER_PREFIX):
        return ill(what, PARKED_ENTRIES.of(count=count), see("parked-entries"))
    return ill(what, PARKED_CONTRACTS.of(count=count), see("parked-contracts"))


def history_of(service: str) -> str:
    """Name the history of a service."""
    return f"{service}: sổ / history"


def history(service: str, discrepancies: Sequence[Discrepancy], *, whole: bool) -> Diagnosis:
    """Return the diagnosis of a service's history; it notes if the log was too long to be read (not `whole`)."""
    what = history_of(service)
    if discrepancies:
        return changed(what, discrepancies)
    return well(what if whole else f"{what} (dài, chưa đọc hết / long, not read whole: parindex audit)")


def changed(what: str, discrepancies: Sequence[Discrepancy]) -> Diagnosis:
    """Return the diagnosis of a history with discrepancies: it was changed outside the program."""
    first = discrepancies[:MOST_NAMED]
    named = Wording(
        "; ".join(f"{each.check} {each.at}: {each.vi}" for each in first),
        "; ".join(f"{each.check} {each.at}: {each.en}" for each in first),
    )
    more = AND_MORE.of(count=len(discrepancies) - len(first)) if len(discrepancies) > len(first) else Wording("", "")
    return ill(what, CHANGED.of(named=named, more=more), see("a-changed-history"))


def stored_files(service: str, missing: Sequence[str]) -> Diagnosis:
    """Return the diagnosis of a service's files: digests that the log names, and that its store lacks."""
    what = f"{service}: tệp / files"
    if not missing:
        return well(what)
    return ill(what, FILES_MISSING.of(count=len(missing), first=missing[0]), see("restore-a-database"))


def epoch_stop(what: str, source: str) -> Diagnosis:
    """Return the diagnosis of a consumer that waits for the operator, because its source was restored."""
    return ill(what, RESTORED.of(source=source), see("restore-a-database"))


def stuck(what: str, behind: Sequence[str]) -> Diagnosis:
    """Return the diagnosis of a stalled consumer or projection."""
    return ill(what, STUCK.of(behind=list(behind)), IS_IT_UP)
