"""State of a round's council, folded from its events; the votes and the referrals of commands. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from assessment.deliberating.events import CouncilComposed, CouncilSessionConcluded, CouncilSessionRecorded
from assessment.deliberating.members import CouncilMember
from assessment.opening.responsibility import is_of
from assessment.opening.stages import MemberVote
from assessment.opening.terms import Terms
from parindex.auth.principal import covers

CouncilFact = CouncilComposed | CouncilSessionRecorded | CouncilSessionConcluded


@dataclass(frozen=True, slots=True)
class CouncilSession:
    """A session with the members that the council had when it was recorded, and the number of its minutes."""

    number: int
    held_on: str
    place: str
    presiding: str
    attending: tuple[str, ...]
    written: tuple[str, ...]
    members: tuple[CouncilMember, ...]
    minutes: str = ""
    concluded: bool = False

    @property
    def taking_part(self) -> tuple[str, ...]:
        """The members who attended, and those who gave a written opinion."""
        return (*self.attending, *self.written)

    @property
    def quorate(self) -> bool:
        """Whether more than half of the members take part."""
        return len(self.taking_part) * 2 > len(self.members)

    def voters(self, terms: Terms, criterion: str) -> tuple[str, ...]:
        """Return the members who vote about a criterion of a unit.

        They are those who take part, and belong neither to the unit nor to the agency that claims the criterion.
        """
        claimant = terms.claimant(criterion)
        own = {
            member.code
            for member in self.members
            if member.agency and (covers(terms.unit, member.agency) or is_of(claimant, member.agency, terms.authority))
        }
        return tuple(code for code in self.taking_part if code not in own)


@dataclass(frozen=True, slots=True)
class Council:
    """A council: the document that composed it, its members, and its sessions by number."""

    reference: str = ""
    decided_on: str = ""
    members: tuple[CouncilMember, ...] = ()
    sessions: Mapping[int, CouncilSession] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TakenVote:
    """How a session voted about a criterion, as it is sent. `pointer` is its place in the body.

    `presiding_in_favour`: the member who presided is in favour, which decides between equal numbers.
    """

    criterion: str
    in_favour: int = 0
    against: int = 0
    abstained: int = 0
    presiding_in_favour: bool = False
    by_member: tuple[MemberVote, ...] = ()
    replaces: int = 0
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Referral:
    """A criterion that is put before the council, with the reason (a commitment), and its place in the body."""

    criterion: str
    reason: str
    pointer: str = ""


def evolve(council: Council, fact: CouncilFact) -> Council:
    """Return the council after a fact."""
    match fact:
        case CouncilComposed():
            return replace(council, reference=fact.reference, decided_on=fact.decided_on, members=fact.members)
        case CouncilSessionRecorded():
            held = CouncilSession(
                fact.session, fact.held_on, fact.place, fact.presiding, fact.attending, fact.written, council.members
            )
            return replace(council, sessions={**council.sessions, fact.session: held})
        case CouncilSessionConcluded():
            over = replace(council.sessions[fact.session], minutes=fact.minutes, concluded=True)
            return replace(council, sessions={**council.sessions, fact.session: over})
        case _:
            assert_never(fact)
