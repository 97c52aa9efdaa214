"""Request bodies of a round's council, and how the API shows it, its sessions and the criteria before it."""

from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import BaseModel, Field

from assessment.appraising.bodies import FindingIn
from assessment.deliberating.members import MOST_MEMBERS, MOST_SESSIONS, CouncilMember, CouncilRole
from assessment.deliberating.queries import CouncilItem
from assessment.deliberating.state import Council, CouncilSession, Referral, TakenVote
from assessment.opening.stages import CouncilVotes, MemberVote, Vote
from parindex.eventstore.sealing import Seals
from parindex.http.body import AsText, Body, example
from parindex.http.fields import Code, Count, Day, Id, Line, Name, OptionalNode, Reason, Tidy
from parindex.values.texts import TextRule


def sealed_or_kept(seals: Seals, text: str, domain: str, before: str, known: Collection[str]) -> str:
    """Return the commitment to a text; where there is none, an erased one before it keeps its commitment."""
    return before if before and not text and before not in known else seals.commit(text, domain, before)


class MemberIn(Body):
    """Một thành viên: mã, vai trò, họ tên hoặc tài khoản, chức vụ, cơ quan. A member; a name or an account is needed.

    A member of an agency that belongs to a unit does not vote about this unit, nor about what the agency claims.
    """

    code: Id
    role: Annotated[CouncilRole, AsText] = CouncilRole.MEMBER
    name: Line = ""
    position: Line = ""
    account: Annotated[str, Tidy(TextRule(255))] = Field(default="", description="mã tài khoản; the id of an account")
    agency: OptionalNode = ""

    def to_record(self, seals: Seals, before: CouncilMember | None, known: Collection[str]) -> CouncilMember:
        """Return the member with name and position sealed; unchanged ones keep their commitments of `before`.

        `known` has the commitments that still open.
        """
        name, position = (before.name, before.position) if before else ("", "")
        return CouncilMember(
            self.code, self.role, self.account,
            sealed_or_kept(seals, self.name, "member-name", name, known),
            sealed_or_kept(seals, self.position, "member-position", position, known),
            self.agency,
        )  # fmt: skip


class CouncilIn(Body):
    """Thành phần hội đồng theo quyết định thành lập hoặc kiện toàn; thay cho thành phần trước.

    The members of the council, by the decision that composes it; they replace those before.
    """

    model_config = example(
        reference="4762/QĐ-UBND",
        decided_on="2026-09-15",
        members=[
            {"code": "m1", "role": "chair", "name": "Nguyễn Thị Minh", "position": "Phó Chủ tịch UBND tỉnh"},
            {"code": "m2", "role": "secretary", "account": "thu-ky-01", "agency": "H09.05"},
            {"code": "m3", "name": "Lê Văn Bình", "position": "Phó Giám đốc Sở Tư pháp", "agency": "H09.07"},
        ],
    )

    reference: Name
    decided_on: Day
    members: list[MemberIn] = Field(min_length=2, max_length=MOST_MEMBERS)


class SessionIn(Body):
    """Một phiên họp: ngày, nơi họp, người chủ trì, người dự họp, người có ý kiến bằng văn bản.

    A session: its day, its place, who presided, who attended, who gave a written opinion.
    """

    model_config = example(
        held_on="2027-02-20", place="Phòng họp số 2, UBND tỉnh", presiding="m1", attending=["m1", "m2"], written=["m3"]
    )

    held_on: Day
    place: Line = ""
    presiding: Id
    attending: list[Id] = Field(default=[], max_length=MOST_MEMBERS)
    written: list[Id] = Field(default=[], max_length=MOST_MEMBERS)


class ConclusionIn(Body):
    """Số biên bản của phiên họp. The number of the session's minutes."""

    model_config = example(minutes="05/BB-HĐTĐ")

    minutes: Name


class MemberVoteIn(Body):
    member: Id
    vote: Annotated[Vote, AsText]


class VotesIn(Body):
    """Kết quả biểu quyết: tổng số phiếu, hoặc phiếu của từng người (`by_member`), khi đó không ghi tổng số.

    The votes: numbers, or the vote of each member (`by_member`) and no numbers. `presiding_in_favour`: the member who
    presided is in favour, which decides between equal numbers.
    """

    in_favour: Count = 0
    against: Count = 0
    abstained: Count = 0
    presiding_in_favour: bool = False
    by_member: list[MemberVoteIn] = Field(default=[], max_length=MOST_MEMBERS)


class CouncilDecisionIn(FindingIn):
    """Hội đồng quyết định một tiêu chí: như một kết quả thẩm định, kèm kết quả biểu quyết về phương án đó.

    A decision of the council: a finding with the votes that carry it. `replaces` is the number of the session whose
    decision about the criterion it replaces.
    """

    model_config = example(
        criterion="1.1", points="1.5", comment="Hội đồng thống nhất.", votes={"in_favour": 2, "abstained": 1}
    )

    votes: VotesIn
    replaces: int = Field(default=0, ge=0, le=MOST_SESSIONS)

    def taken(self, pointer: str) -> TakenVote:
        said = self.votes
        return TakenVote(
            self.criterion, said.in_favour, said.against, said.abstained, said.presiding_in_favour,
            tuple(MemberVote(each.member, each.vote) for each in said.by_member), self.replaces, pointer,
        )  # fmt: skip


CouncilDecisions = Annotated[list[CouncilDecisionIn], Field(min_length=1, max_length=2_000)]


class ReferralIn(Body):
    """Trình hội đồng một tiêu chí, có lý do. A criterion that is put before the council, for a reason."""

    model_config = example(criterion="1.1", reason="Hai cơ quan hiểu khác nhau về kỳ báo cáo.")

    criterion: Code
    reason: Reason

    def to_record(self, seals: Seals, pointer: str) -> Referral:
        return Referral(self.criterion, seals.commit(self.reason, "reason"), pointer)


Referrals = Annotated[list[ReferralIn], Field(min_length=1, max_length=2_000)]


class MemberOut(BaseModel):
    """Một thành viên. A member; "" where a value is absent."""

    code: str
    role: CouncilRole
    name: str
    position: str
    account: str
    agency: str


class SessionOut(BaseModel):
    """Một phiên họp. A session; `quorate`: more than half of the members take part, so it may decide."""

    session: int
    held_on: str
    place: str
    presiding: str
    attending: list[str]
    written: list[str]
    members: int
    quorate: bool
    concluded: bool
    minutes: str = Field(description='the number of the minutes; "" while the session is not concluded')


class CouncilOut(BaseModel):
    """Hội đồng của một đợt và các phiên họp. The council of a round, and its sessions."""

    reference: str
    decided_on: str
    members: list[MemberOut]
    sessions: list[SessionOut]


class MemberVoteOut(BaseModel):
    member: str
    vote: Vote


class VotesOut(BaseModel):
    """Kết quả biểu quyết của một quyết định. The votes that carried a decision."""

    session: int
    members: int
    taking_part: int
    in_favour: int
    against: int
    abstained: int
    decided_by: str = Field(description='the member who presided, where that decided between equal numbers; else ""')
    by_member: list[MemberVoteOut]
    replaces: int = Field(description="the session whose decision this one replaced; 0: none")


class CouncilItemOut(BaseModel):
    """Một tiêu chí của một đơn vị mà hội đồng phải quyết định, hoặc đã quyết định.

    A criterion of a unit that waits for the council, or that it decided. The values of all stages are in the sheet.
    """

    unit: str
    unit_name: str
    criterion: str
    criterion_name: str
    open: bool
    reason: str = Field(description='why it was put before the council; "" where the explanation did not settle it')
    votes: VotesOut | None = Field(description="of the last decision; null while there is none")


def council_out(council: Council, texts: Mapping[str, str]) -> CouncilOut:
    """Return a council as the API shows it; `texts` has the texts behind the commitments."""
    members = [
        MemberOut(
            code=one.code, role=one.role, name=texts.get(one.name, ""), position=texts.get(one.position, ""),
            account=one.account, agency=one.agency,
        )
        for one in council.members
    ]  # fmt: skip
    return CouncilOut(
        reference=council.reference,
        decided_on=council.decided_on,
        members=members,
        sessions=[_session_out(one, texts) for _, one in sorted(council.sessions.items())],
    )


def item_out(item: CouncilItem) -> CouncilItemOut:
    """Return an item as the API shows it."""
    return CouncilItemOut(
        unit=item.unit.terms.unit,
        unit_name=item.unit.name,
        criterion=item.criterion,
        criterion_name=item.unit.terms.leaves[item.criterion].name,
        open=item.open,
        reason=item.reason,
        votes=_votes_out(item.votes) if item.votes else None,
    )


def _session_out(session: CouncilSession, texts: Mapping[str, str]) -> SessionOut:
    return SessionOut(
        session=session.number, held_on=session.held_on, place=texts.get(session.place, ""),
        presiding=session.presiding, attending=[*session.attending], written=[*session.written],
        members=len(session.members), quorate=session.quorate, concluded=session.concluded, minutes=session.minutes,
    )  # fmt: skip


def _votes_out(votes: CouncilVotes) -> VotesOut:
    return VotesOut(
        session=votes.session, members=votes.members, taking_part=votes.taking_part, in_favour=votes.in_favour,
        against=votes.against, abstained=votes.abstained, decided_by=votes.decided_by,
        by_member=[MemberVoteOut(member=each.member, vote=each.vote) for each in votes.by_member],
        replaces=votes.replaces,
    )  # fmt: skip
