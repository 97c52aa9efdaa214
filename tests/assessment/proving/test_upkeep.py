"""In any order of uploads, kills, events, removals and rounds of the collector, what an event names is there."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Collection
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.proving.upkeep import Collector
from parindex.files.folder import FolderStore

CONTENTS = [b"one", b"two", b"three"]
OLD, LIMIT = 1_000, 2_000
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["killed before its event", "uploaded", "an hour passes", "collected"]), st.integers(0, 2)
    ),
    max_size=20,
)


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


def age(folder: Path) -> None:
    for path in folder.glob("[0-9a-f][0-9a-f]/*"):
        os.utime(path, (OLD, OLD))


async def run(steps: list[tuple[str, int]], folder: Path) -> None:
    store, named = FolderStore(folder), set[str]()

    async def named_among(digests: Collection[str]) -> set[str]:
        return named & set(digests)

    collector, young = Collector(store, named_among), set[str]()
    for step, which in steps:
        content = CONTENTS[which]
        digest = hashlib.sha256(content).hexdigest()
        if step in {"killed before its event", "uploaded"}:
            async with store.receive(chunks(content), 100) as draft:
                await draft.keep()
            young.add(digest)
            named |= {digest} if step == "uploaded" else set()
        elif step == "an hour passes":
            age(folder)
            young.clear()
        else:
            await collector.collect(LIMIT)
            assert {each.digest async for each in store.listed(2.0**40)} == named | young
        assert [each for each in named if await store.size_of(each) is None] == []


@given(steps=STEPS)
@settings(max_examples=60)
def test_a_file_that_an_event_names_is_never_collected_and_an_old_orphan_always_is(
    steps: list[tuple[str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(steps, Path(folder)))
