"""Rehearses the commands of a round file with the services' own rules, before anything is sent."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import structs

from parindex.client_checks import Rehearsal, checks_of
from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.instant import instant
from parindex.refusal import Place
from parindex.values.days import NotAnInstantError, moment
from parindex_cli.rounds import calls
from parindex_cli.rounds.calls import Call
from parindex_cli.rounds.confirming import confirmed, how_to_confirm, is_note
from parindex_cli.rounds.file import Kiosk, RoundFile
from parindex_cli.rounds.repairing import is_shortened, repaired

REPAIRS = 1_000
"""Mistakes of an opening that are repaired, with repetitions."""
LARGEST_BODY = 8 * 1024 * 1024
"""Bytes of a body that a service takes."""


APPRAISED = re.compile(r"/appraisers/\d+/criterion")
"""A place whose mistake follows from the sets, so it may be wrong if a set was refused."""
TALLIED = re.compile(r"/tallies/(\d+)/question")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A file with the refusals and warnings that the services would answer, and what they would never count."""

    file: RoundFile
    mistakes: Sequence[Place]
    notes: Sequence[Place]


def rehearsed(file: RoundFile, now: datetime, *, confirm: bool) -> Rehearsed:
    """Rehearse a file as of an instant. With `confirm`, the returned file confirms all warnings."""
    places = list(Rehearsals(file, now).places())
    mistakes = [place for place in places if not is_note(place)]
    warnings = [place for place in mistakes if place.code]
    if confirm and warnings:
        return rehearsed(confirmed(file, warnings), now, confirm=False)
    said = [how_to_confirm(place) if place.code else place for place in mistakes]
    return Rehearsed(file, said, [place for place in places if is_note(place)])


class Rehearsals:
    """The rehearsals of the installed services for one file; each result has its place in the file."""

    def __init__(self, file: RoundFile, now: datetime) -> None:
        self._file, self._now = file, now
        self._on: dict[str, Rehearsal] = {}
        self._published: list[object] = []

    def places(self) -> Iterator[Place]:
        """Yield refusals, and warnings (with a code). A mistake hides only those that depend on it."""
        yield from self._presses_to_come()
        of_sets = [place for call in calls.enactments(self._file) for place in self._rehearse(call)]
        yield from of_sets
        opening = self._open(calls.opening(self._file))
        yield from (place for place in opening if not (of_sets and APPRAISED.fullmatch(place.at)))
        self._publish()
        for call in self._rest():
            yield from (place for place in self._rehearse(call) if not self._is_unasked(place.at))

    def _presses_to_come(self) -> Iterator[Place]:
        vi, en = (
            "Thời điểm ở tương lai: chưa thể có lượt bấm này.",
            "It lies in the future: this press can't have been.",
        )
        for number, kiosk in enumerate(self._file.kiosks):
            for index, press in enumerate(kiosk.presses):
                if _instant(press.pressed_at) > instant(self._now):
                    yield Place(f"/kiosks/{number}/presses/{index}/pressed_at", vi, en)

    def _rest(self) -> Iterator[Call]:
        """Yield the commands after the opening; of a repeated row, which is a mistake itself, only the first."""
        file = self._file
        for kiosk in _firsts(file.kiosks, lambda each: each.kiosk):
            yield calls.registration(file, kiosk)
            yield from calls.presses(file, _each_once(kiosk))
        yield from calls.tallies(file)
        for score in _firsts(file.self_scores, lambda each: each.unit):
            yield from calls.self_scoring(file, score)
        for appraisal in _firsts(file.appraisals, lambda each: each.unit):
            yield from calls.appraising(file, appraisal)
        yield calls.closing(file)

    def _is_unasked(self, pointer: str) -> bool:
        """Return whether a tally's question is unknown only because the set of its unit is not in the file."""
        if not (match := TALLIED.fullmatch(pointer)):
            return False
        sets = {each.code for each in self._file.criteria_sets}
        without = {unit.code for block in self._file.blocks if block.criteria_set not in sets for unit in block.units}
        return self._file.tallies[int(match[1])].unit in without

    def _open(self, call: Call) -> Iterator[Place]:
        """Rehearse the opening; all else depends on it, so it is repeated without its mistakes until accepted."""
        tried: Counter[str] = Counter()
        wrong = self._rehearse(call)
        while wrong and sum(tried.values()) < REPAIRS:
            if not is_shortened(tried):
                new = [place for place in wrong if not _is_within(place.at, tried)]
                yield from (
                    place for place in new if not place.at.endswith("/criteria_set")
                )  # reported at the set itself
            tried.update({place.at for place in wrong})
            call = replace(call, body=repaired(call.body, {place.at: tried[place.at] for place in wrong}))
            wrong = self._rehearse(call)

    def _rehearse(self, call: Call) -> list[Place]:
        if len(msgspec.json.encode(call.body)) > LARGEST_BODY:
            vi, en = f"Lớn hơn {LARGEST_BODY} byte khi gửi.", f"It has more than {LARGEST_BODY} bytes when it is sent."
            return [Place(call.place(""), vi, en)]
        role, node = call.by
        said = self._rehearsal_of(call.service)(call.method, call.path, call.body, f"{role}@{node}")
        return [replace(place, at=call.place(place.at)) for place in said]

    def _publish(self) -> None:
        """Deliver the contracts that assessment would have published to the rehearsals."""
        file = self._file
        sets = [
            CriteriaSetEnacted(authority=file.authority, criteria_set=each, digest="") for each in file.criteria_sets
        ]
        opened = RoundOpened(
            authority=file.authority,
            round=file.round,
            year=file.year,
            title=file.title,
            blocks=file.blocks,
            pressed_from=_instant(file.press_window.since),
            pressed_until=_instant(file.press_window.until),
        )
        self._published = [*sets, opened]
        for rehearsal in self._on.values():
            _deliver(self._published, rehearsal)

    def _rehearsal_of(self, service: str) -> Rehearsal:
        """Begin a service's rehearsal with its first command: a file without kiosks needs none of survey's rules."""
        if service not in self._on:
            self._on[service] = checks_of(service).rehearse(self._now)
            _deliver(self._published, self._on[service])
        return self._on[service]


def _deliver(contracts: Iterable[object], rehearsal: Rehearsal) -> None:
    for contract in contracts:
        rehearsal.receive(contract)


def _firsts(rows: Iterable[Row], key: Callable[[Row], str]) -> list[Row]:
    """Return the rows without those that repeat a key."""
    firsts: dict[str, Row] = {}
    for row in rows:
        firsts.setdefault(key(row), row)
    return list(firsts.values())


def _each_once(kiosk: Kiosk) -> Kiosk:
    """Reduce each row to one press: a mistake of one is a mistake of all presses of the row."""
    return structs.replace(kiosk, presses=[structs.replace(press, times=1) for press in kiosk.presses])


def _instant(text: str) -> str:
    """Write an instant as contracts do; "" for an invalid one, which the opening's rehearsal reports."""
    try:
        return instant(moment(text)) if text else ""
    except NotAnInstantError:
        return ""


def _is_within(pointer: str, others: Iterable[str]) -> bool:
    return any(f"{pointer}/".startswith(f"{other}/") or f"{other}/".startswith(f"{pointer}/") for other in others)
