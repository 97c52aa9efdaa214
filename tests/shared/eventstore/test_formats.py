"""What docs/formats says of entries and feeds is enough to check a log: by a program that knows none of our code."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785

from parindex.eventstore.entries import decode_entry, digest_of
from parindex.eventstore.hash_chain import HashChain
from parindex.eventstore.importing import FeedLine
from parindex.eventstore.sealing import commitment_of
from parindex.eventstore.verifying import CHECKS

FORMATS = Path(__file__).parents[3] / "docs" / "formats"
VECTORS: dict[str, Any] = json.loads((FORMATS / "entry-vectors.json").read_text())
BROKEN = [pytest.param(each, id=each["why"]) for each in VECTORS["broken"]]


def by_the_documents(lines: Sequence[str]) -> tuple[int, list[str]]:
    """Check a feed with nothing but its description: the position of the first break (0: none), and the hashes."""
    hashes, before, seal, last, origin = list[str](), "0" * 64, bytes(32), "", ""
    previous_profile = 0
    for position, line in enumerate(lines, start=1):
        read = json.loads(line)
        entry, at = read.get("entry"), read["recorded_at"]
        digest = read.get("sha256") or hashlib.sha256(rfc8785.dumps(entry)).hexdigest()
        right = read["position"] == position and at >= last
        if entry is not None and entry.get("profile", 1) == 2:
            sealed = "" if origin or position == 1 else seal.hex()
            right &= entry["origin"] == (origin or entry["origin"])
            right &= (entry["position"], entry["recorded_at"], entry["previous"]) == (position, at, before)
            right &= entry.get("earlier", "") == (sealed if "earlier" in entry or previous_profile == 1 else "")
            origin = entry["origin"]
        if not right:
            return int(read["position"]), hashes
        hashes.append(digest)
        seal = hashlib.sha256(seal + f"{position} {at} {digest}\n".encode()).digest()
        before, last, previous_profile = digest, at, entry.get("profile", 1) if entry is not None else 0
    return 0, hashes


def by_our_code(lines: Sequence[str]) -> int:
    chain = HashChain(VECTORS["source"])
    for line in lines:
        read = msgspec.json.decode(line, type=FeedLine)
        raw = bytes(read.entry)
        digest, entry = read.sha256 or digest_of(raw), decode_entry(raw) if raw else None
        if list(chain.follow(read.position, read.recorded_at, digest, entry)):
            return read.position
    return 0


def test_the_vector_log_is_right_by_the_documents_and_by_our_code() -> None:
    broken_at, hashes = by_the_documents(VECTORS["lines"])
    assert (broken_at, by_our_code(VECTORS["lines"])) == (0, 0)
    assert hashes == VECTORS["hashes"]
    head = VECTORS["head"]
    assert (head["head"], head["hash"]) == (len(hashes), hashes[-1])


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_vector_log_is_found_at_the_same_place_by_both(broken: dict[str, Any]) -> None:
    assert by_the_documents(broken["lines"])[0] == by_our_code(broken["lines"]) == broken["at"]


def test_an_entry_that_is_not_shown_has_the_hash_that_its_line_says() -> None:
    for position, entry in VECTORS["hidden_entries"].items():
        assert hashlib.sha256(entry.encode()).hexdigest() == VECTORS["hashes"][int(position) - 1]


def test_the_commitment_vector_opens_by_the_documents_and_by_our_code() -> None:
    vector = VECTORS["commitment"]
    salt, domain, text = bytes.fromhex(vector["salt"]), vector["domain"], vector["text"]
    opened = hmac.new(salt, domain.encode() + b"\0" + text.encode(), hashlib.sha256).hexdigest()
    assert f"{domain}:{opened}" == commitment_of(salt, domain, text.encode()) == vector["commitment"]
    assert vector["commitment"] in VECTORS["lines"][2]


def test_the_documented_checks_are_those_of_the_program() -> None:
    rows = [line.split(" | ") for line in (FORMATS / "feed.md").read_text().splitlines() if line.startswith("| L")]
    assert {number.strip("| "): text.strip("| ") for number, text in rows} == CHECKS
