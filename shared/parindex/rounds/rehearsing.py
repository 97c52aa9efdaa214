"""What the services would say to a round file, before anything is sent: its commands, rehearsed by their own rules."""

import copy
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from msgspec import structs

from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.instant import instant
from parindex.refusal import Place
from parindex.rounds import calls
from parindex.rounds.calls import Call
from parindex.rounds.file import Kiosk, RoundFile, convert
from parindex.service import installed_services
from parindex.values.days import NotAnInstantError, moment

STAND_IN = "x"
"""Takes the place of a text that is refused and can't be left out."""
REPAIRS = 1_000
"""Mistakes of an opening that are put aside, one counted again each time that it comes back."""
LISTS_SHORTENED = 3
"""How often a mistake comes back until what holds it is left out, perhaps a row of a list."""
LARGEST_BODY = 8 * 1024 * 1024
"""Bytes that a service takes at once."""


CLAIM = re.compile(r"/(self_scores|appraisals)/(\d+)/(?:claims|findings)/(\d+)(?:/|$)")


def rehearsed(file: RoundFile, now: datetime, *, confirm: bool) -> tuple[RoundFile, list[Place]]:
    """Return the file and what the services would refuse or ask about, as of an instant.

    With `confirm` whatever they would ask about is confirmed in the file that is returned.
    """
    places = [place for place in Rehearsals(file, now).places() if not is_note(place)]
    warnings = [place for place in places if place.code]
    if confirm and warnings:
        return rehearsed(_confirmed(file, warnings), now, confirm=False)
    return file, [_how_to_confirm(place) if place.code else place for place in places]


def counted_nowhere(file: RoundFile, now: datetime) -> list[Place]:
    """Return what the services would take and count nowhere, as of an instant."""
    return [place for place in Rehearsals(file, now).places() if is_note(place)]


def is_note(place: Place) -> bool:
    """Tell whether a warning is of what can't be confirmed, only known: a press that no round counts."""
    return bool(place.code) and CLAIM.match(place.at) is None


def _confirmed(file: RoundFile, warnings: Sequence[Place]) -> RoundFile:
    content = msgspec.to_builtins(file)
    for warning in warnings:
        if match := CLAIM.match(warning.at):
            part, row, index = match[1], int(match[2]), int(match[3])
            entry = content[part][row]["claims" if part == "self_scores" else "findings"][index]
            entry["confirmed"] = [*entry.get("confirmed", []), warning.code]
    return convert(content)


def _how_to_confirm(warning: Place) -> Place:
    vi = f"{warning.vi} Nếu đúng ý, thêm vào mục này confirmed: [{warning.code}], hoặc dùng --confirm-warnings."
    en = f"{warning.en} If it is meant, add confirmed: [{warning.code}] to this entry, or use --confirm-warnings."
    return replace(warning, vi=vi, en=en)


class Rehearsals:
    """The rehearsals of the installed services for one file; what they would say comes with its place in the file."""

    def __init__(self, file: RoundFile, now: datetime) -> None:
        self._file, self._now = file, now
        services = installed_services()
        self._on = {name: service.rehearse(now) for name, service in services.items() if service.rehearse}

    def places(self) -> Iterator[Place]:
        """Yield what would be refused, or warned of (with a code). A mistake hides nothing but what builds on it."""
        yield from self._presses_to_come()
        for call in calls.enactments(self._file):
            yield from self._hear(call)
        yield from self._open(calls.opening(self._file))
        self._publish()
        for call in self._rest():
            yield from self._hear(call)

    def _presses_to_come(self) -> Iterator[Place]:
        vi, en = (
            "Thời điểm ở tương lai: chưa thể có lượt bấm này.",
            "It lies in the future: this press can't have been.",
        )
        for number, kiosk in enumerate(self._file.kiosks):
            for index, press in enumerate(kiosk.presses):
                if press.pressed_at > instant(self._now):
                    yield Place(f"/kiosks/{number}/presses/{index}/pressed_at", vi, en)

    def _rest(self) -> Iterator[Call]:
        file = self._file
        for kiosk in file.kiosks:
            yield calls.registration(file, kiosk)
            yield from calls.presses(file, _each_once(kiosk))
        yield from calls.tallies(file)
        for score in file.self_scores:
            yield from calls.self_scoring(file, score)
        for appraisal in file.appraisals:
            yield from calls.appraising(file, appraisal)
        yield calls.closing(file)

    def _open(self, call: Call) -> Iterator[Place]:
        """Rehearse the opening; everything else builds on it, so it is tried again without what is wrong in it."""
        tried: Counter[str] = Counter()
        wrong = self._hear(call)
        while wrong and sum(tried.values()) < REPAIRS:
            if not _is_shortened(tried):  # afterwards an index is another row's
                new = [place for place in wrong if not _is_within(place.at, tried)]
                yield from (place for place in new if not place.at.endswith("/criteria_set"))  # said of the set itself
            tried.update({place.at for place in wrong})
            call = replace(call, body=_repaired(call.body, {place.at: tried[place.at] for place in wrong}))
            wrong = self._hear(call)

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
            authority=file.authority,
            round=file.round,
            year=file.year,
            title=file.title,
            blocks=file.blocks,
            pressed_from=_instant(file.press_window.since),
            pressed_until=_instant(file.press_window.until),
        )
        for rehearsal in self._on.values():
            for contract in (*sets, opened):
                rehearsal.receive(contract)


def _each_once(kiosk: Kiosk) -> Kiosk:
    """Let each row stand for one press: what is wrong with one is wrong with its thousand."""
    return structs.replace(kiosk, presses=[structs.replace(press, times=1) for press in kiosk.presses])


def _instant(text: str) -> str:
    """Write an instant as contracts do; one that is none was named where the opening was rehearsed."""
    try:
        return instant(moment(text)) if text else ""
    except NotAnInstantError:
        return ""


def _is_shortened(tried: Mapping[str, int]) -> bool:
    rows = any(place.rpartition("/")[2].isdigit() for place in tried)
    return rows or max(tried.values(), default=0) >= LISTS_SHORTENED


def _is_within(pointer: str, others: Iterable[str]) -> bool:
    return any(f"{pointer}/".startswith(f"{other}/") or f"{other}/".startswith(f"{pointer}/") for other in others)


def _repaired(body: Any, tried: Mapping[str, int]) -> Any:
    """Return a body without what is at these places: left out, then a stand-in, then what holds it is left out."""
    repaired = copy.deepcopy(body)
    for place in sorted(tried, key=_descending, reverse=True):  # from the end, so that no index moves
        parts = [part.replace("~1", "/").replace("~0", "~") for part in place.split("/")[1:]]
        above = max(0, tried[place] - 2)
        _repair(repaired, parts[: len(parts) - above], stand_in=tried[place] == 2)  # noqa: PLR2004  # the second time
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
