"""Compares a copy with a kept one: no entry and no edition may have changed or disappeared. It only reads files."""

import hashlib
from collections.abc import Iterator
from itertools import zip_longest

import msgspec

from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.importing import FeedLine
from parindex_cli.auditing.copying import Copy

_lines = msgspec.json.Decoder(FeedLine)


def compare_with_kept(names: list[str], now: Copy, kept: Copy) -> list[Discrepancy]:
    """Return the differences from the kept copy. Additions are no differences."""
    found = Discrepancies()
    for name in names:
        if not kept.feed(name).exists():
            continue
        if now.feed(name).exists():
            _compare_feed(name, now, kept, found)
        else:
            found.add("K2", name, "bản đã giữ có sổ này, nay không còn", "the kept copy has this log, and it is gone")
    _compare_published(now, kept, found)
    return found.all()


def _compare_feed(name: str, now: Copy, kept: Copy, found: Discrepancies) -> None:
    for position, (before, after) in enumerate(zip_longest(kept.lines(name), now.lines(name)), start=1):
        if before is None:
            return
        at = f"{name}/{position}"
        if after is None:
            vi, en = "sổ ngắn hơn bản đã giữ", "the log is shorter than the kept copy"
            found.add("K2", at, vi, en)
            return
        if before != after and _content_of(before) != _content_of(after):
            vi, en = "bản ghi hoặc giờ ghi khác bản đã giữ", "the entry or its time is another than in the kept copy"
            found.add("K1", at, vi, en)


def _content_of(raw: bytes) -> tuple[int, str, str]:
    """Return the content that a line has whether its entry is shown or hidden."""
    line = _lines.decode(raw)
    return line.position, line.recorded_at, line.sha256 or hashlib.sha256(bytes(line.entry)).hexdigest()


def _compare_published(now: Copy, kept: Copy, found: Discrepancies) -> None:
    for path in sorted(kept.published.glob("*.snapshot.json")):
        same = now.published / path.name
        if not same.exists() or same.read_bytes() != path.read_bytes():
            found.add("K3", path.name, "bản chụp khác bản đã giữ", "the snapshot is another than in the kept copy")
    for round_id in _rounds(kept):
        editions = {each["edition"]: each for each in _editions(now, round_id)}
        for before in _editions(kept, round_id):
            if not includes(editions.get(before["edition"]), before):
                at = f"{round_id}, ấn bản {before['edition']}"
                vi, en = "thông tin ấn bản khác bản đã giữ", "the edition's details differ from the kept copy"
                found.add("K3", at, vi, en)


def includes(now: object, before: object) -> bool:
    """Return whether an answer has all members of an earlier one: a newer program may add members, never drop them."""
    match now, before:
        case dict(), dict():
            return all(name in now and includes(now[name], each) for name, each in before.items())
        case list(), list():
            return len(now) == len(before) and all(map(includes, now, before))
    return now == before


def _rounds(copy: Copy) -> Iterator[str]:
    for path in sorted(copy.published.glob("*.json")):
        if path.name != "results.json" and not path.name.endswith(".snapshot.json"):
            yield path.stem


def _editions(copy: Copy, round_id: str) -> list[dict[str, object]]:
    """Return the listed details of each edition, without `superseded`, which changes with a later edition."""
    path = copy.published / f"{round_id}.json"
    listed = msgspec.json.decode(path.read_bytes())["editions"] if path.exists() else []
    return [{key: value for key, value in each.items() if key != "superseded"} for each in listed]
