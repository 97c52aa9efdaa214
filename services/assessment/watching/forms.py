"""Forms of the office's pages of a round: which command each sends, and what it takes."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from assessment.appraising.bodies import EndingIn, ExtendedStage, StageExtensionIn
from assessment.self_scoring.bodies import ExtensionIn
from assessment.watching.queries import NextStep
from parindex.http.problems import MalformedError
from parindex.refusal import Place
from parindex.web.forms import FormShape, SentForm, body_of
from parindex.web.moments import DAY, TIME, moment_in

DO, DIGEST, REASON = "do", "digest", "reason"
OF_ROUND: Final = FormShape({DO: 20, DIGEST: 64}, versioned=False)
OF_UNIT: Final = FormShape({DO: 30, DAY: 20, TIME: 20, REASON: 2_000}, versioned=False)


class Act(StrEnum):
    """What a form asks for. `CLOSE` is about a round, those after it are about one unit, the first two about either."""

    ANNOUNCE = NextStep.ANNOUNCE
    COMPLETE = NextStep.COMPLETE
    CLOSE = "close"
    EXTEND_SELF_SCORING = "extend-self-scoring"
    EXTEND_FIRST_APPRAISAL = "extend-first-appraisal"
    EXTEND_EXPLANATION = "extend-explanation"
    EXTEND_APPRAISAL = "extend-appraisal"
    END_EXPLANATION = "end-explanation"


EXTENDED: Final[Mapping[Act, ExtendedStage]] = {
    Act.EXTEND_FIRST_APPRAISAL: "appraisal-1",
    Act.EXTEND_EXPLANATION: "explanation",
    Act.EXTEND_APPRAISAL: "appraisal-2",
}
"""The stage that each act extends."""
ABOUT_ROUND: Final = frozenset({Act.ANNOUNCE, Act.COMPLETE, Act.CLOSE})
ABOUT_UNIT: Final = frozenset(Act) - {Act.CLOSE}


def act_in(sent: SentForm, among: Collection[Act]) -> Act:
    """Return what a sent form asks for, among the acts of its page; raise MalformedError for another one."""
    if sent.text(DO) not in among:
        raise MalformedError([Place(f"/{DO}", "Trang này không có việc đó.", "This page has no such act.")])
    return Act(sent.text(DO))


def reason_in(sent: SentForm) -> str:
    """Return the reason as the API takes it. Raises MalformedError."""
    return body_of(EndingIn, {REASON: sent.text(REASON)}).reason


def extension_in(sent: SentForm) -> ExtensionIn:
    """Return an extension as the API takes it. Raises MalformedError with the places of day, hour and reason."""
    return body_of(ExtensionIn, _extension(sent))


def stage_extension_in(sent: SentForm, act: Act) -> StageExtensionIn:
    """Return the extension of a stage of the appraisal as the API takes it. Raises as `extension_in` does."""
    return body_of(StageExtensionIn, {**_extension(sent), "stage": EXTENDED[act]})


def _extension(sent: SentForm) -> dict[str, str]:
    asked = moment_in(sent.text(DAY), sent.text(TIME))
    errors = asked.errors if asked.at or asked.errors else {DAY: "Hãy ghi ngày, ví dụ 30/06/2026."}
    places = [Place(f"/{name}", vi, "A day, and an hour such as 17:00.") for name, vi in errors.items()]
    try:
        reason = reason_in(sent)
    except MalformedError as wrong:
        raise MalformedError([*places, *wrong.places]) from None
    if places:
        raise MalformedError(places)
    return {"until": asked.at, REASON: reason}
