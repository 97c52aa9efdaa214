"""The form of the page of assignments: criteria to tick, a person to choose, and three buttons."""

from typing import Final

from assessment.assigning.bodies import AssignmentIn
from parindex.http.problems import MalformedError
from parindex.refusal import Place
from parindex.web.forms import FormShape, SentForm, body_of

TAKE, BACK = "take", "back"
"""The buttons beside the one that hands to the chosen person: take it oneself, take it back."""
ASSIGNMENT: Final = FormShape({"criterion": 63, "to": 255, "move": 4}, several=frozenset({"criterion"}))


def assignments_in(sent: SentForm, me: str) -> list[AssignmentIn]:
    """Return what a form assigns, as the API takes it. Raises MalformedError."""
    to = {TAKE: me, BACK: ""}.get(sent.text("move"), sent.text("to"))
    places = []
    if not sent.fields["criterion"]:
        places.append(Place("/criterion", "Hãy chọn ít nhất một tiêu chí.", "Choose a criterion at least."))
    if sent.text("move") not in {TAKE, BACK} and not to:
        places.append(Place("/to", "Hãy chọn người nhận.", "Choose a person."))
    if places:
        raise MalformedError(places)
    return [body_of(AssignmentIn, {"criterion": code, "to": to}) for code in sent.fields["criterion"]]
