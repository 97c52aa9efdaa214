"""The events of a round's council. Days are those of Việt Nam. Names, positions and places are commitments."""

from dataclasses import dataclass

from assessment.deliberating.members import CouncilMember


@dataclass(frozen=True, slots=True)
class CouncilComposed:
    """The council has these members, by a document of this number and day; they replace those before."""

    round: str
    reference: str
    decided_on: str
    members: tuple[CouncilMember, ...]


@dataclass(frozen=True, slots=True)
class CouncilSessionRecorded:
    """A session took place: who presided, attended, or gave a written opinion. It replaces the record before.

    `place` is a commitment; "" stands for none.
    """

    round: str
    session: int
    held_on: str
    place: str
    presiding: str
    attending: tuple[str, ...]
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CouncilSessionConcluded:
    """The session is over, and its minutes have this number; nothing is decided in it any more."""

    round: str
    session: int
    minutes: str
