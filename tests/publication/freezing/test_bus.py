"""The newest contract about each thing is stored, however often and in any order of sources contracts come."""

from collections.abc import Awaitable, Callable

from msgspec import Raw, structs

from parindex.bus.consumer import HandlerContext
from parindex.bus.handler_context import HandlerContexts, received
from parindex.bus.message import Envelope, Received
from parindex.canonical import canonical
from parindex.contracts import Contract
from parindex.contracts.assessment import RoundReopened
from parindex.contracts.scoring import IndexComputed
from parindex.eventstore.checkpoints import CheckpointKey
from parindex.service import ServiceContext
from publication.freezing.bus import FREEZING, on_contracts
from publication.freezing.queries import received_round
from publication.freezing.state import ReceivedRound

Receive = Callable[..., Awaitable[None]]
ReceiveAll = Callable[[ReceivedRound], Awaitable[None]]


async def found_round(context: ServiceContext, round_id: str) -> ReceivedRound:
    found = await received_round(context.engine, round_id, context.log.partitions)
    assert found is not None
    return found


def by_unit(received: ReceivedRound) -> list[IndexComputed]:
    return sorted(received.scores, key=lambda score: score.unit)


async def test_all_that_there_is_to_a_round_comes_back_as_it_was_published(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    found = await found_round(context, "binh-duong-2017")
    assert (found.opened, found.sets, by_unit(found)) == (binh_duong.opened, binh_duong.sets, by_unit(binh_duong))
    assert (found.settlements, found.reopened, found.parked) == (binh_duong.settlements, frozenset(), 0)


async def test_nothing_is_known_of_a_round_that_was_never_published(context: ServiceContext) -> None:
    assert await received_round(context.engine, "nowhere", 4) is None


async def test_scores_may_come_before_the_round_that_they_are_of(
    context: ServiceContext, receive: Receive, binh_duong: ReceivedRound
) -> None:
    await receive("scoring", *binh_duong.scores, binh_duong.settlements[0])
    await receive("assessment", binh_duong.opened, *binh_duong.sets)
    assert by_unit(await found_round(context, "binh-duong-2017")) == by_unit(binh_duong)


async def test_the_newest_score_of_a_unit_replaces_the_one_before(
    context: ServiceContext, receive: Receive, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    newer = structs.replace(binh_duong.scores[0], index="12.5")
    await receive("scoring", newer)
    assert newer in (await found_round(context, "binh-duong-2017")).scores
    assert binh_duong.scores[0] not in (await found_round(context, "binh-duong-2017")).scores


async def test_a_reopening_is_remembered(
    context: ServiceContext, receive: Receive, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    await receive("assessment", RoundReopened(round="binh-duong-2017", closing=1))
    assert (await found_round(context, "binh-duong-2017")).reopened == frozenset({1})


async def test_rounds_do_not_mix(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound, vinh_phuc: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    await receive_all(vinh_phuc)
    assert len((await found_round(context, "binh-duong-2017")).scores) == 9
    assert len((await found_round(context, "vinh-phuc-2019")).scores) == 22


async def test_a_batch_that_comes_twice_changes_nothing(context: ServiceContext, binh_duong: ReceivedRound) -> None:
    handler_contexts = HandlerContexts(FREEZING, context.log, context.engine, context.now)
    reopened = RoundReopened(round="binh-duong-2017", closing=1)
    first, last = binh_duong.scores[0], structs.replace(binh_duong.scores[0], index="12.5")
    batch = [_received(each) for each in (binh_duong.opened, first, last, reopened, binh_duong.settlements[0])]
    for _ in range(2):
        async with handler_contexts.begin(CheckpointKey(handler_contexts.reader, "scoring", 0), 1) as handler:
            await _handle(handler, batch)
    found = await found_round(context, "binh-duong-2017")
    assert (found.scores, found.reopened) == ([last], frozenset({1}))
    assert found.settlements == {0: binh_duong.settlements[0]}


async def test_what_cannot_be_read_is_parked_and_counted(
    context: ServiceContext, receive: Receive, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    broken = structs.replace(binh_duong.scores[0], index="\u0000")  # PostgreSQL takes no such text
    await receive("scoring", broken, binh_duong.scores[0])
    assert (await found_round(context, "binh-duong-2017")).parked == 2  # and so are later contracts about the same unit


async def _handle(context: HandlerContext, batch: list[Received]) -> None:
    await on_contracts(context, batch)


def _received(contract: Contract) -> Received:
    envelope = Envelope(
        id="s/1", source="s", type=contract.TYPE, subject="s", time="", position=1, authority="H09",
        correlationid="c", data=Raw(canonical(contract)),
    )  # fmt: skip
    return received(envelope)
