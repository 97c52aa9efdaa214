"""The lists that units, offices and auditors read: kiosks, and presses that no round counts."""

from typing import Annotated, Final

from fastapi import APIRouter, Query

from parindex.auth import Asker, Role, allow
from parindex.auth.principal import covers
from parindex.http.fields import Formed, OptionalId, OptionalNode, Whole
from parindex.instant import instant
from parindex.service import ServiceContext
from survey.rating.bodies import KiosksOut, PressesAsideOut, aside, shown
from survey.rating.counts_now import Looking
from survey.rating.kiosk import day_of
from survey.rating.queries import all_kiosks
from survey.rating.set_aside import PLACE, page_of

Watching = Annotated[Asker, allow(Role.OFFICE, Role.AUDITOR)]
Concerned = Annotated[Asker, allow(Role.UNIT, Role.OFFICE, Role.AUDITOR, reads="presses")]

MOST_KIOSKS: Final = 200
MOST_PRESSES: Final = 500
"""In one answer."""


def add_lists(router: APIRouter, context: ServiceContext, looking: Looking) -> None:
    """Add these doors to the step's."""

    @router.get("/v1/kiosks")
    async def registered_kiosks(
        asker: Watching,
        after: OptionalId = "",
        limit: Annotated[Whole, Query(ge=1, le=MOST_KIOSKS)] = MOST_KIOSKS,
    ) -> KiosksOut:
        """Các kiosk của cơ quan: đợt nào đang tính, hoặc vì sao không.

        The asker's kiosks: which open round counts each, or why none does, and how many presses were set aside.
        """
        kiosks = dict(asker.visible((await all_kiosks(context.log, after)).items(), lambda each: each[1].unit)[:limit])
        today, counts = day_of(instant(context.now())), await looking(list(kiosks.values()))
        page = [shown(name, kiosk, today, each) for (name, kiosk), each in zip(kiosks.items(), counts, strict=True)]
        return KiosksOut(kiosks=page, next=page[-1].kiosk if len(page) == limit else "")

    @router.get("/v1/presses/set-aside")
    async def presses_set_aside(
        asker: Concerned,
        unit: OptionalNode = "",
        round: OptionalId = "",
        after: Annotated[str, Formed(PLACE, empty=True)] = "",
        limit: Annotated[Whole, Query(ge=1, le=MOST_PRESSES)] = MOST_PRESSES,
    ) -> PressesAsideOut:
        """Từng lượt bấm không được tính: giờ bấm, giờ nhận, lý do. Đơn vị chỉ thấy của mình.

        Every press that is late or set aside, with its own time, that of its receipt, and why it does not count: at all
        units that the asker may see, at one of them and below (`unit`), or beside the tallies of one round (`round`).
        """
        if unit:
            asker.require(unit)
        kiosks = asker.visible((await all_kiosks(context.log, "")).items(), lambda each: each[1].unit)
        wanted = [name for name, kiosk in kiosks if not unit or covers(unit, kiosk.unit)]
        found, reached = await page_of(context.log, wanted, after, limit)
        presses = [aside(each) for each in found if round in ("", each.round)]
        return PressesAsideOut(presses=presses, next=reached)
