"""Rules of freezing: one edition for each settling, each later one a correction with a reason. Pure."""

from collections.abc import Sequence

from parindex.eventstore.decider import Decider
from parindex.refusal import Kind, Refused
from publication.freezing.commands import FreezeResult
from publication.freezing.events import ResultsAnnounced, ResultsFrozen
from publication.freezing.state import RoundResult, evolve, next_of


class SettlingFrozenError(Refused):
    """The settling, or a later one, is an edition already; a correction needs a new settling."""

    code = "settling-frozen"
    kind = Kind.CONFLICT
    vi = "Lần chốt điểm này đã được niêm phong thành ấn bản {edition}. Muốn đính chính: mở lại đợt, sửa, chốt lại."
    en = "This settling is frozen as edition {edition}. To correct it: reopen the round, correct it, settle again."

    edition: int


class ReasonMissingError(Refused):
    """A correction has to say why."""

    code = "reason-missing"
    vi, en = "Ấn bản đính chính phải nêu lý do.", "A correcting edition has to state its reason."
    at = "/reason"


class EditionOvertakenError(Refused):
    """Another edition was frozen while this one was made: its bytes name an edition before that is not the newest."""

    code = "edition-overtaken"
    kind = Kind.CONFLICT
    vi = "Vừa có ấn bản khác của đợt này được niêm phong; hãy xem lại rồi niêm phong tiếp nếu còn cần."
    en = "Another edition of this round was frozen just now; look at it, and freeze again if there is still need."


def decide(command: FreezeResult, result: RoundResult) -> Sequence[ResultsFrozen]:
    settlement, before = command.settlement, result.editions[-1] if result.editions else None
    if before and settlement.settling <= before.settling:
        raise SettlingFrozenError(before.edition)
    if before and not command.reason:
        raise ReasonMissingError
    if (command.edition, command.supersedes) != next_of(result):
        raise EditionOvertakenError
    frozen = ResultsFrozen(
        round=command.opened.round,
        edition=command.edition,
        settling=settlement.settling,
        year=command.opened.year,
        title=command.opened.title,
        checksum=command.checksum,
        formula=settlement.formula,
        vector=tuple(settlement.vector),
        supersedes=command.supersedes,
        reason=command.reason,
    )
    return [frozen]


freezing: Decider[FreezeResult, RoundResult, ResultsFrozen | ResultsAnnounced] = Decider(RoundResult(), decide, evolve)
