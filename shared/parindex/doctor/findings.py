"""What `parindex doctor` finds: each thing that it looked at, whether it is well, and what to do where it is not."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from parindex.eventstore.discrepancy import Discrepancy
from parindex.eventstore.projection import READER_PREFIX
from parindex.monitoring.health import Trouble

GIB = 2**30
LEAST_FREE = 0.1
"""Of a disk, below which it counts as nearly full."""
ENOUGH = 20 * GIB
"""Free bytes that are enough whatever the size of the disk."""
RUNBOOKS = "deploy/runbooks"
MOST_TOLD = 5
"""Disagreements of a history that are named; `parindex audit` names more."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do about it, in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at. `trouble` is None where all is well; `remedy` says what to do."""

    what: str
    trouble: Trouble | None = None
    remedy: Remedy | None = None


def well(what: str) -> Diagnosis:
    """Nothing wrong with it."""
    return Diagnosis(what)


def ill(what: str, vi: str, en: str, remedy: Remedy) -> Diagnosis:
    """Something wrong with it."""
    return Diagnosis(what, Trouble(vi, en), remedy)


def see(runbook: str) -> Remedy:
    """Point at a runbook."""
    return Remedy(f"Xem {RUNBOOKS}/{runbook}.md.", f"See {RUNBOOKS}/{runbook}.md.")


def is_well(findings: Iterable[Diagnosis]) -> bool:
    """Whether nothing is wrong."""
    return all(diagnosis.trouble is None for diagnosis in findings)


def look_at_disk(folder: Path, room_of: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage) -> Diagnosis:
    """See whether the disk beneath a folder has room: LEAST_FREE of it, or ENOUGH bytes.

    `room_of` returns total, used and free bytes.
    """
    (total, _, left), what = room_of(folder), f"đĩa / disk {folder}"
    if left >= min(ENOUGH, total * LEAST_FREE):
        return well(what)
    free = f"{left / GIB:.1f} GiB"
    return ill(what, f"Chỉ còn trống {free}.", f"Only {free} are free.", see("a-full-disk"))


def parked(what: str, reader: str, count: int) -> Diagnosis:
    """A reader has parked contracts of another service, or entries of its own log."""
    if reader.startswith(READER_PREFIX):
        vi = f"{count} bản ghi tạm giữ: bảng đọc này thiếu chúng, phần còn lại vẫn đi tiếp."
        en = f"{count} entries are parked: the read model lacks them, and goes on with the others."
        return ill(what, vi, en, see("parked-entries"))
    return ill(
        what,
        f"{count} thông điệp tạm giữ; không niêm phong được khi còn chúng.",
        f"{count} contracts are parked; nothing can be frozen meanwhile.",
        see("parked-contracts"),
    )


def untranslated(what: str, vi: str, en: str) -> Diagnosis:
    """A log holds an entry from which this program cannot make a contract."""
    page = f"{RUNBOOKS}/parked-entries.md"
    remedy = Remedy(
        f"Cài bản chương trình đã sửa; việc gửi tự tiếp tục. Xem {page}.",
        f"Install a corrected program; publishing then goes on by itself. See {page}.",
    )
    return ill(what, vi, en, remedy)


def history_of(service: str) -> str:
    """Name the history of a service."""
    return f"{service}: sổ / history"


def history(service: str, discrepancies: Sequence[Discrepancy], *, whole: bool) -> Diagnosis:
    """Say what a check of a service's history found; it says so where the log was too long to be read (not `whole`)."""
    what = history_of(service)
    if discrepancies:
        return changed(what, discrepancies)
    return well(what if whole else f"{what} (dài, chưa đọc hết / long, not read whole: parindex audit)")


def changed(what: str, discrepancies: Sequence[Discrepancy]) -> Diagnosis:
    """The history does not agree with itself: it was changed outside the program."""
    told = discrepancies[:MOST_TOLD]
    more = len(discrepancies) - len(told)
    vi = "; ".join(f"{each.check} {each.at}: {each.vi}" for each in told) + (f"; và {more} chỗ nữa" if more else "")
    en = "; ".join(f"{each.check} {each.at}: {each.en}" for each in told) + (f"; and {more} more" if more else "")
    return ill(
        what, f"Bị sửa ngoài chương trình: {vi}.", f"Changed outside the program: {en}.", see("a-changed-history")
    )


def epoch_stop(what: str, source: str) -> Diagnosis:
    """A source was restored, and its reader waits for its operator."""
    return ill(
        what,
        f"{source} đã được khôi phục từ bản sao cũ; bên đọc đã dừng.",
        f"{source} was restored from an earlier copy; its reader has stopped.",
        see("restore-a-database"),
    )


def stuck(what: str, behind: Sequence[str]) -> Diagnosis:
    """A reader has something to read and does not move."""
    return ill(
        what,
        f"Đứng yên dù còn việc: {', '.join(behind)}.",
        f"Does not move though there is work: {', '.join(behind)}.",
        Remedy(
            "Tiến trình bus có chạy không? Xem nhật ký và /health/ready của nó.",
            "Is the bus process up? See its log and its /health/ready.",
        ),
    )
