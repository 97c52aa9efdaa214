"""The contract feed: the contracts of each partition, in messages that follow each other."""

from parindex.bus.contract_feed import contract_feed
from parindex.bus.message import LARGEST_PAGE, MOST_IN_PAGE, decode_message, encode_message, read_contract
from parindex.contracts.survey import TallyUpdated
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.log import Log
from parindex.eventstore.registry import partition_of
from parindex.testing.shop import OvenCleaned, PizzaBaked, ShopClosed, bake, metadata


async def test_each_partition_chains_its_own_contracts_and_those_for_all(log: Log) -> None:
    ovens = [f"o{n}" for n in range(12)]
    for oven in ovens:
        await log.append(bake(oven))
    await log.append(Append("shop-s", metadata(), lambda _: Decided([ShopClosed("s"), OvenCleaned("o1")])))
    for partition in range(4):
        message = await contract_feed(log, partition, 0)
        contracts = [read_contract(event) for event in message.events]
        own = [oven for oven in ovens if partition_of(oven, 4) == partition]
        assert [contract.unit for contract in contracts if isinstance(contract, TallyUpdated)] == [*own, ""]
        assert (message.prev, message.last) == (0, 13)
        assert message.first == (ovens.index(own[0]) + 1 if own else 13)


async def test_an_empty_contract_feed_ends_where_it_began(log: Log) -> None:
    message = await contract_feed(log, 1, 7)
    assert (message.prev, message.first, message.last, message.events) == (7, 7, 7, [])


async def test_a_page_is_cut_by_number_and_by_size(log: Log) -> None:
    await log.append(Append("oven-o1", metadata(), lambda _: Decided([PizzaBaked("small", "o1")] * 2_050), 2_050))
    await log.append(Append("oven-o1", metadata(), lambda _: Decided([PizzaBaked("x" * 60_000, "o1")] * 50), 50))
    partition, after, sizes = partition_of("o1", 4), 0, []
    while (message := await contract_feed(log, partition, after)).events:
        assert message.prev == after
        after = message.last
        sizes.append(len(message.events))
        assert len(encode_message(message)) < LARGEST_PAGE + 1_000
    assert sizes[0] == MOST_IN_PAGE
    assert sum(sizes) == 2_100
    assert len(sizes) == 3  # 2 MiB hold 34 of the large ones


async def test_a_message_survives_the_wire(log: Log) -> None:
    await log.append(bake())
    message = await contract_feed(log, partition_of("o1", 4), 0)
    again = decode_message(encode_message(message))
    assert encode_message(again) == encode_message(message)
    assert read_contract(again.events[0]) == TallyUpdated(round="r", unit="o1", question="margherita", covers=1)
