"""The stages at which a criterion gets a value. Pure.

A value of one stage never overwrites that of another, so that a unit's own figures, each appraisal and the council's
decision stay side by side. What counts is the value of the last stage that has one.
"""

from enum import StrEnum
from typing import Final


class ValueStage(StrEnum):
    """A stage, in the order of the procedure. `CORRECTION`: the round was reopened for the unit."""

    SELF = "self"
    APPRAISAL_1 = "appraisal-1"
    EXPLANATION = "explanation"
    APPRAISAL_2 = "appraisal-2"
    COUNCIL = "council"
    CORRECTION = "correction"


FOUND_AT: Final = (ValueStage.APPRAISAL_1, ValueStage.APPRAISAL_2, ValueStage.COUNCIL, ValueStage.CORRECTION)
"""The stages of findings, in their order."""
AFTER_EXPLANATION: Final = frozenset({ValueStage.APPRAISAL_2, ValueStage.COUNCIL, ValueStage.CORRECTION})
"""The stages that know what the unit explained."""
DATED: Final = (ValueStage.SELF, ValueStage.APPRAISAL_1, ValueStage.EXPLANATION, ValueStage.APPRAISAL_2)
"""The stages that have a deadline, in their order."""
