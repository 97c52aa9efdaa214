"""The consumer of assessment's openings of rounds: it keeps the names that pages show to people.

It is a consumer of its own and makes no event, so it reads all openings again where a log was begun before it.
"""

from collections.abc import Sequence

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Received
from parindex.contracts.assessment import RoundOpened
from parindex.eventstore.projection import replace_rows
from survey.tallying.projections import TABLES, named_rounds, named_units


async def on_contracts(context: HandlerContext, received: Sequence[Received]) -> None:
    """Store the title of each round and the names of its units; those of a later round replace those before."""
    openings = [one.contract for one in received if isinstance(one.contract, RoundOpened)]
    if not openings:
        return
    await context.log.lock(context.connection)  # one partition at a time, so that two never wait for each other
    titles = {each.round: each.title for each in openings}
    names = {unit.code: unit.name for each in openings for block in each.blocks for unit in block.units}
    rounds = [{"round": code, "title": title} for code, title in titles.items()]
    await replace_rows(context.connection, named_rounds, rounds)
    await replace_rows(context.connection, named_units, [{"unit": code, "name": name} for code, name in names.items()])


NAMING = Consumer(name="survey.naming", version=1, sources=("assessment",), handle=on_contracts, tables=TABLES)
