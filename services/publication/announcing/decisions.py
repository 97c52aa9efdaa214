"""Rules of announcing: a frozen edition, once, never an older one, and never by the account that froze it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from parindex.contracts.unknown import EditionUnknownError
from parindex.eventstore.decider import Decider
from parindex.refusal import Kind, Refused
from publication.announcing.commands import AnnounceResult
from publication.freezing.events import ResultsAnnounced, ResultsFrozen


@dataclass(frozen=True, slots=True)
class Announcements:
    """The checksum of every frozen edition, and the numbers of the public ones."""

    frozen: tuple[str, ...] = ()
    announced: tuple[int, ...] = ()


class EditionAnnouncedError(Refused):
    """The edition is public already."""

    code = "edition-announced"
    kind = Kind.CONFLICT
    vi, en = "Ấn bản {edition} đã được công bố.", "Edition {edition} is public already."

    edition: int


class EditionSupersededError(Refused):
    """A later edition exists; announcing this one would show numbers that are known to be corrected."""

    code = "edition-superseded"
    kind = Kind.CONFLICT
    vi = "Đã có ấn bản {newest} thay thế; hãy công bố ấn bản đó."
    en = "Edition {newest} supersedes it; announce that one."

    newest: int


class SealerAnnouncesError(Refused):
    """Two people make a result public: one freezes it, another announces it (decision 18)."""

    code = "sealer-announces"
    kind = Kind.FORBIDDEN
    advice = (
        "Tài khoản khác, không phải tài khoản đã niêm phong, công bố.",
        "Another account than the one that froze the edition announces it.",
    )
    vi = "Người đã niêm phong ấn bản này không được tự công bố; người khác (vai trò publisher) phải công bố."
    en = "The account that froze this edition may not announce it; another account (role publisher) has to."


def decide(command: AnnounceResult, state: Announcements) -> Sequence[ResultsAnnounced]:
    newest = len(state.frozen)
    if not 1 <= command.edition <= newest or not command.frozen_by:  # else it was frozen meanwhile, by an unknown actor
        raise EditionUnknownError
    if command.edition in state.announced:
        raise EditionAnnouncedError(command.edition)
    if command.edition < newest:
        raise EditionSupersededError(newest)
    if command.by == command.frozen_by:
        raise SealerAnnouncesError
    return [ResultsAnnounced(command.round, command.edition, state.frozen[command.edition - 1])]


def evolve(state: Announcements, fact: ResultsFrozen | ResultsAnnounced) -> Announcements:
    match fact:
        case ResultsFrozen():
            return replace(state, frozen=(*state.frozen, fact.checksum))
        case ResultsAnnounced():
            return replace(state, announced=(*state.announced, fact.edition))
        case _:
            assert_never(fact)


announcing: Decider[AnnounceResult, Announcements, ResultsFrozen | ResultsAnnounced] = Decider(
    Announcements(), decide, evolve
)
