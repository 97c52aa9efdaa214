"""What waits for a person at survey: tallies to close, and kiosks that are registered and not installed yet."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from parindex.auth import Asker, Role
from parindex.auth.principal import Principal
from parindex.service import ServiceContext
from parindex.web.desk import Waiting
from parindex.web.naming import told_apart
from survey.admitting.events import authority_of
from survey.admitting.queries import surveys
from survey.admitting.state import Survey
from survey.enrolling.queries import all_kiosks
from survey.enrolling.state import Kiosk
from survey.tallying.queries import names_of, titles_of

SURVEYORS: Final = (Role.OFFICE, Role.SURVEYOR)
INSTALLERS: Final = (Role.OFFICE, Role.COUNTER)


async def waiting(context: ServiceContext, asker: Asker) -> Sequence[Waiting]:
    """Return what waits for the office and surveyors of the rounds, and for the counters that have kiosks."""
    principal = asker.principal
    known = await surveys(context.log) if principal.has(SURVEYORS) else {}
    kiosks = await all_kiosks(context.log, "") if principal.has(INSTALLERS) else {}
    closing = {round_id: survey for round_id, survey in known.items() if _closes(principal, survey)}
    installing = _to_install(principal, kiosks.values())
    titles, names = await titles_of(context.engine, closing), await names_of(context.engine, installing)
    return [
        *(_closing(round_id, title, closing[round_id]) for round_id, title in told_apart(titles).items()),
        *(_installing(unit, name, installing[unit]) for unit, name in told_apart(names).items()),
    ]


def _closes(principal: Principal, survey: Survey) -> bool:
    return not survey.closing and principal.may(SURVEYORS, survey.authority)


def _closing(round_id: str, title: str, survey: Survey) -> Waiting:
    if not any(survey.asked_by_unit().values()):  # no press counts, so the end of their window is no deadline
        what = "Không có kết quả điều tra để nạp (bộ chỉ số không có tiêu chí khảo sát); chỉ còn đóng phần khảo sát"
        return Waiting("close-survey", what, title, round_id)
    what = "Nạp kết quả điều tra (nếu có), rồi đóng phần khảo sát"
    return Waiting("close-survey", what, title, round_id, until=survey.pressed_until)


def _to_install(principal: Principal, kiosks: Iterable[Kiosk]) -> Mapping[str, int]:
    """Return the number of kiosks without a device at each unit of the person, by the codes of the units."""
    units = [each.unit for each in kiosks if each.registered and not each.enrolments and not each.revoked]
    mine = [
        unit for unit in units if principal.may(Role.OFFICE, authority_of(unit)) or principal.may(Role.COUNTER, unit)
    ]
    return dict(sorted(Counter(mine).items()))


def _installing(unit: str, name: str, count: int) -> Waiting:
    what = f"Lắp đặt {count} kiosk đã đăng ký: nhập mã ghép trên máy"
    return Waiting("install-kiosks", what, f"Kiosk của {name}", unit=unit, count=count)
