"""The checks of assessment that a client may call before it sends a command."""

from datetime import datetime

from assessment.appraising.checks import mistakes_in_correction
from assessment.enacting.checks import mistakes_in_set
from assessment.enacting.figures import mistakes_in_figures
from assessment.self_scoring.checks import missing_in
from parindex.client_checks import ClientChecks, Rehearsal


def _rehearse(now: datetime) -> Rehearsal:
    from assessment.rehearsal import AssessmentRehearsal

    return AssessmentRehearsal(now)


CHECKS = ClientChecks(
    checks={
        "criteria_set": mistakes_in_set,
        "figures": mistakes_in_figures,
        "self_score": lambda leaves, claims: [part.place for part in missing_in(leaves, claims)],
        "correction": mistakes_in_correction,
    },
    rehearse=_rehearse,
)
