"""Forms of the pages of the whole sheet and of its report: what their buttons ask for."""

from typing import Final

from assessment.opening.terms import Terms
from assessment.reporting.bodies import ReturnIn
from assessment.reporting.commands import (
    ApproveSelfScore,
    RecallFromLeader,
    Reporting,
    ReturnSelfScore,
    SendToLeader,
    SubmitSelfScore,
    WithdrawSelfScore,
)
from assessment.reporting.refusals import MoveUnknownError
from parindex.eventstore.sealing import Seals
from parindex.http.problems import MalformedError
from parindex.refusal import Place
from parindex.values.texts import says_something
from parindex.web.forms import FormShape, SentForm, body_of

STATE: Final = "state"
"""The move that states the difficulties and proposals."""
REPORT_PART, RETURN_PART = "report-part", "return-part"
"""The moves of a part that an agency claims in place of the unit."""
MOVE: Final = FormShape({"move": 20, "note": 2_000, "text": 10_000, "claimant": 64})


def move_in(sent: SentForm, terms: Terms, at: str, seals: Seals) -> Reporting:  # one for each button
    """Return the command that a form of the sheet's page asks for. Raises MoveUnknownError, MalformedError."""
    match sent.text("move"):
        case "send":
            return SendToLeader(terms, at)
        case "recall":
            return RecallFromLeader(terms, at)
        case "approve":
            return ApproveSelfScore(terms, sent.write.if_match or 0, at)
        case "return":
            return ReturnSelfScore(terms, seals.commit(note_in(sent).note, "note"), at)
        case "submit":
            return SubmitSelfScore(terms, at)
        case "withdraw":
            return WithdrawSelfScore(terms, at)
        case unknown:
            raise MoveUnknownError(unknown)


def note_in(sent: SentForm) -> ReturnIn:
    """Return why a form returns something. Raises MalformedError."""
    if not says_something(sent.text("note")):
        raise MalformedError([Place("/note", "Hãy nhập lý do trả lại.", "Give the reason of the return.")])
    return body_of(ReturnIn, {"note": sent.text("note")})
