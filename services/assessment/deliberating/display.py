"""What the council's pages show, computed beforehand: templates place, they do not compute."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from assessment.deliberating.members import ROLE_WORDS, CouncilMember
from assessment.deliberating.queries import CouncilItem
from assessment.deliberating.state import Council, CouncilSession
from assessment.opening.stages import CouncilVotes
from parindex.web import vietnamese
from parindex.web.parts import Column, Link, SummaryRow, Words

DONE: Final[Mapping[str, str]] = {
    "composed": "Đã lưu thành phần hội đồng.",
    "session": "Đã lưu phiên họp.",
    "concluded": "Đã kết thúc phiên họp.",
    "decided": "Đã ghi quyết định của hội đồng.",
    "referred": "Đã trình hội đồng.",
}
MEMBER_COLUMNS: Final = (Column("Họ tên"), Column("Chức vụ"), Column("Vai trò"), Column("Cơ quan"))
SESSION_COLUMNS: Final = (Column("Phiên"), Column("Ngày"), Column("Chủ trì"), Column("Tham gia"), Column("Biên bản"))
OPEN_COLUMNS: Final = (Column("Đơn vị"), Column("Tiêu chí"), Column("Vì sao"))
DECIDED_COLUMNS: Final = (Column("Đơn vị"), Column("Tiêu chí"), Column("Biểu quyết"))
UNSETTLED: Final = "Giải trình chưa được chấp nhận"


def names_of(council: Council, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the name of each member by code, now or at a session; a member without a name has the account."""
    members = [*(one for held in council.sessions.values() for one in held.members), *council.members]
    return {one.code: texts.get(one.name, "") or one.account for one in members}


def member_rows(council: Council, texts: Mapping[str, str]) -> list[Sequence[Words | Link]]:
    names = names_of(council, texts)
    return [(names[one.code], texts.get(one.position, ""), ROLE_WORDS[one.role], one.agency) for one in council.members]


def composition_summary(council: Council, texts: Mapping[str, str]) -> list[SummaryRow]:
    """Return a council as lines, for a reader whose form is stale."""
    decided_on = vietnamese.calendar_day(council.decided_on)
    return [
        SummaryRow("Văn bản", " ngày ".join(filter(None, (council.reference, decided_on)))),
        *(
            SummaryRow(ROLE_WORDS[one.role], ", ".join(filter(None, _said(one, texts))))
            for one in council.members
        ),
    ]  # fmt: skip


def session_summary(
    session: CouncilSession | None, names: Mapping[str, str], texts: Mapping[str, str]
) -> list[SummaryRow]:
    """Return a session as lines, for a reader whose form is stale."""
    if session is None:
        return []
    return [
        SummaryRow("Ngày họp", vietnamese.calendar_day(session.held_on)),
        SummaryRow("Nơi họp", texts.get(session.place, "")),
        SummaryRow("Người chủ trì", names[session.presiding]),
        SummaryRow("Dự họp", "; ".join(names[code] for code in session.attending)),
        SummaryRow("Ý kiến bằng văn bản", "; ".join(names[code] for code in session.written)),
    ]


def session_rows(council: Council, names: Mapping[str, str]) -> list[Sequence[Words | Link]]:
    return [
        (
            Link(f"Phiên {number}", f"council/sessions/{number}"),
            vietnamese.calendar_day(one.held_on),
            names[one.presiding],
            f"{len(one.taking_part)} / {len(one.members)}, {'đủ' if one.quorate else 'không đủ'} điều kiện biểu quyết",
            one.minutes or "Chưa kết thúc",
        )
        for number, one in sorted(council.sessions.items())
    ]


def open_rows(items: Iterable[CouncilItem]) -> list[Sequence[Words | Link]]:
    """Return the criteria that wait for the council, each with the page on which it decides."""
    return [(one.unit.name, _link(one), one.reason or UNSETTLED) for one in items if one.open]


def decided_rows(items: Iterable[CouncilItem]) -> list[Sequence[Words | Link]]:
    return [(one.unit.name, _link(one), votes_said(one.votes)) for one in items if one.votes and not one.open]


def item_among(items: Iterable[CouncilItem], unit: str, criterion: str) -> CouncilItem | None:
    """Return the item of a criterion of a unit, or None."""
    return next((one for one in items if (one.unit.terms.unit, one.criterion) == (unit, criterion)), None)


def votes_said(votes: CouncilVotes) -> str:
    """Return votes in words."""
    decided = ", người chủ trì quyết định" if votes.decided_by else ""
    return (
        f"Phiên {votes.session}: {votes.in_favour} tán thành, {votes.against} không tán thành, "
        f"{votes.abstained} không có ý kiến{decided}"
    )


def session_said(session: CouncilSession) -> str:
    on = vietnamese.calendar_day(session.held_on)
    return f"Phiên {session.number}, ngày {on}, {len(session.taking_part)} thành viên"


def _said(member: CouncilMember, texts: Mapping[str, str]) -> tuple[str, ...]:
    return texts.get(member.name, ""), texts.get(member.position, ""), member.agency, member.account


def _link(one: CouncilItem) -> Link:
    address = f"units/{one.unit.terms.unit}/criteria/{one.criterion}/council"
    return Link(f"{one.criterion} {one.unit.terms.leaves[one.criterion].name}", address)
