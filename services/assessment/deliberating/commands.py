"""Commands about a round's council and its sessions, and those that put criteria before it."""

from dataclasses import dataclass

from assessment.appraising.state import ActingAppraiser
from assessment.deliberating.members import CouncilMember
from assessment.deliberating.state import Referral
from assessment.opening.terms import Terms


@dataclass(frozen=True, slots=True)
class ComposeCouncil:
    """Compose the council of a round, which `offered` says that it has."""

    round: str
    offered: bool
    reference: str
    decided_on: str
    members: tuple[CouncilMember, ...]


@dataclass(frozen=True, slots=True)
class RecordSession:
    """Record a session of this number, or change the record of it; `today` is the day in Việt Nam."""

    round: str
    session: int
    held_on: str
    place: str
    presiding: str
    attending: tuple[str, ...]
    written: tuple[str, ...]
    today: str


@dataclass(frozen=True, slots=True)
class ConcludeSession:
    """Conclude a session; `minutes` is the number of its minutes."""

    round: str
    session: int
    minutes: str


CouncilCommand = ComposeCouncil | RecordSession | ConcludeSession


@dataclass(frozen=True, slots=True)
class ReferCriteria:
    """Put criteria of a unit before the council: all of them, or none."""

    terms: Terms
    referrals: tuple[Referral, ...]
    by: ActingAppraiser
    at: str
