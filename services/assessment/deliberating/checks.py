"""Checks of a council's composition, of a session, of votes and of referrals, pure: all mistakes are found at once."""

from collections import Counter
from collections.abc import Iterable, Sequence

from assessment.deliberating.commands import ComposeCouncil, RecordSession, ReferCriteria
from assessment.deliberating.members import CouncilRole
from assessment.deliberating.state import Council, CouncilSession, TakenVote
from assessment.enacting.mistakes import Mistakes
from assessment.opening.responsibility import is_of
from assessment.opening.stages import CouncilVotes, Vote
from assessment.opening.terms import Terms
from assessment.self_scoring.state import Sheet
from parindex.refusal import Place


def mistakes_in_composition(command: ComposeCouncil) -> list[Place]:
    """Return every mistake of a composition, each with its JSON pointer."""
    mistakes, roles = Mistakes(), Counter(member.role for member in command.members)
    with mistakes:
        mistakes.repeated([member.code for member in command.members], "/members", "code")
        accounts = [member.account or f"/{index}" for index, member in enumerate(command.members)]
        mistakes.repeated(accounts, "/members", "account")
        for index, member in enumerate(command.members):
            mistakes.unless(
                bool(member.account or member.name), f"/members/{index}/name", "Thiếu họ tên hoặc tài khoản.",
                "A member needs a name or an account.",
            )  # fmt: skip
        mistakes.unless(
            roles[CouncilRole.CHAIR] == 1, "/members", "Hội đồng có đúng một chủ tịch.", "A council has one chair.",
        )  # fmt: skip
        mistakes.unless(
            roles[CouncilRole.SECRETARY] <= 1, "/members", "Hội đồng có nhiều nhất một thư ký.",
            "A council has one secretary at most.",
        )  # fmt: skip
    return mistakes.places


def mistakes_in_session(command: RecordSession, council: Council) -> list[Place]:
    """Return every mistake of a session, each with its JSON pointer."""
    mistakes, known = Mistakes(), {member.code for member in council.members}
    with mistakes:
        mistakes.unless(
            command.session <= len(council.sessions) + 1, "/session",
            f"Phiên họp tiếp theo là phiên {len(council.sessions) + 1}.",
            f"The next session is number {len(council.sessions) + 1}.",
        )  # fmt: skip
        mistakes.unless(command.held_on <= command.today, "/held_on", "Ngày họp chưa đến.", "This day has not come.")
        for name, codes in (("attending", command.attending), ("written", command.written)):
            for index, code in enumerate(codes):
                mistakes.unless(
                    codes.index(code) == index, f"/{name}/{index}", f"“{code}” bị trùng.", f"“{code}” occurs twice.",
                )  # fmt: skip
                mistakes.unless(
                    code in known, f"/{name}/{index}", f"Hội đồng không có thành viên “{code}”.",
                    f"The council has no member “{code}”.",
                )  # fmt: skip
        for index, code in enumerate(command.written):
            mistakes.unless(
                code not in command.attending, f"/written/{index}", f"“{code}” đã dự họp.", f"“{code}” attends.",
            )  # fmt: skip
        mistakes.unless(
            command.presiding in {*command.attending, *command.written}, "/presiding",
            "Người chủ trì phải dự họp hoặc có ý kiến bằng văn bản.", "The member who presides has to take part.",
        )  # fmt: skip
    return mistakes.places


def counted(taken: TakenVote, session: CouncilSession) -> CouncilVotes:
    """Return the votes as they are recorded; those by name are counted."""
    by_name = Counter(each.vote for each in taken.by_member)
    said = taken.in_favour, taken.against, taken.abstained
    votes = (by_name[Vote.IN_FAVOUR], by_name[Vote.AGAINST], by_name[Vote.ABSTAINED]) if taken.by_member else said
    decides = _presiding_in_favour(taken, session) and votes[0] == votes[1]
    return CouncilVotes(
        session.number,
        len(session.members),
        len(session.taking_part),
        *votes,
        session.presiding if decides else "",
        taken.by_member,
        taken.replaces,
    )


def mistakes_in_votes(taken: Sequence[TakenVote], session: CouncilSession, terms: Terms) -> list[Place]:
    """Return every mistake of the votes about criteria of a unit; a vote that does not carry the decision is one."""
    mistakes = Mistakes()
    with mistakes:
        for each in taken:
            voters = session.voters(terms, each.criterion)
            _check_names(each, voters, mistakes)
            votes, at = counted(each, session), f"{each.pointer}/votes"
            mistakes.unless(
                votes.cast == len(voters), at,
                f"Có {len(voters)} thành viên biểu quyết về tiêu chí này, số phiếu là {votes.cast}.",
                f"{len(voters)} members vote about this criterion, and there are {votes.cast} votes.",
            )  # fmt: skip
            mistakes.unless(
                votes.carried, at,
                "Không đủ số phiếu tán thành: hãy biểu quyết về một phương án khác. Khi số phiếu ngang nhau, cần người "
                "chủ trì tán thành.",
                "Not carried: vote on another proposal. Between equal numbers the member who presides decides.",
            )  # fmt: skip
            mistakes.unless(
                not votes.decided_by or session.presiding in voters, f"{at}/presiding_in_favour",
                "Người chủ trì thuộc đơn vị này, hoặc thuộc cơ quan tự chấm tiêu chí này, nên không biểu quyết.",
                "The member who presides belongs to this unit, or to who claims the criterion, and so does not vote.",
            )  # fmt: skip
    return mistakes.places


def mistakes_in_referrals(command: ReferCriteria, sheet: Sheet) -> list[Place]:
    """Return every mistake of some referrals, each with its JSON pointer."""
    mistakes, terms, items = Mistakes(), command.terms, sheet.open_items(command.terms.due)
    with mistakes:
        mistakes.repeated([each.criterion for each in command.referrals], "", "criterion")
        for each in command.referrals:
            code, at = each.criterion, f"{each.pointer}/criterion"
            mistakes.unless(
                code in sheet.findings, at, f"Tiêu chí “{code}” chưa có kết quả thẩm định.",
                f"Criterion “{code}” has no finding.",
            )  # fmt: skip
            mistakes.unless(
                code not in items, at, f"Tiêu chí {code} đang chờ hội đồng quyết định.",
                f"Criterion {code} is before the council already.",
            )  # fmt: skip
            mistakes.unless(
                code not in sheet.decided, at, f"Hội đồng đã quyết định tiêu chí {code}.",
                f"The council has decided criterion {code}.",
            )  # fmt: skip
            appraiser, claimant = terms.appraisers.get(code, terms.authority), terms.claimant(code)
            mistakes.unless(
                not any(is_of(claimant, node, terms.authority) for node in command.by.nodes), at,
                f"Tiêu chí {code} do {claimant} tự chấm, nên người của {claimant} không trình.",
                f"Criterion {code} is claimed by {claimant}, so its people do not refer it.",
            )  # fmt: skip
            mistakes.unless(
                not command.by.agencies.isdisjoint({appraiser, terms.authority}), at,
                f"Tiêu chí {code} do {appraiser} thẩm định.", f"Criterion {code} is appraised by {appraiser}.",
            )  # fmt: skip
    return mistakes.places


def _check_names(taken: TakenVote, voters: Iterable[str], mistakes: Mistakes) -> None:
    at = f"{taken.pointer}/votes/by_member"
    mistakes.repeated([each.member for each in taken.by_member], at, "member")
    for index, each in enumerate(taken.by_member):
        mistakes.unless(
            each.member in voters, f"{at}/{index}/member", f"“{each.member}” không biểu quyết về tiêu chí này.",
            f"“{each.member}” does not vote about this criterion.",
        )  # fmt: skip
    said = taken.in_favour + taken.against + taken.abstained
    mistakes.unless(
        not taken.by_member or not said, f"{taken.pointer}/votes",
        "Đã ghi phiếu của từng người thì không ghi tổng số.", "Votes by name are counted; give no numbers beside them.",
    )  # fmt: skip


def _presiding_in_favour(taken: TakenVote, session: CouncilSession) -> bool:
    if taken.by_member:
        return any(each.member == session.presiding and each.vote is Vote.IN_FAVOUR for each in taken.by_member)
    return taken.presiding_in_favour
