"""Whatever `round check` passes, the services accept: nearly right files are driven to their announcement."""

from itertools import count

from hypothesis import HealthCheck, Phase, event, given, note, settings
from tests.shared.rounds.nearly_right import nearly_right

from parindex.rounds.checking import check
from parindex.rounds.driving import Driver
from parindex.rounds.reading import RoundFileError, RoundFileUnreadableError, parse
from parindex.rounds.sending import Gateway
from parindex.testing.serving import NOON

FILES = 40
"""Those that the check refuses are among them; it passes about one in five."""
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
numbers, driven = count(100), set[str]()


@settings(max_examples=FILES, deadline=None, suppress_health_check=SLOW, phases=[Phase.explicit, Phase.generate])
@given(text=nearly_right())
async def test_what_the_check_passes_is_accepted(gateway: Gateway, text: str) -> None:
    try:
        file = check(parse(of_its_own(text, next(numbers))), NOON, confirm=True)
    except (RoundFileError, RoundFileUnreadableError):
        return
    made = {file.round, *(each.code for each in file.criteria_sets), *(each.kiosk for each in file.kiosks)}
    if made & driven:
        return
    driven.update(made)
    event("driven")
    note(text)
    async for _ in Driver(gateway, file).run():
        pass


def of_its_own(text: str, number: int) -> str:
    """Give a file a round, a set, kiosks and an authority of its own: it meets nothing that another left behind."""
    for name in ("moi-loai-2026", "bo-du-loai", "k1", "k2"):
        text = text.replace(f'"{name}"', f'"{name}-{number}"')
    return text.replace("H10", f"H{number}")
