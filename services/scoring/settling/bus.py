"""The handler of closings. It runs after computing's handler, in the same transaction.

A closing is published after every contract that it covers, so all of them are in the indices before it is recorded.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from parindex.bus.consumer import HandlerContext
from parindex.bus.message import Envelope, Received
from parindex.contracts.assessment import RoundClosed, RoundReopened
from parindex.contracts.survey import TallyClosed
from parindex.eventstore.appending import Append
from scoring.settling.commands import SeeClosing, SeeReopening
from scoring.settling.settle import list_append, round_append, settle

WATERMARKS = frozenset[type]({RoundClosed, TallyClosed, RoundReopened})


async def on_contracts(context: HandlerContext, received: Sequence[Received], affected: Mapping[str, Envelope]) -> None:
    """Record closings and reopenings, and settle the rounds that these contracts may have completed.

    `affected` are the rounds that computing's handler returned.
    """
    rounds = dict(affected)
    if {type(each.contract) for each in received} & WATERMARKS:
        appends = list(chain.from_iterable(_watermarks(context, each) for each in received))
        await context.log.append_within(context.connection, appends)
        rounds |= {each.contract.round: each.envelope for each in received if type(each.contract) in WATERMARKS}
    for round_id, envelope in rounds.items():
        await settle(context, round_id, context.metadata(envelope))


def _watermarks(context: HandlerContext, received: Received) -> Iterable[Append]:
    match received.contract:
        case RoundClosed() | TallyClosed() as closed:
            metadata, where = context.metadata(received.envelope), (_source(received), context.partition)
            at, entry = (context.epoch, received.envelope.position), received.envelope.entry_sha256
            yield round_append(closed.round, SeeClosing(closed.round, *where, closed.closing, at, entry), metadata)
            yield list_append(closed.round, metadata, waits=True)
        case RoundReopened() as reopened:
            seen = SeeReopening(reopened.round, _source(received), context.partition, reopened.closing)
            yield round_append(reopened.round, seen, context.metadata(received.envelope))


def _source(received: Received) -> str:
    source: str = received.contract.TYPE.partition(".")[0]
    return source
