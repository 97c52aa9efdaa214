"""What waits for a person at publication: a settled round to freeze, and a frozen edition to announce."""

from collections.abc import Iterator, Sequence

from parindex.auth import Asker, Role
from parindex.service import ServiceContext
from parindex.web.desk import Waiting
from publication.freezing.queries import SettledRound, settled_rounds


async def waiting(context: ServiceContext, asker: Asker) -> Sequence[Waiting]:
    """Return what waits for the office and for the publisher of the rounds that are settled."""
    if not asker.principal.has((Role.OFFICE, Role.PUBLISHER)):
        return []
    return [one for settled in await settled_rounds(context.engine, context.log) for one in _of_round(asker, settled)]


def _of_round(asker: Asker, settled: SettledRound) -> Iterator[Waiting]:
    opened, may = settled.opened, asker.principal.may
    if settled.frozen < settled.settling:
        if may(Role.OFFICE, opened.authority):
            yield Waiting("freeze", "Niêm phong kết quả của đợt đã chốt", opened.title, opened.round)
        return
    newest = settled.editions[-1]
    if newest.announced_at or not may(Role.PUBLISHER, opened.authority):
        return
    if newest.frozen_by != asker.subject:  # another person announces it (decision 18)
        yield Waiting("announce", f"Công bố ấn bản {newest.number} đã niêm phong", opened.title, opened.round)
