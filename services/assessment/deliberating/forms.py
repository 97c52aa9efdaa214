"""Forms of the council's pages: its members, a session, and a decision with its votes."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain, count
from typing import Any, Final

from assessment.appraising.forms import FIELDS, errors_of_finding, finding_in, texts_of_finding
from assessment.deliberating.bodies import ConclusionIn, CouncilDecisionIn, CouncilIn, ReferralIn, SessionIn
from assessment.deliberating.members import MOST_MEMBERS
from assessment.deliberating.state import Council, CouncilSession
from assessment.opening.stages import ValueStage
from assessment.self_scoring.forms import MOST_TYPED, figure_fields
from assessment.self_scoring.queries import SheetRow
from parindex.contracts.criteria import Criterion
from parindex.eventstore.appending import StreamMovedError
from parindex.http.problems import MalformedError
from parindex.refusal import Place, Refused
from parindex.web import vietnamese
from parindex.web.forms import FormShape, SentForm, body_of
from parindex.web.vietnamese import read_day

PARTS: Final = ("code", "role", "name", "position", "agency", "account")
MOST_ROWS: Final = MOST_MEMBERS
GONE: Final = "gone"
"""The boxes that take a member out whose name was erased, so that it can't be emptied."""
COMPOSITION: Final = FormShape(
    {"reference": 1_000, "decided_on": 20, GONE: 1_000}
    | {f"{part}-{row}": 1_000 for row in range(MOST_ROWS) for part in PARTS},
    frozenset({GONE}),
)
DO, MINUTES = "do", "minutes"
ATTENDS, WROTE = "attends", "wrote"
VOTES: Final = ("in_favour", "against", "abstained")
PRESIDING: Final = "presiding_in_favour"


def erased_members(council: Council, texts: Mapping[str, str]) -> frozenset[str]:
    """Return the members whose names were erased: `texts` has no text behind them."""
    return frozenset(one.code for one in council.members if one.name and one.name not in texts)


def filled_rows(sent: SentForm, erased: Collection[str]) -> list[int]:
    """Return the lines that are members: those with a name or an account, and `erased` ones that were not taken out."""
    return [
        row
        for row in range(MOST_ROWS)
        if sent.text(f"name-{row}")
        or sent.text(f"account-{row}")
        or (sent.text(f"code-{row}") in erased and sent.text(f"code-{row}") not in sent.fields[GONE])
    ]


def council_in_form(sent: SentForm, council: Council, erased: Collection[str]) -> CouncilIn:
    """Return a composition as the API takes it; a new member gets a code that is free. Raises MalformedError."""
    texts = sent.typed({"decided_on": read_day})
    rows = [{part: texts[f"{part}-{row}"] for part in PARTS} for row in filled_rows(sent, erased)]
    held = (one.members for one in council.sessions.values())
    taken = {one.code for one in chain(council.members, *held)} | {row["code"] for row in rows}
    free = (code for number in count(1) if (code := f"m{number}") not in taken)
    members = [{**row, "role": row["role"] or "member", "code": row["code"] or next(free)} for row in rows]
    return body_of(CouncilIn, {"reference": texts["reference"], "decided_on": texts["decided_on"], "members": members})


def composition_texts(council: Council, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a fresh form of a composition."""
    found = {"reference": council.reference, "decided_on": vietnamese.calendar_day(council.decided_on)}
    for row, one in enumerate(council.members):
        said = (one.code, one.role, texts.get(one.name, ""), texts.get(one.position, ""), one.agency, one.account)
        found |= {f"{part}-{row}": text for part, text in zip(PARTS, said, strict=True)}
    return found


def session_form(council: Council) -> FormShape:
    """Return the form of a session of a council with these members."""
    return FormShape(
        {"held_on": 20, "place": 1_000, "presiding": 100, MINUTES: 1_000, DO: 20}
        | {f"part-{one.code}": 10 for one in council.members}
    )


def session_in_form(sent: SentForm, council: Council) -> SessionIn:
    """Return a session as the API takes it. Raises MalformedError."""
    texts = sent.typed({"held_on": read_day})
    takes = {one.code: texts[f"part-{one.code}"] for one in council.members}
    return body_of(
        SessionIn,
        {
            "held_on": texts["held_on"],
            "place": texts["place"],
            "presiding": texts["presiding"],
            "attending": [code for code, part in takes.items() if part == ATTENDS],
            "written": [code for code, part in takes.items() if part == WROTE],
        },
    )


def minutes_in_form(sent: SentForm) -> str:
    """Return the number of the minutes as the API takes it. Raises MalformedError."""
    return body_of(ConclusionIn, {MINUTES: sent.text(MINUTES)}).minutes


def session_texts(session: CouncilSession | None, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a fresh form of a session."""
    if session is None:
        return {}
    parts = {f"part-{code}": ATTENDS for code in session.attending}
    parts |= {f"part-{code}": WROTE for code in session.written}
    held_on = vietnamese.calendar_day(session.held_on)
    return {"held_on": held_on, "place": texts.get(session.place, ""), "presiding": session.presiding, **parts}


def referral_in(sent: SentForm, criterion: str) -> ReferralIn:
    """Return a referral as the API takes it. Raises MalformedError."""
    return body_of(ReferralIn, {"criterion": criterion, "reason": sent.text("reason")})


def decision_form(leaf: Criterion) -> FormShape:
    """Return the form of a decision about a criterion."""
    figures = {field.field: MOST_TYPED for field in figure_fields(leaf.rule)}
    votes = dict.fromkeys(VOTES, 6)
    return FormShape(
        {**figures, **FIELDS, **votes, PRESIDING: 3, "session": 3, "reason": 2_000, DO: 10}, frozenset({"confirmed"})
    )


def decision_in(sent: SentForm, leaf: Criterion, replaces: int) -> CouncilDecisionIn:
    """Return a decision with its votes as the API takes it. Raises MalformedError."""
    counts, places = dict[str, Any](), list[Place]()
    for name in VOTES:
        text = sent.text(name).strip() or "0"
        if not (text.isascii() and text.isdigit()):
            places.append(Place(f"/{name}", "Hãy ghi số phiếu bằng chữ số.", "Write a whole number."))
        else:
            counts[name] = int(text)
    if places:
        raise MalformedError(places)
    said = finding_in(sent, leaf).model_dump(mode="json", exclude_defaults=True)
    votes = counts | {PRESIDING: sent.text(PRESIDING) == "yes"}
    return body_of(CouncilDecisionIn, {**said, "votes": votes, "replaces": replaces})


def session_number(sent: SentForm, sessions: Sequence[int]) -> int:
    """Return the session that a decision names. Raises MalformedError."""
    text = sent.text("session")
    if text not in {str(one) for one in sessions}:
        raise MalformedError([Place("/session", "Hãy chọn phiên họp.", "Choose the session.")])
    return int(text)


def fresh_texts(row: SheetRow, leaf: Criterion, running: Sequence[CouncilSession]) -> dict[str, str]:
    """Return the texts of a fresh form of a decision: the unit's figures, and the newest running session."""
    session = str(running[-1].number) if running else ""
    return {**texts_of_finding(row, leaf, ValueStage.COUNCIL), "comment": "", "finding": "", "session": session}


def is_stale(refused: Refused | None) -> bool:
    """Return whether a form was refused because what it changes has moved."""
    return isinstance(refused, StreamMovedError)


def member_errors(refused: Refused, rows: Sequence[int]) -> dict[str, str]:
    """Return the sentences of a refused composition by the fields of the form; `rows` are the lines of its members."""
    if isinstance(refused, StreamMovedError):
        return COMPOSITION.errors(refused)
    found: dict[str, str] = {}
    for place in refused.places:
        steps = place.at.split("/")
        name = f"{steps[3]}-{rows[int(steps[2])]}" if len(steps) > 3 else steps[-1]  # noqa: PLR2004  # /members/0/name
        name = name if name in COMPOSITION.fields else ""
        found[name] = f"{found[name]} {place.vi}" if name in found else place.vi
    return found or {"": refused.vi}


def decision_errors(refused: Refused, leaf: Criterion) -> dict[str, str]:
    """Return the sentences of a refused decision by the fields of the form."""
    own = [place for place in refused.places if place.at.rpartition("/")[2] in {*VOTES, "session", PRESIDING, "reason"}]
    if own:
        return {place.at.rpartition("/")[2]: place.vi for place in own}
    return errors_of_finding(refused, leaf)
