"""What waits for a person at survey: tallies to close, and kiosks that are registered and not installed yet.

Survey knows the codes of rounds, and not their titles.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from parindex.auth import Asker, Role
from parindex.auth.principal import Principal
from parindex.service import ServiceContext
from parindex.web.desk import Waiting
from survey.admitting.events import authority_of
from survey.admitting.queries import surveys
from survey.admitting.state import Survey
from survey.enrolling.queries import all_kiosks
from survey.enrolling.state import Kiosk

SURVEYORS: Final = (Role.OFFICE, Role.SURVEYOR)
INSTALLERS: Final = (Role.OFFICE, Role.COUNTER)


async def waiting(context: ServiceContext, asker: Asker) -> Sequence[Waiting]:
    """Return what waits for the office and surveyors of the rounds, and for the counters that have kiosks."""
    principal = asker.principal
    known = await surveys(context.log) if principal.has(SURVEYORS) else {}
    kiosks = await all_kiosks(context.log, "") if principal.has(INSTALLERS) else {}
    return [
        *(_closing(round_id, survey) for round_id, survey in known.items() if _closes(principal, survey)),
        *_installing(principal, kiosks.values()),
    ]


def _closes(principal: Principal, survey: Survey) -> bool:
    return not survey.closing and principal.may(SURVEYORS, survey.authority)


def _closing(round_id: str, survey: Survey) -> Waiting:
    what = "Nạp kết quả điều tra (nếu có), rồi đóng phần khảo sát"
    return Waiting("close-survey", what, f"Đợt {round_id}", round_id, until=survey.pressed_until)


def _installing(principal: Principal, kiosks: Iterable[Kiosk]) -> Iterator[Waiting]:
    """Yield one line for each unit with kiosks that have no device yet."""
    units = [each.unit for each in kiosks if each.registered and not each.enrolments and not each.revoked]
    for unit, count in sorted(Counter(units).items()):
        if principal.may(Role.OFFICE, authority_of(unit)) or principal.may(Role.COUNTER, unit):
            what = f"Lắp đặt {count} kiosk đã đăng ký: nhập mã ghép trên máy"
            yield Waiting("install-kiosks", what, f"Kiosk của {unit}", unit=unit, count=count)
