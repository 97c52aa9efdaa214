"""The checks of assessment that a client may call before it sends a command."""

from datetime import datetime

from assessment.appraising.checks import mistakes_in_finding
from assessment.enacting.checks import mistakes_in_set
from assessment.enacting.figures import mistakes_in_figures
from assessment.explaining.checks import mistakes_in_explanation
from assessment.self_scoring.checks import missing_in
from parindex.client_checks import ClientChecks, Rehearsal


def _rehearse(now: datetime) -> Rehearsal:
    from assessment.rehearsal import AssessmentRehearsal

    return AssessmentRehearsal(now)


def _read_set(content: bytes) -> object:
    from assessment.drafting.layout import READ
    from assessment.drafting.reading import read_set
    from parindex.files.workbooks import extract

    return read_set(extract(content, READ))


def _template() -> bytes:
    from assessment.drafting.example import EXAMPLE
    from assessment.drafting.writing import write_set

    return write_set(EXAMPLE)


CHECKS = ClientChecks(
    checks={
        "criteria_set": mistakes_in_set,
        "figures": mistakes_in_figures,
        "self_score": lambda leaves, claims: [part.place for part in missing_in(leaves, claims)],
        "finding": mistakes_in_finding,
        "explanation": mistakes_in_explanation,
        "criteria_workbook": _read_set,
        "criteria_template": _template,
    },
    rehearse=_rehearse,
)
