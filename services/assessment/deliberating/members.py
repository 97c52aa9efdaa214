"""The members of a council, with the words for their roles. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_MEMBERS: Final = 50
MOST_SESSIONS: Final = 100


class CouncilRole(StrEnum):
    """What a member is in the council."""

    CHAIR = "chair"
    DEPUTY = "deputy"
    SECRETARY = "secretary"
    MEMBER = "member"


ROLE_WORDS: Final[Mapping[CouncilRole, str]] = {
    CouncilRole.CHAIR: "Chủ tịch Hội đồng",
    CouncilRole.DEPUTY: "Phó Chủ tịch Hội đồng",
    CouncilRole.SECRETARY: "Thư ký Hội đồng",
    CouncilRole.MEMBER: "Ủy viên",
}


@dataclass(frozen=True, slots=True)
class CouncilMember:
    """A member by code: an account, a name, or both; `agency` is where the member works.

    `name` and `position` are commitments; "" stands for an absent value.
    """

    code: str
    role: CouncilRole
    account: str = ""
    name: str = ""
    position: str = ""
    agency: str = ""
