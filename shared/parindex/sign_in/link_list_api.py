"""`/v1/link-lists`: an office links people to identities of the outside issuer by a list, as at the pages."""

from typing import Annotated

from fastapi import APIRouter

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.http.problems import problems
from parindex.sign_in.link_list_bodies import ConfirmedListIn, LinkListIn, LinkPlanOut, plan_out
from parindex.sign_in.link_lists import LinkLists
from parindex.sign_in.people_answers import powers_of

Reader = Annotated[Asker, allow(Role.OFFICE, reads="account-name")]


def routes(lists: LinkLists) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["accounts"])

    @router.post("/v1/link-lists/checks", responses=problems(401, 403, 409, 422))
    async def check_link_list(body: LinkListIn, asker: Reader) -> LinkPlanOut:
        """Xem trước một danh sách liên kết; không ghi gì. What a list would link, with all its mistakes."""
        plan, found = await lists.plan(body.list, powers_of(asker))
        powers_of(asker, [*found])
        return plan_out(plan)

    @router.post("/v1/link-lists", responses=problems(401, 403, 404, 409, 412, 422))
    async def link_by_list(body: ConfirmedListIn, asker: Reader) -> LinkPlanOut:
        """Liên kết theo danh sách: tất cả hoặc không gì cả. Link by a list; sent again, it changes nothing.

        The answer is the plan that was carried out. Earlier sessions of people with a new link end.
        """
        plan, found = await lists.link(body.list, powers_of(asker), body.checksum)
        powers_of(asker, [*found])
        return plan_out(plan)

    return router
