"""The services accept every file that `round check` passes: valid and nearly valid files are driven to the end."""

import asyncio
from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import Phase, given, settings
from hypothesis.strategies import SearchStrategy
from tests.cli.rounds.nearly_right import nearly_right, perhaps_wrong

from parindex.refusal import Refused
from parindex.testing.serving import NOON
from parindex_cli.rounds.checking import check
from parindex_cli.rounds.comparing import compare
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.file import RoundFile
from parindex_cli.rounds.reading import RoundFileError, RoundFileUnreadableError, parse
from parindex_cli.rounds.sending import Gateway

RIGHT, PERHAPS = 48, 8
"""Files of each kind that are drawn; the check passes most of the first kind, and one in five of the second."""
DRIVEN = 12
"""Files that are driven, those of the second kind first."""
AT_ONCE = 2
NAMES = ("moi-loai-2026", "bo-du-loai", "k1", "k2", "k")


async def test_what_the_check_passes_is_accepted(gateway: Gateway) -> None:
    texts = [*drawn(perhaps_wrong(), PERHAPS), *drawn(nearly_right(), RIGHT)]
    files = list(islice(right_among(texts), DRIVEN))
    assert (len(files), len(texts)) == (DRIVEN, RIGHT + PERHAPS), "the check passes enough of them"
    slots = asyncio.Semaphore(AT_ONCE)

    async def drive(file: RoundFile, text: str) -> None:
        async with slots:
            await accepted(gateway, file, text)

    async with asyncio.TaskGroup() as driving:
        for file, text in files:
            driving.create_task(drive(file, text))


async def accepted(gateway: Gateway, file: RoundFile, text: str) -> None:
    driver = RoundDriver(gateway, file)
    try:
        async for _ in driver.run():
            pass
    except Refused as refused:
        pytest.fail(f"{refused}\n{[place.at for place in refused.places]}\n{text}")
    blocks = compare(file, await driver.result())
    assert [block.block for block in blocks] == [block.code for block in file.blocks]


def drawn(texts: SearchStrategy[str], number: int) -> list[str]:
    """Draw `number` files."""
    found: list[str] = []

    @settings(max_examples=number, phases=[Phase.generate])
    @given(texts)
    def draw(text: str) -> None:
        found.append(text)

    draw()
    return found


def right_among(texts: list[str]) -> Iterator[tuple[RoundFile, str]]:
    """Yield the files that the check passes and that share no round, set or kiosk with an earlier one."""
    driven = set[str]()
    for number, text in enumerate(texts, start=100):
        own = of_its_own(text, number)
        try:
            file = check(parse(own), NOON, confirm=True)
        except (RoundFileError, RoundFileUnreadableError):
            continue
        made = {file.round, *(each.code for each in file.criteria_sets), *(each.kiosk for each in file.kiosks)}
        if not made & driven:
            yield file, own
        driven |= made


def of_its_own(text: str, number: int) -> str:
    """Give a file its own round, set, kiosks and authority, so that it is independent of other files."""
    for name in NAMES:
        text = text.replace(f'"{name}"', f'"{name}-{number}"')
    return text.replace("H10", f"H{number}")
