"""The code produces the vectors of docs/formats: a changed byte would change published checksums."""

import hashlib
import hmac
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785

from assessment.enacting.decisions import digest_of_set
from parindex.contracts.assessment import CriteriaSetEnacted, Figure, Finding, RoundOpened
from parindex.contracts.criteria import AreaKind, CriteriaSet, Criterion, Level, NormalisedToBest, Rule
from parindex.contracts.extras import extras_of
from parindex.contracts.formula import Counted, points_of
from parindex.contracts.scoring import IndexComputed, ScoreLine, SourcePosition
from parindex.contracts.scoring_digest import digest_of
from parindex.contracts.survey import TallyClosed
from parindex.eventstore.sealing import commitment_of
from parindex.numbers import exact, from_wire, to_wire
from publication.announcing.bodies import result_csv, result_json
from publication.freezing.drafts import snapshot_of
from publication.freezing.snapshot import Header, checksum_of, read_snapshot
from scoring.computing.commands import ComputeIndex
from scoring.computing.comparing import compute_block
from scoring.computing.prepared_sets import prepare
from scoring.computing.state import Assignment, FindingsChange, UnitState

FORMATS = Path(__file__).parents[3] / "docs" / "formats"
DIGESTS, SNAPSHOTS, SCORING = (
    json.loads((FORMATS / f"{name}-vectors.json").read_text("utf-8")) for name in ("digest", "snapshot", "scoring")
)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_an_exact_number_has_one_text() -> None:
    assert [to_wire(Fraction(*each["fraction"])) for each in DIGESTS["numbers"]] == [
        each["text"] for each in DIGESTS["numbers"]
    ]


def test_the_digest_of_a_criteria_set_is_that_of_its_canonical_bytes() -> None:
    vector = DIGESTS["criteria_set"]
    assert digest_of_set(msgspec.json.decode(vector["canonical"], type=CriteriaSet)) == vector["digest"]
    assert rfc8785.dumps(json.loads(vector["canonical"])).decode() == vector["canonical"]
    assert sha256(vector["canonical"]) == vector["digest"]


@pytest.mark.parametrize("name", ["settled_round", "compared_round"])
def test_the_digest_of_a_settled_round_is_that_of_the_documented_rows(name: str) -> None:
    vector = DIGESTS[name]
    totals = ("appraisal", "survey", "points", "maximum", "index")
    rows = [
        [each["unit"], each["block"], each["criteria_set"], [line_of(line) for line in each["lines"]],
         [each.get(name, "") for name in totals]]
        for each in sorted(vector["scores"], key=lambda score: score["unit"])
    ]  # fmt: skip
    assert rfc8785.dumps(rows).decode() == vector["canonical"]
    assert sha256(vector["canonical"]) == vector["digest"]
    assert digest_of(msgspec.convert(vector["scores"], list[IndexComputed])) == vector["digest"]


def line_of(line: dict[str, Any]) -> list[Any]:
    compared = [line[name] for name in ("value", "best", "best_unit")] if "value" in line else []
    said = [line.get(name, "") for name in ("criterion", "part", "maximum", "points")]
    return [*said, line.get("causes", []), *compared]


@pytest.mark.parametrize("vector", DIGESTS["commitments"], ids=lambda each: str(each["domain"]))
def test_a_commitment_is_an_hmac_under_its_salt(vector: dict[str, str]) -> None:
    salt, domain, text = bytes.fromhex(vector["salt"]), vector["domain"], vector["text"].encode()
    assert commitment_of(salt, domain, text) == vector["commitment"]
    made = hmac.new(salt, domain.encode() + b"\0" + text, hashlib.sha256).hexdigest()
    assert f"{domain}:{made}" == vector["commitment"]


@pytest.mark.parametrize("vector", SNAPSHOTS["editions"], ids=lambda each: f"v{each['v']}")
def test_a_snapshot_and_both_tables_have_these_bytes(vector: dict[str, Any]) -> None:
    header = msgspec.convert(vector["header"], Header) if vector["header"] else None
    raw = snapshot_of(
        msgspec.convert(SNAPSHOTS["opened"], RoundOpened),
        [msgspec.convert(SNAPSHOTS["enacted"], CriteriaSetEnacted)],
        msgspec.convert(SNAPSHOTS["scores"], list[IndexComputed]),
        msgspec.convert(SNAPSHOTS["vector"], list[SourcePosition]),
        SNAPSHOTS["formula"],
        header,
        msgspec.convert(SNAPSHOTS["tallied"], TallyClosed),
    )
    assert raw.decode() == vector["snapshot"]
    assert checksum_of(raw) == sha256(vector["snapshot"]) == vector["checksum"]
    snapshot = read_snapshot(raw)
    for write, name in ((result_json, "result"), (result_csv, "csv")):
        made = write(snapshot, vector["edition"], vector["checksum"]).decode()
        assert made == vector[{"result": "result_json", "csv": "result_csv"}[name]]
        assert sha256(made) == vector[f"{name}_checksum"]


@pytest.mark.parametrize("vector", SCORING["points"], ids=lambda each: str(each["rule"]["kind"]))
def test_figures_and_tallies_earn_these_points(vector: dict[str, Any]) -> None:
    rule: Rule = msgspec.convert(vector["rule"], Rule)
    tallies = [Counted(**each) for each in vector["tallies"]]
    best = from_wire(vector["best"]) if "best" in vector else None
    points = points_of(rule, exact(vector["maximum"]), vector["figures"], tallies, best)
    assert ("" if points is None else to_wire(points)) == vector["points"]


@pytest.mark.parametrize("vector", SCORING["blocks"], ids=["compared", "nothing but 0"])
def test_the_units_of_a_block_have_these_lines(vector: dict[str, Any]) -> None:
    row = Criterion(code="1", name="", level=Level.CRITERION, maximum=vector["maximum"], rule=NormalisedToBest())
    assignment = Assignment("so", prepare(CriteriaSet(code="s", title="", reference="", criteria=[row])))
    commands = {
        unit: ComputeIndex("r", unit, (FindingsChange((1, at), (found(figures),)),), assignment)
        for at, (unit, figures) in enumerate(vector["figures"].items(), 1)
    }
    decided = compute_block(commands, dict.fromkeys(commands, UnitState()), assignment.criteria_set)
    lines = {unit: msgspec.to_builtins(state.score.lines[0]) for unit, (_, state) in decided.items() if state.score}
    names = ("points", "value", "best", "best_unit")
    assert {unit: {name: line[name] for name in names if name in line} for unit, line in lines.items()} == (
        vector["lines"]
    )


def found(figures: dict[str, str]) -> Finding:
    named = [Figure(name=name, value=value) for name, value in figures.items()]
    return Finding(criterion="1", figures=named, applicable=bool(figures))


def test_every_kind_of_rule_has_a_vector() -> None:
    kinds = {kind.__struct_config__.tag for kind in Rule.__args__}
    assert {each["rule"]["kind"] for each in SCORING["points"]} == kinds


@pytest.mark.parametrize("vector", SCORING["extras"])
def test_the_areas_of_lines_come_to_these_points(vector: dict[str, Any]) -> None:
    known = {"code": "s", "title": "", "reference": "", **{n: vector[n] for n in ("criteria", "index_above_hundred")}}
    extras = extras_of(msgspec.convert(known, CriteriaSet))
    lines = msgspec.convert(vector["lines"], list[ScoreLine])
    bonus, penalty = (extras.sum_of(kind, lines) for kind in (AreaKind.BONUS, AreaKind.PENALTY))
    assert (bonus, penalty) == (vector["bonus"], vector["penalty"])
    total = from_wire(vector["appraisal"]) + from_wire(vector["survey"]) + from_wire(bonus) - from_wire(penalty)
    assert to_wire(extras.bounded(total, from_wire(vector["maximum"]))) == vector["points"]
