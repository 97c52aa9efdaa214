"""What the services would say to a round file, before anything is sent: its commands, rehearsed by their own rules."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.refusal import Place
from parindex.rounds import calls
from parindex.rounds.calls import Call
from parindex.rounds.file import RoundFile
from parindex.service import installed_services

STAND_IN = "x"
"""Takes the place of a text that is refused and can't be left out."""
REPAIRS = 5
LARGEST_BODY = 8 * 1024 * 1024
"""Bytes that a service takes at once."""


class Rehearsals:
    """The rehearsals of the installed services for one file; what they would say comes with its place in the file."""

    def __init__(self, file: RoundFile, now: datetime) -> None:
        self._file = file
        services = installed_services()
        self._on = {name: service.rehearse(now) for name, service in services.items() if service.rehearse}

    def places(self) -> Iterator[Place]:
        """Yield what would be refused, or warned of (with a code). A mistake hides nothing but what builds on it."""
        for call in calls.enactments(self._file):
            yield from self._hear(call)
        yield from self._open(calls.opening(self._file))
        self._publish()
        for call in self._rest():
            yield from self._hear(call)

    def _rest(self) -> Iterator[Call]:
        file = self._file
        for kiosk in file.kiosks:
            yield calls.registration(file, kiosk)
            yield from calls.presses(file, calls.once_each(kiosk))
        yield from calls.tallies(file)
        for score in file.self_scores:
            yield from calls.self_scoring(file, score)
        for appraisal in file.appraisals:
            yield from calls.appraising(file, appraisal)
        yield calls.closing(file)

    def _open(self, call: Call) -> Sequence[Place]:
        """Rehearse the opening; everything else builds on it, so it is tried again without what is wrong in it."""
        said = self._hear(call)
        body, wrong = call.body, said
        for attempt in range(REPAIRS):
            if not wrong:
                break
            body = _repaired(body, [place.at for place in wrong], attempt)
            wrong = self._hear(replace(call, body=body))
        return said

    def _hear(self, call: Call) -> list[Place]:
        rehearsal = self._on.get(call.service)
        if rehearsal is None:
            return []
        if len(msgspec.json.encode(call.body)) > LARGEST_BODY:
            vi, en = f"Lớn hơn {LARGEST_BODY} byte khi gửi.", f"It has more than {LARGEST_BODY} bytes when it is sent."
            return [Place(call.place(""), vi, en)]
        role, node = call.by
        said = rehearsal(call.method, call.path, call.body, f"{role}@{node}")
        return [replace(place, at=call.place(place.at)) for place in said]

    def _publish(self) -> None:
        """Say to the services what assessment would have published."""
        file = self._file
        sets = [
            CriteriaSetEnacted(authority=file.authority, criteria_set=each, digest="") for each in file.criteria_sets
        ]
        opened = RoundOpened(
            authority=file.authority, round=file.round, year=file.year, title=file.title, blocks=file.blocks
        )
        for rehearsal in self._on.values():
            for contract in (*sets, opened):
                rehearsal.receive(contract)


def _repaired(body: Any, places: Sequence[str], attempt: int) -> Any:
    """Return a body without what is at these places: left out, or a stand-in, or what holds it is left out."""
    repaired = copy.deepcopy(body)
    for place in sorted(places, key=_descending, reverse=True):  # from the end, so that no index moves
        parts = [part.replace("~1", "/").replace("~0", "~") for part in place.split("/")[1:]]
        _repair(repaired, parts[: len(parts) - max(0, attempt - 1)], stand_in=attempt == 1)
    return repaired


def _repair(body: Any, parts: Sequence[str], *, stand_in: bool) -> None:
    if not parts:
        return
    for part in parts[:-1]:
        body = _child(body, part)
    if isinstance(body, dict) and stand_in:
        body[parts[-1]] = STAND_IN
    elif isinstance(body, dict):
        body.pop(parts[-1], None)
    elif isinstance(body, list) and parts[-1].isdigit() and int(parts[-1]) < len(body):
        del body[int(parts[-1])]


def _child(body: Any, part: str) -> Any:
    if isinstance(body, list):
        return body[int(part)] if part.isdigit() and int(part) < len(body) else None
    return body.get(part) if isinstance(body, dict) else None


def _descending(place: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in place.split("/")]
