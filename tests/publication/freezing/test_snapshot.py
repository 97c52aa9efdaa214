"""A snapshot is bytes that every reader can make again."""

import random
from hashlib import sha256

import pytest
import rfc8785
from msgspec import json, structs

from parindex.canonical import ProfileError
from parindex.contracts.assessment import RoundUnit
from parindex.contracts.scoring import SourcePosition
from publication.freezing.drafts import snapshot_of
from publication.freezing.snapshot import Header, Published, checksum_of, header_in, read_snapshot
from publication.freezing.state import ReceivedRound

HEADER = Header(edition=1, sealed_at="2026-06-30T05:00:00.000000Z")

VECTOR: list[SourcePosition] = []


def frozen_bytes(of: ReceivedRound) -> bytes:
    settlement = of.settlements[0]
    return snapshot_of(of.opened, of.sets, of.scores, settlement.vector, settlement.formula, HEADER)


def test_the_bytes_are_canonical_json_by_an_implementation_that_is_not_ours(binh_duong: ReceivedRound) -> None:
    raw = frozen_bytes(binh_duong)
    assert rfc8785.dumps(json.decode(raw)) == raw


def test_the_order_of_arrival_leaves_no_trace(vinh_phuc: ReceivedRound) -> None:
    raw = frozen_bytes(vinh_phuc)
    for seed in range(5):
        scores, vector = list(vinh_phuc.scores), list(vinh_phuc.settlements[0].vector)
        random.Random(seed).shuffle(scores)
        random.Random(seed).shuffle(vector)
        assert snapshot_of(vinh_phuc.opened, vinh_phuc.sets, scores, vector, "1", HEADER) == raw


def test_each_exact_point_counts(binh_duong: ReceivedRound) -> None:
    first, *others = binh_duong.scores
    touched = structs.replace(first, appraisal="51.7500001")
    other = snapshot_of(binh_duong.opened, binh_duong.sets, [touched, *others], [], "1", HEADER)
    same = snapshot_of(binh_duong.opened, binh_duong.sets, binh_duong.scores, [], "1", HEADER)
    assert checksum_of(other) != checksum_of(same)


def test_a_snapshot_has_no_claim_of_a_unit_because_the_digest_does_not_vouch_for_it(binh_duong: ReceivedRound) -> None:
    lines = [line for unit in read_snapshot(frozen_bytes(binh_duong)).blocks[0].units for line in unit.lines]
    assert {line.claimed for line in lines} == {""}
    assert all(line.causes for line in lines)


def test_it_holds_the_sets_whole_so_that_it_explains_itself(vinh_phuc: ReceivedRound) -> None:
    snapshot = read_snapshot(frozen_bytes(vinh_phuc))
    assert [one.criteria_set for one in snapshot.criteria_sets] == [vinh_phuc.sets[0].criteria_set]


def test_blocks_are_ranked_apart(vinh_phuc: ReceivedRound) -> None:
    central, department = read_snapshot(frozen_bytes(vinh_phuc)).blocks
    assert (central.code, central.units[0].published.rank, central.units[0].name) == (
        "central",
        1,
        "Bảo hiểm xã hội tỉnh",
    )
    assert (department.code, department.units[0].published.rank) == ("department", 1)
    assert [unit.published.rank for unit in department.units] == list(range(1, 18))


def test_a_checksum_is_the_sha_256_in_hex(binh_duong: ReceivedRound) -> None:
    raw = frozen_bytes(binh_duong)
    assert checksum_of(raw) == sha256(raw).hexdigest()


def test_a_name_in_another_unicode_form_is_refused(binh_duong: ReceivedRound) -> None:
    block = binh_duong.opened.blocks[0]
    loose = RoundUnit(code=block.units[0].code, name="Bi\u0300nh")
    opened = structs.replace(binh_duong.opened, blocks=[structs.replace(block, units=[loose, *block.units[1:]])])
    with pytest.raises(ProfileError):
        snapshot_of(opened, binh_duong.sets, binh_duong.scores, [], "1", HEADER)


@pytest.mark.parametrize("said", ["0", ""])  # scores of older versions say 0 where nothing applies
def test_nothing_applicable_is_frozen_as_nothing_and_in_version_1_as_it_was(
    binh_duong: ReceivedRound, said: str
) -> None:
    first, *others = binh_duong.scores
    nothing = structs.replace(first, appraisal="0", survey="0", points="0", maximum="0", index=said)
    args = binh_duong.opened, binh_duong.sets, [nothing, *others], VECTOR, "1"
    unit = read_snapshot(snapshot_of(*args, HEADER)).blocks[0].units[-1]
    assert (unit.code, unit.maximum, unit.index, unit.published) == (first.unit, "0", "", Published())
    old = read_snapshot(snapshot_of(*args, None)).blocks[0].units[-1]
    assert (old.code, old.index, old.published.rank, old.published.index) == (first.unit, "0", 9, "0.00")


def test_the_header_chains_the_editions(binh_duong: ReceivedRound) -> None:
    header = Header(edition=2, sealed_at=HEADER.sealed_at, supersedes="c1" * 32, reason="comment:00")
    args = binh_duong.opened, binh_duong.sets, binh_duong.scores, binh_duong.settlements[0].vector, "1"
    raw = snapshot_of(*args, header)
    assert header_in(raw) == header
    names = ("edition", "supersedes", "reason", "sealed_at")
    others = [structs.replace(header, **{name: 3 if name == "edition" else "x"}) for name in names]
    assert len({checksum_of(snapshot_of(*args, each)) for each in (header, *others)}) == 5
    assert all(at.entry_sha256 for at in read_snapshot(raw).vector)
    assert not any(at.entry_sha256 for at in read_snapshot(snapshot_of(*args, None)).vector)
