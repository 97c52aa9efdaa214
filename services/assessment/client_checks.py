"""The checks of assessment that a client may call before it sends a command."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from assessment.appraising.checks import mistakes_in_finding
from assessment.enacting.checks import mistakes_in_set
from assessment.enacting.figures import mistakes_in_figures
from assessment.explaining.checks import mistakes_in_explanation
from assessment.self_scoring.checks import missing_in
from parindex.client_checks import ClientChecks, Rehearsal
from parindex.contracts.criteria import CriteriaSet


def _rehearse(now: datetime) -> Rehearsal:
    from assessment.rehearsal import AssessmentRehearsal

    return AssessmentRehearsal(now)


def _read_set(content: bytes) -> object:
    from assessment.drafting.bodies import set_in_file

    return set_in_file(content)


def _write_yaml(criteria_set: CriteriaSet) -> bytes:
    from assessment.drafting.writing import write_yaml

    return write_yaml(criteria_set)


def _difference(old: CriteriaSet, new: CriteriaSet) -> object:
    from assessment.drafting.differences import difference_in_words

    return difference_in_words(old, new)


def _template() -> bytes:
    from assessment.drafting.writing import EXAMPLE, write_set

    return write_set(EXAMPLE)


def _write_units(lines: Sequence[Mapping[str, str]]) -> bytes:
    from assessment.registering.units import UnitKind, UnitLine
    from assessment.registering.writing import write_units

    return write_units([UnitLine(kind=UnitKind(each["kind"]), **_without_kind(each)) for each in lines])


def _without_kind(line: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "kind"}


CHECKS = ClientChecks(
    checks={
        "criteria_set": mistakes_in_set,
        "figures": mistakes_in_figures,
        "self_score": lambda leaves, claims: [part.place for part in missing_in(leaves, claims)],
        "finding": mistakes_in_finding,
        "explanation": mistakes_in_explanation,
        "criteria_workbook": _read_set,
        "criteria_difference": _difference,
        "criteria_template": _template,
        "criteria_yaml": _write_yaml,
        "units_workbook": _write_units,
    },
    rehearse=_rehearse,
)
