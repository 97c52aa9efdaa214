"""`/units/{unit}/people` and `/v1/units/{unit}/people`: the people who act for a unit, for each other.

A unit hands its criteria to its people (decision 33), and the service that does it knows no accounts, so a script of
its page asks here (decision 45).
"""

from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel

from parindex.auth import Asker, Role
from parindex.auth.account_rules import AccountKind
from parindex.auth.fastapi import allow, allow_page
from parindex.auth.principal import Right
from parindex.http.path_fields import UnitCode
from parindex.http.problems import problems
from parindex.sign_in.names import NameOut
from parindex.sign_in.sessions import Sessions
from parindex.values.vietnamese_order import sort_key
from parindex.web.answering import private_json

PEOPLE: Final = "/units/{unit}/people"


class UnitPeopleOut(BaseModel):
    """Những người có quyền `unit` của đơn vị. The people who act for a unit, by their names."""

    people: list[NameOut]


def routes(sessions: Sessions) -> APIRouter:
    """Return the routes. Each reading is traced, as every reading of names is."""
    router = APIRouter(tags=["accounts"])

    @router.get("/v1" + PEOPLE, responses=problems(401, 403, 422))
    async def read_unit_people(
        unit: UnitCode,
        asker: Annotated[Asker, allow(Role.UNIT, at="unit", reads="account-name")],  # noqa: ARG001
    ) -> UnitPeopleOut:
        """Những người có quyền `unit` của đơn vị, cho người của đơn vị đó, ví dụ để phân công tiêu chí.

        The people who have the right `unit` at the unit, for people of that unit; programs are left out.
        """
        return UnitPeopleOut(people=people_of(sessions, unit))

    @router.get(PEOPLE, include_in_schema=False)
    async def unit_people_for_page(
        unit: UnitCode,
        asker: Annotated[Asker, allow_page(Role.UNIT, at="unit", reads="account-name")],  # noqa: ARG001
    ) -> Response:
        return private_json([each.model_dump() for each in people_of(sessions, unit)])

    return router


def people_of(sessions: Sessions, unit: str) -> list[NameOut]:
    """Return the people of the accounts file who have the right `unit` at this unit, in the order of their names."""
    right = Right(Role.UNIT, unit)
    accounts = [each for each in sessions.accounts.all if each.kind is AccountKind.PERSON and right in each.rights]
    accounts.sort(key=lambda each: sort_key(each.shown_name))
    return [NameOut(account=sessions.id_of(each), name=each.shown_name) for each in accounts]
