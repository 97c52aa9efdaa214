import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs
from tests.survey.conftest import Bench

from parindex.doctor.findings import Diagnosis, is_well
from parindex.doctor.from_outside import examine_process
from parindex.eventstore.appending import Append, Decided, Metadata
from parindex.hosting.supervisor import Job, Supervisor
from parindex.http.routes import add_routes
from parindex.monitoring.health import health_routes
from survey.rating.events import RatingRecorded
from survey.tallying.folding import Fold, OvertakenError, keep_counting
from survey.tallying.refusals import EntryUncountedError

METADATA = Metadata("system", "2026-07-01T12:00:00.000000Z", "H09", "c-1")
RENAME_TYPE = """
UPDATE events SET type = $2, entry = convert_to(replace(convert_from(entry, 'UTF8'), $1::text, $2::text), 'UTF8')
WHERE position = $3
"""
NOON = "2026-07-01T12:00:00Z"


def presses(first: int, *stars: int) -> list[dict[str, Any]]:
    return [{"seq": seq, "stars": star, "pressed_at": NOON} for seq, star in enumerate(stars, start=first)]


async def press(kiosk: httpx.AsyncClient, first: int, *stars: int, name: str = "k1") -> None:
    answer = await kiosk.post(f"/v1/kiosks/{name}/ratings", json=presses(first, *stars))
    assert answer.status_code == 201, answer.text


async def close(survey: Bench, name: str = "r-2026") -> None:
    assert (await survey.office.post(f"/v1/rounds/{name}/tally-closing")).status_code == 201


async def tally(survey: Bench, unit: str = "H09.05", name: str = "r-2026") -> dict[str, int]:
    [found] = [one for one in await survey.tallies(name) if one["unit"] == unit]
    return {each["option"]: each["count"] for each in found["counts"]} | {
        kind: found[kind] for kind in ("late", "unfit") if found[kind]
    }


async def recount(survey: Bench, unit: str, covers: int) -> dict[str, int]:
    """What an auditor counts: every press of the unit in the log, from the round's opening to `covers`."""
    log = await survey.log.read_after(0, 100_000)
    [opened] = [one.position for one in log if one.entry.type == "SurveyOpened"]
    return Counter(
        one.fact.option
        for one in log
        if one.entry.type == "RatingRecorded" and opened < one.position <= covers and one.fact.unit == unit
    )


async def test_presses_become_one_cumulative_tally_a_page(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    await press(kiosk, 1, 5, 4, 5)
    await survey.counted()
    await press(kiosk, 4, 1)
    await press(kiosk, 5, 5)
    await survey.counted()
    first, second = await survey.facts("TallyUpdated")
    assert {each.option: each.count for each in first.counts} == {"4": 1, "5": 2}
    assert {each.option: each.count for each in second.counts} == {"1": 1, "4": 1, "5": 3}
    assert (second.unit, second.question, second.group, second.origin) == ("H09.05", "hai-long", "", "kiosk")


async def test_a_tally_equals_a_recount_of_the_log_up_to_what_it_covers(survey: Bench) -> None:
    await survey.opened()
    kiosks = {
        name: await survey.kiosk(name, unit) for name, unit in (("k1", "H09.05"), ("k2", "H09.06"), ("k3", "H09.05"))
    }
    for first in range(1, 40, 3):
        for at, (name, kiosk) in enumerate(kiosks.items()):
            await press(kiosk, first, first % 5 + 1, (first + at) % 5 + 1, 3, name=name)
        if first % 2:
            await survey.counted()
    await survey.counted()
    updates = await survey.facts("TallyUpdated")
    for update in updates:
        counted = {each.option: each.count for each in update.counts}
        assert counted == await recount(survey, update.unit, update.covers)
    assert len(updates) > 4


async def test_counting_again_from_the_beginning_of_a_process_adds_nothing(survey: Bench) -> None:
    await survey.opened()
    await press(await survey.kiosk(), 1, 5, 5)
    for _ in range(3):
        await survey.counted()
    assert await tally(survey) == {"5": 2}


async def test_of_two_folds_at_once_one_counts_and_the_other_is_overtaken(survey: Bench) -> None:
    await survey.opened()
    await press(await survey.kiosk(), 1, 5, 5)
    folds = [await Fold.resume(survey.context) for _ in range(2)]
    outcomes = await asyncio.gather(*(fold.count_page() for fold in folds), return_exceptions=True)
    assert sum(isinstance(outcome, OvertakenError) for outcome in outcomes) == 1
    await survey.counted()
    assert await tally(survey) == {"5": 2}


async def test_a_count_that_fails_half_way_leaves_nothing(survey: Bench) -> None:
    await survey.opened()
    await press(await survey.kiosk(), 1, 5)
    fold = await Fold.resume(survey.context)
    await survey.log.pool.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no tallies today'; END $$;"
    )
    await survey.log.pool.execute("CREATE TRIGGER f BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION fail()")
    with pytest.raises(EntryUncountedError, match="RatingRecorded"):
        await fold.count_page()
    await survey.log.pool.execute("DROP TRIGGER f ON events")
    await fold.count_page()
    assert await tally(survey) == {"5": 1}


@asynccontextmanager
async def doctor_of(supervisor: Supervisor) -> AsyncIterator[Callable[[], Awaitable[Sequence[Diagnosis]]]]:
    """Run the supervisor; yield what `parindex doctor` finds in its process."""
    app = FastAPI()
    add_routes(app, health_routes("survey", supervisor.checks()))
    running = asyncio.create_task(supervisor.run())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://survey") as http:
        yield lambda: examine_process(http, "survey")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_fold_stops_before_an_entry_that_cannot_be_counted_and_the_doctor_names_it(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    await press(kiosk, 1, 5)
    of_no_round = RatingRecorded("k9", "H09.05", "hai-long", "", 1, "5", NOON, 0, round="nowhere")
    await survey.log.append(Append("kiosk-k9", METADATA, lambda _: Decided([of_no_round])))
    poison = await survey.log.head()
    await press(kiosk, 2, 4)
    await close(survey)
    supervisor = Supervisor([Job("tallying", lambda: keep_counting(survey.context))])
    async with doctor_of(supervisor) as examine, asyncio.timeout(30):
        while is_well(found := await examine()):  # noqa: ASYNC110  # the task sets no event
            await asyncio.sleep(0.05)
        trouble = await supervisor.checks()[0].look()
    assert trouble is not None
    assert (trouble.code, f"entry survey/{poison} RatingRecorded (" in trouble.en) == ("entry-uncounted", True)
    assert [each.remedy.en for each in found if each.remedy] == [
        "Install a corrected program; counting then goes on by itself. See deploy/runbooks/parked-entries.md."
    ]
    assert await tally(survey) == {"5": 1}
    assert await survey.facts("TallyClosed") == []


async def test_an_entry_that_cannot_be_read_is_named_by_its_type_and_the_presses_before_it_count(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    await press(kiosk, 1, 5)
    await press(kiosk, 2, 4)
    poison = await survey.log.head()
    await survey.log.pool.execute("ALTER TABLE events DISABLE TRIGGER events_append_only")
    await survey.log.pool.execute("UPDATE events SET entry = '{}' WHERE position = $1", poison)
    fold = await Fold.resume(survey.context)
    assert await fold.count_page() > 0
    with pytest.raises(
        EntryUncountedError, match=rf"entry survey/{poison} RatingRecorded \(ValidationError\)"
    ) as found:
        await fold.count_page()
    assert isinstance(found.value.__cause__, msgspec.ValidationError)
    assert await tally(survey) == {"5": 1}


async def test_an_entry_of_an_unknown_type_is_named_by_it_and_the_presses_before_it_count(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    await press(kiosk, 1, 5)
    await press(kiosk, 2, 4)
    newer = await survey.log.head()
    await press(kiosk, 3, 3)
    await survey.log.pool.execute("ALTER TABLE events DISABLE TRIGGER events_append_only")
    await survey.log.pool.execute(RENAME_TYPE, "RatingRecorded", "RatingRetracted", newer)
    fold = await Fold.resume(survey.context)
    assert await fold.count_page() > 0
    assert await tally(survey) == {"5": 1}
    with pytest.raises(EntryUncountedError, match=rf"entry survey/{newer} RatingRetracted \(UnknownEventError\)"):
        await fold.count_page()
    await survey.log.pool.execute(RENAME_TYPE, "RatingRetracted", "RatingRecorded", newer)
    await fold.count_page()
    assert await tally(survey) == {"5": 1, "4": 1, "3": 1}


@pytest.mark.parametrize("state", ["08006", "40001", "53300", "57P01", "42P01", "42703"])
async def test_an_error_of_the_database_or_of_the_program_is_not_put_down_to_an_entry(
    survey: Bench, state: str
) -> None:
    await survey.opened()
    await press(await survey.kiosk(), 1, 5)
    fold = await Fold.resume(survey.context)
    await survey.log.pool.execute(f"""
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '{state}'; END $$;
        CREATE TRIGGER f BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION fail();
    """)
    with capture_logs() as logged, pytest.raises((asyncpg.PostgresError, DBAPIError)) as found:
        await fold.count_page()
    assert state in {getattr(found.value, "sqlstate", ""), getattr(getattr(found.value, "orig", None), "sqlstate", "")}
    assert [each for each in logged if each["event"] == "tally_page_halved"] == []
    await survey.log.pool.execute("DROP TRIGGER f ON events")
    await fold.count_page()
    assert await tally(survey) == {"5": 1}


async def test_only_presses_after_the_opening_count(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    await press(kiosk, 1, 1)
    await survey.counted()
    await survey.opened()
    await press(kiosk, 2, 5)
    await survey.counted()
    assert await tally(survey) == {"5": 1}


async def test_a_press_counts_in_one_round_however_many_ask(survey: Bench) -> None:
    await survey.opened("r-1", ["H09.05"])
    await survey.opened("r-2", ["H09.05", "H09.06"])
    await survey.opened("r-3", ["H09.06"])
    answer = await (await survey.kiosk()).post("/v1/kiosks/k1/ratings", json=presses(1, 5))
    assert answer.json()["counted"] == [{"round": "r-1", "presses": 1}]
    await survey.counted()
    assert await tally(survey, name="r-1") == {"5": 1}
    assert [await survey.tallies(name) for name in ("r-2", "r-3")] == [[], []]


async def test_a_group_is_counted_by_itself_and_only_where_it_is_asked(survey: Bench) -> None:
    await survey.opened()
    await press(await survey.kiosk("k1", group="firm"), 1, 5)
    await press(await survey.kiosk("k2", question="can-bo", group="official"), 1, 4, name="k2")
    await press(await survey.kiosk("k3", question="can-bo", group="firm"), 1, 3, name="k3")
    await press(await survey.kiosk("k4", question="nobody-asks"), 1, 2, name="k4")
    await survey.counted()
    found = [(one["question"], one["group"], one["counts"]) for one in await survey.tallies()]
    assert found == [
        ("can-bo", "official", [{"option": "4", "count": 1}]),
        ("hai-long", "firm", [{"option": "5", "count": 1}]),
    ]


async def test_a_press_of_an_option_that_the_set_does_not_know_is_set_aside(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk(options=["5", "wow"])
    body = [{"seq": seq, "option": option, "pressed_at": NOON} for seq, option in enumerate(("5", "wow", "wow"), 1)]
    await kiosk.post("/v1/kiosks/k1/ratings", json=body)
    await survey.counted()
    assert await tally(survey) == {"5": 1, "unfit": 2}


async def test_presses_after_the_cut_off_are_late_and_never_in_the_tally(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    await press(kiosk, 1, 5, 5)
    await close(survey)
    await press(kiosk, 3, 1, 1, 1)  # in the same page of the log
    await survey.counted()
    await press(kiosk, 6, 1)
    await survey.counted()
    assert await tally(survey) == {"5": 2, "late": 4}
    [update] = await survey.facts("TallyUpdated")
    [closed] = await survey.facts("TallyClosed")
    [cut] = [one.position for one in await survey.log.read_after(0) if one.entry.type == "RatingClosed"]
    assert update.covers == closed.covers == cut


async def test_the_closing_is_recorded_after_every_tally_of_the_round(survey: Bench) -> None:
    await survey.opened()
    for name, unit in (("k1", "H09.05"), ("k2", "H09.06")):
        await press(await survey.kiosk(name, unit), 1, 5, name=name)
    await close(survey)
    await survey.counted()
    kinds = [one.entry.type for one in await survey.log.read_after(0)]
    assert kinds[-5:] == ["RatingClosed", "PressesStopped", "TallyUpdated", "TallyUpdated", "TallyClosed"]


async def test_a_round_without_presses_closes_too(survey: Bench) -> None:
    await survey.opened()
    await close(survey)
    await close(survey)
    await survey.counted()
    await close(survey)
    await survey.counted()
    assert len(await survey.facts("RatingClosed")) == len(await survey.facts("TallyClosed")) == 1


async def test_a_press_that_races_with_the_closing_is_counted_or_late_but_never_lost(survey: Bench) -> None:
    await survey.opened()
    kiosks = {f"k{at}": await survey.kiosk(f"k{at}") for at in range(1, 5)}
    counting = asyncio.create_task(keep_counting(survey.context))
    sending = [press(kiosk, 1, 5, name=name) for name, kiosk in kiosks.items()]
    await asyncio.gather(*sending[:2], close(survey), *sending[2:])
    counting.cancel()
    await asyncio.gather(counting, return_exceptions=True)
    await survey.counted()
    found = {"5": 0, "late": 0} | await tally(survey)
    [closed] = await survey.facts("TallyClosed")
    assert found["5"] == (await recount(survey, "H09.05", closed.covers))["5"]
    assert found["5"] + found["late"] == 4


async def test_the_running_task_counts_without_being_asked(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    counting = asyncio.create_task(keep_counting(survey.context))
    try:
        await press(kiosk, 1, 5)
        async with asyncio.timeout(30):
            while not await survey.tallies():
                await survey.log.watcher.wait_past(await survey.log.head(), None, 1)
    finally:
        counting.cancel()
    assert await tally(survey) == {"5": 1}


async def test_presses_are_late_in_the_newest_round_that_asked_and_in_no_other(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    for name in ("r-2025", "r-2026"):
        await survey.opened(name)
        await press(kiosk, 1 if name == "r-2025" else 2, 5)
        await close(survey, name)
    await press(kiosk, 3, 5)
    await survey.counted()
    assert (await tally(survey, name="r-2025"), await tally(survey)) == ({"5": 1}, {"5": 1, "late": 1})


async def test_more_presses_than_a_page_are_counted_page_by_page(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    for first in range(1, 4_001, 1_000):
        await press(kiosk, first, *[5] * 1_000)
    await close(survey)
    await survey.counted()
    assert await tally(survey) == {"5": 4_000}
    assert len(await survey.facts("TallyUpdated")) == 3


async def test_a_round_that_the_last_count_ended_with_is_known_to_the_next(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    await survey.opened()
    await survey.counted()
    await press(kiosk, 1, 5)
    await survey.counted()
    assert await tally(survey) == {"5": 1}
