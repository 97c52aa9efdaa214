"""Writes the minutes of a session as a Word file, from a template that an office may edit in Word (docxtpl)."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment

from assessment.deliberating.members import ROLE_WORDS, CouncilMember
from assessment.deliberating.queries import SessionDecision
from assessment.deliberating.state import Council, CouncilSession
from assessment.opening.events import RoundOpened
from assessment.opening.stages import Vote
from assessment.self_scoring.state import said_by
from parindex.contracts.uncomputable import UncomputableError
from parindex.web import vietnamese
from parindex.web.arithmetic_words import arithmetic_of

TEMPLATE: Final = Path(__file__).parent / "templates" / "minutes.docx"
VOTE_WORDS: Final[Mapping[Vote, str]] = {
    Vote.IN_FAVOUR: "tán thành",
    Vote.AGAINST: "không tán thành",
    Vote.ABSTAINED: "không có ý kiến",
}


def write_minutes(
    opened: RoundOpened,
    council: Council,
    session: CouncilSession,
    decisions: Sequence[SessionDecision],
    texts: Mapping[str, str],
) -> bytes:
    """Return the minutes of a session; `texts` has the texts behind its commitments."""
    document, names = DocxTemplate(TEMPLATE), {one.code: _named(one, texts) for one in session.members}
    absent = [one.code for one in session.members if one.code not in session.taking_part]
    document.render(
        {
            "number": session.minutes or "…/BB-HĐTĐ",
            "round": opened.shown_title,
            "reference": council.reference,
            "decided_on": _written(council.decided_on),
            "session": session.number,
            "held_on": _written(session.held_on),
            "place": texts.get(session.place, "") or "…",
            "presiding": names[session.presiding],
            "attending": [names[code] for code in session.attending],
            "written": [names[code] for code in session.written],
            "absent": [names[code] for code in absent],
            "members": len(session.members),
            "taking_part": len(session.taking_part),
            "quorum": "đủ" if session.quorate else "không đủ",
            "decisions": [_line(at, one, names, texts) for at, one in enumerate(decisions, 1)],
            "secretary": next((names[one.code] for one in session.members if one.role == "secretary"), ""),
        },
        SandboxedEnvironment(autoescape=True),
    )
    into = BytesIO()
    document.save(into)
    return into.getvalue()


def _named(member: CouncilMember, texts: Mapping[str, str]) -> str:
    name, position = texts.get(member.name, "") or member.account, texts.get(member.position, "")
    return ", ".join(filter(None, (name, position, ROLE_WORDS[member.role])))


def _line(at: int, one: SessionDecision, names: Mapping[str, str], texts: Mapping[str, str]) -> Mapping[str, str | int]:
    votes, fact, leaf = one.votes, one.fact, one.unit.terms.leaves[one.fact.criterion]
    by_name = [f"{names.get(each.member, each.member)}: {VOTE_WORDS[each.vote]}" for each in votes.by_member]
    present = f"Khi biểu quyết, hội đồng có {votes.members} thành viên, {votes.taking_part} tham gia."
    presiding = names.get(votes.decided_by, votes.decided_by)
    decided = f"Số phiếu ngang nhau; người chủ trì ({presiding}) tán thành." if presiding else ""
    return {
        "at": at,
        "unit": one.unit.name,
        "criterion": f"{leaf.code} {leaf.name}",
        "decision": _decided(one),
        "reason": texts.get(fact.comment, ""),
        "in_favour": votes.in_favour,
        "against": votes.against,
        "abstained": votes.abstained,
        "votes": " ".join(filter(None, (present, "; ".join(by_name), decided))),
    }


def _decided(one: SessionDecision) -> str:
    """Return the points that a decision gives, in words; figures that earn none alone are named."""
    figures, applicable, points = said_by(one.fact, one.sheet)
    leaf = one.unit.terms.leaves[one.fact.criterion]
    if not applicable:
        return "Không áp dụng"
    if points:
        return f"{vietnamese.comma(points)} điểm"
    named = {each.name: each.value for each in figures}
    try:
        earned = arithmetic_of(leaf.rule, leaf.maximum, named) if leaf.rule else None
    except UncomputableError:
        earned = None
    return str(earned) if earned else "; ".join(f"{name}: {value}" for name, value in named.items())


def _written(day: str) -> str:
    return vietnamese.calendar_day(day) or "…"
