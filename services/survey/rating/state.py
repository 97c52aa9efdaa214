"""A kiosk's state after presses, and the hashes that prove that presses are the same ones again."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from parindex.refusal import Place
from parindex.values.days import day_in_vietnam
from survey.enrolling.state import Kiosk
from survey.rating.events import RatingRecorded
from survey.rating.refusals import SequenceReusedError


@dataclass(frozen=True, slots=True)
class Press:
    """One press: its number at this kiosk (from 1, without holes), the option, and the instant within some seconds."""

    seq: int
    option: str
    pressed_at: str
    accuracy_s: int


MARKS = 8
"""Batches that can be sent again without a look into the log."""


def after_presses(kiosk: Kiosk, presses: Sequence[RatingRecorded]) -> Kiosk:
    """Count these presses on; one batch costs one new state."""
    days = Counter([day_in_vietnam(press.judged_at) for press in presses])
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


def _text(press: Press | RatingRecorded) -> str:
    return f"{press.seq}\n{press.option}\n{press.pressed_at}\n{press.accuracy_s}"
