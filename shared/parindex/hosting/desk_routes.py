"""`/desk` and `/v1/desk`: what waits for a person at a service, as a page and for programs, found by one function."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from parindex.auth import Asker
from parindex.auth.fastapi import signed_in, signed_in_page
from parindex.instant import instant
from parindex.service import Service, ServiceContext
from parindex.web.answering import page
from parindex.web.desk import desk_part, in_order


class WaitingOut(BaseModel):
    """Một việc đang chờ người hỏi. One thing that waits for the asker."""

    kind: str = Field(description="what it is, a stable code")
    what: str = Field(description="what to do, in Vietnamese")
    about: str = Field(description="the round, and the unit where there may be several")
    round: str
    unit: str = Field(description="empty where it is about a whole round")
    count: int = Field(description="how much is left: criteria, units or kiosks")
    until: str = Field(description="the deadline, an instant; empty: none")
    overdue: bool
    address: str = Field(description="the page on which it is done, below the service's address; empty: none yet")


def desk_routes(service: Service, context: ServiceContext) -> APIRouter:
    """Return the routes of a service with a part of the desk. Everyone signed in may ask, and sees the own tasks."""
    router, find = APIRouter(), service.waiting
    assert find is not None  # noqa: S101  # the caller has looked

    @router.get("/v1/desk", tags=["desk"])
    async def waiting_tasks(asker: Annotated[Asker, signed_in]) -> list[WaitingOut]:
        """Việc đang chờ người hỏi ở dịch vụ này, hạn sớm nhất trước. What waits for the asker at this service."""
        now = instant(context.now())
        return [
            WaitingOut(
                kind=one.kind,
                what=one.what,
                about=one.about,
                round=one.round,
                unit=one.unit,
                count=one.count,
                until=one.until,
                overdue=one.overdue(now),
                address=one.address,
            )
            for one in in_order(await find(context, asker))
        ]

    @router.get("/desk", include_in_schema=False)
    async def desk_page(asker: Annotated[Asker, signed_in_page]) -> Response:
        found, now = await find(context, asker), instant(context.now())
        return page(desk_part(service.title, found, now, asker.subject))

    return router
