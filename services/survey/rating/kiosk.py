"""A kiosk as it stands: the small state of its stream, and how presses prove to be the same ones again."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from parindex.eventstore.appending import StreamHead
from parindex.eventstore.decider import Codec
from parindex.refusal import Place
from survey.rating.commands import Press
from survey.rating.events import RatingRecorded
from survey.rating.refusals import SequenceReusedError

MARKS = 8
"""Batches that can be sent again without a look into the log."""

VIETNAM = timedelta(hours=7)


class Kiosk(msgspec.Struct, frozen=True, omit_defaults=True):
    """A kiosk. `chain` hashes all its presses; `marks` are the ends of its last batches, with the chain up to there."""

    unit: str = ""
    question: str = ""
    group: str = ""
    options: tuple[str, ...] = ()
    enrolments: int = 0
    revoked: bool = False
    last_seq: int = 0
    chain: str = ""
    marks: tuple[tuple[int, str], ...] = ((0, ""),)
    day: str = ""  # the newest day in Việt Nam on which somebody pressed
    pressed: int = 0  # on that day
    aside: dict[str, int] = {}  # how many presses no round counts, by reason

    @property
    def registered(self) -> bool:
        return self.unit != ""


_decoder = msgspec.json.Decoder(Kiosk)


def kiosk_of(head: StreamHead) -> Kiosk:
    """Read the small state of a kiosk's stream; an unknown kiosk is not `registered`."""
    return _decoder.decode(head.state) if head.state else Kiosk()


KIOSK: Codec[Kiosk] = Codec(kiosk_of, msgspec.json.encode)


def after_presses(kiosk: Kiosk, presses: Sequence[RatingRecorded]) -> Kiosk:
    """Count these presses on; one batch costs one new state."""
    days = Counter([day_of(press.judged_at) for press in presses])
    newest = max(kiosk.day, *days)
    pressed = (kiosk.pressed if newest == kiosk.day else 0) + days[newest]
    chain, aside = chained(kiosk.chain, presses), kiosk.aside
    if reasons := [press.set_aside for press in presses if press.set_aside]:
        aside = dict(Counter(aside) + Counter(reasons))
    return replace(kiosk, last_seq=presses[-1].seq, chain=chain, day=newest, pressed=pressed, aside=aside)


def marked(kiosk: Kiosk) -> Kiosk:
    """Remember that a batch ended here."""
    if kiosk.marks[-1][0] == kiosk.last_seq:
        return kiosk
    return replace(kiosk, marks=(*kiosk.marks, (kiosk.last_seq, kiosk.chain))[-MARKS:])


def chained(chain: str, presses: Iterable[Press | RatingRecorded]) -> str:
    """Hash on: equal chains mean equal presses, from the first one (SHA-256, cut to 128 bits)."""
    for press in presses:
        chain = hashlib.sha256(f"{chain}\n{_text(press)}".encode()).hexdigest()[:32]
    return chain


def compare(presses: Iterable[Press], recorded: Mapping[int, RatingRecorded]) -> None:
    """Raise SequenceReusedError, naming each, where a number was used for another press than this one."""
    places = [
        place(index, "seq", f"Số {press.seq} đã dùng cho lượt bấm khác.", f"{press.seq} was used for another press.")
        for index, press in enumerate(presses)
        if press.seq in recorded and _text(press) != _text(recorded[press.seq])
    ]
    if places:
        raise SequenceReusedError(places)


def place(index: int, member: str, vi: str, en: str) -> Place:
    """Point at a press of a batch, counted from 0, in an array or in lines alike."""
    return Place(f"/{index}/{member}", vi, en)


def day_of(instant: str) -> str:
    """Return the day in Việt Nam of an instant."""
    return _day_of_hour(instant[:13])


@lru_cache(maxsize=1_000)
def _day_of_hour(hour: str) -> str:
    return (datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC) + VIETNAM).date().isoformat()


def _text(press: Press | RatingRecorded) -> str:
    return f"{press.seq}\n{press.option}\n{press.pressed_at}\n{press.accuracy_s}"
