"""What requests and answers of lists of links hold."""

from pydantic import BaseModel, Field

from parindex.auth.link_lists import LARGEST_LIST
from parindex.auth.link_plans import LinkPlan, LinkState, Planned
from parindex.http.body import Body, example
from parindex.http.problems import ProblemPlace

_LIST = "account;issuer;subject\nnguyen.thi.lan;https://sso.tinh.example;7d1c6a52-0f3e-4a57-9a0e-5d0c1f6f2b11\n"


class LinkListIn(Body):
    """Một danh sách liên kết, dạng CSV. A list of links: CSV with the columns account, issuer and subject."""

    model_config = example(list=_LIST)

    list: str = Field(max_length=LARGEST_LIST, description="the first line names the columns; account: name or id")


class ConfirmedListIn(LinkListIn):
    """Danh sách cần liên kết. A list to apply."""

    model_config = example(list=_LIST, checksum="")

    checksum: str = Field("", max_length=64, description="of the check; refused if the accounts are others by now")


class PlannedOut(BaseModel):
    """Một dòng của danh sách. A line of a list, with the account that it names."""

    row: int = Field(description="of the list, whose first line is 1")
    account: str
    name: str
    full_name: str
    issuer: str
    subject: str
    state: LinkState = Field(description="taken: another account has it, which is a mistake too")
    others: int = Field(description="how many other links the account has")


class LinkPlanOut(BaseModel):
    """Danh sách sẽ thay đổi gì. What a list changes: everything that is new, or nothing where it has mistakes."""

    lines: list[PlannedOut]
    mistakes: list[ProblemPlace]
    new: int
    unchanged: int
    checksum: str = Field(description="of the identities and their accounts; the same after the list was applied")


def plan_out(plan: LinkPlan) -> LinkPlanOut:
    """Return a plan as an answer."""
    states = [line.state for line in plan.lines]
    places = [mistake.place for mistake in plan.mistakes]
    return LinkPlanOut(
        lines=[*map(_line, plan.lines)],
        mistakes=[ProblemPlace(at=place.at, vi=place.vi, en=place.en) for place in places],
        new=states.count(LinkState.NEW),
        unchanged=states.count(LinkState.UNCHANGED),
        checksum=plan.checksum,
    )


def _line(line: Planned) -> PlannedOut:
    account = line.account
    return PlannedOut(
        row=line.row,
        account=account.id,
        name=account.name,
        full_name=account.full_name,
        issuer=line.link.issuer,
        subject=line.link.subject,
        state=line.state,
        others=line.others,
    )
