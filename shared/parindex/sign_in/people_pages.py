"""The pages of an office: the people with their rights, and the programs. They execute what the API executes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from parindex.auth import Asker, Role
from parindex.auth.account_rules import AccountKind
from parindex.auth.fastapi import allow_page
from parindex.sign_in.people import NewAccount, People
from parindex.sign_in.people_answers import DONE, PeopleAnswers, powers_of
from parindex.sign_in.people_display import (
    COLUMNS,
    PROGRAM_COLUMNS,
    STATES,
    State,
    ended_rows,
    found_in,
    program_rows,
)

LONGEST_QUERY = 200
NO_RIGHT = "@"

Office = Annotated[Asker, allow_page(Role.OFFICE)]
Reader = Annotated[Asker, allow_page(Role.OFFICE, reads="account-name")]
Typed = Annotated[str, Form()]
Asked = Annotated[str, Query(max_length=LONGEST_QUERY)]


def routes(people: People) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    pages = PeopleAnswers(people)

    @router.get("/people")
    async def people_page(asker: Reader, q: Asked = "", state: str = "", done: str = "") -> Response:
        found = found_in(await people.all(powers_of(asker)), AccountKind.PERSON, q)
        only = State(state) if state in set(State) else None
        ended = only is State.ENDED
        rows = ended_rows(await people.ended(powers_of(asker)), q) if ended else pages.rows(found, only)
        powers_of(asker, found)
        return pages.shown(
            "people.html",
            asker,
            columns=COLUMNS,
            rows=rows,
            q=q,
            state=only,
            states=STATES,
            outside=people.outside,
            done=DONE.get(done, ""),
        )

    @router.get("/programs")
    async def programs_page(asker: Reader, q: Asked = "", done: str = "") -> Response:
        found = found_in(await people.all(powers_of(asker)), AccountKind.CLIENT, q)
        powers_of(asker, found)
        return pages.shown(
            "programs.html", asker, columns=PROGRAM_COLUMNS, rows=program_rows(found), q=q, done=DONE.get(done, "")
        )

    @router.get("/people/new")
    async def new_person_page(asker: Office) -> Response:
        return pages.new(asker, NewAccount(AccountKind.PERSON, "", "", [NO_RIGHT]), {})

    @router.get("/programs/new")
    async def new_program_page(asker: Office) -> Response:
        return pages.new(asker, NewAccount(AccountKind.CLIENT, "", "", [NO_RIGHT]), {})

    @router.post("/people/new")
    async def create_person(
        request: Request, asker: Office, new: Annotated[NewAccount, Depends(typed_person)], key: Typed = ""
    ) -> Response:
        return await pages.created(request, asker, new, key)

    @router.post("/programs/new")
    async def create_program(
        request: Request, asker: Office, new: Annotated[NewAccount, Depends(typed_program)], key: Typed = ""
    ) -> Response:
        return await pages.created(request, asker, new, key)

    return router


def typed_person(name: Typed = "", full_name: Typed = "", role: Typed = "", node: Typed = "") -> NewAccount:
    """Return the person that a form describes."""
    return NewAccount(AccountKind.PERSON, name.strip(), full_name.strip(), [f"{role}@{node.strip()}"])


def typed_program(name: Typed = "", full_name: Typed = "", role: Typed = "", node: Typed = "") -> NewAccount:
    """Return the program that a form describes."""
    return NewAccount(AccountKind.CLIENT, name.strip(), full_name.strip(), [f"{role}@{node.strip()}"])
