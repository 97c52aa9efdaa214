"""The pages of lists of links: a list is chosen or pasted, shown with its changes, and confirmed."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.auth.link_lists import LARGEST_LIST, LinkListWrongError, text_in
from parindex.auth.link_plans import LinkPlan, LinkState, Planned
from parindex.http.multipart import FILES_FORM, form_parts
from parindex.http.problems import STATUS
from parindex.refusal import Refused
from parindex.sign_in.link_lists import LinkLists
from parindex.sign_in.people_answers import PeopleAnswers, powers_of
from parindex.web import vietnamese
from parindex.web.forms import see_other
from parindex.web.parts import Column, SummaryRow

FILE, PASTED, CHECKSUM = "file", "list", "checksum"
STATES: Final = {
    LinkState.NEW: "Mới",
    LinkState.UNCHANGED: "Đã có, không đổi",
    LinkState.TAKEN: "Đã thuộc tài khoản khác",
}
COLUMNS: Final = (Column("Người"), Column("Sẽ làm gì"), Column("Tên đăng nhập"), Column("Mã danh tính"), Column("Dòng"))
MISTAKE_COLUMNS: Final = (Column("Ở đâu"), Column("Cần sửa gì"))

Office = Annotated[Asker, allow_page(Role.OFFICE)]
Reader = Annotated[Asker, allow_page(Role.OFFICE, reads="account-name")]


def routes(lists: LinkLists) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    pages = PeopleAnswers(lists.people)

    @router.get("/links")
    async def link_list_page(asker: Office, linked: str = "") -> Response:
        powers_of(asker)
        return _form(pages, asker, linked=linked)

    @router.post("/links", **FILES_FORM)
    async def check_list(request: Request, asker: Reader) -> Response:
        powers = powers_of(asker)
        try:
            text = (await _sent(request))[PASTED]
            plan, found = await lists.plan(text, powers)
        except Refused as refused:
            return _form(pages, asker, refused)
        powers_of(asker, [*found])
        return _plan(pages, asker, text, plan)

    @router.post("/links/confirmed", **FILES_FORM)
    async def link_from_list(request: Request, asker: Reader) -> Response:
        powers = powers_of(asker)
        sent: Mapping[str, str] = {PASTED: ""}
        try:
            sent = await _sent(request)
            plan, _ = await lists.link(sent[PASTED], powers, sent[CHECKSUM])
        except Refused as refused:
            return await _again(lists, pages, asker, sent[PASTED], refused)
        return see_other(f"../links?linked={sum(map(len, plan.new.values()))}")

    return router


async def _sent(request: Request) -> dict[str, str]:
    """Return the fields of a form; the list is the file, or the pasted text where none was chosen.

    Raises LinkListWrongError, FormBrokenError, MediaTypeNotTakenError.
    """
    raw = {FILE: b"", PASTED: b"", CHECKSUM: b""}
    async for part in form_parts(request):
        if part.name in raw and not raw[part.name]:
            raw[part.name] = b"".join([block async for block in part])
    chosen = text_in(raw[FILE] or raw[PASTED])
    return {PASTED: chosen, CHECKSUM: raw[CHECKSUM].decode("ascii", "replace")}


async def _again(lists: LinkLists, pages: PeopleAnswers, asker: Asker, text: str, refused: Refused) -> Response:
    """Show a list that was refused as it stands now, or the form where it can't be compared."""
    try:
        plan, found = await lists.plan(text, powers_of(asker))
    except Refused:
        return _form(pages, asker, refused, "../")
    powers_of(asker, [*found])
    return _plan(pages, asker, text, plan, refused, "../")


def _form(
    pages: PeopleAnswers, asker: Asker, refused: Refused | None = None, root: str = "", linked: str = ""
) -> Response:
    count = int(linked) if linked.isascii() and linked.isdecimal() and len(linked) < 5 else None  # noqa: PLR2004
    return pages.shown(
        "link_list.html",
        asker,
        _status(refused),
        root,
        outside=pages.people.outside,
        kib=LARGEST_LIST // 1024,
        done="" if count is None else _done(count),
        errors={"": _said(refused)} if refused else {},
    )


def _done(count: int) -> str:
    if count == 0:
        return "Danh sách không có liên kết nào mới, nên không thay đổi gì."
    said = "liên kết, và ghi vào sổ. Những người này đăng nhập lại chậm nhất sau 15 phút."
    return f"Đã thêm {vietnamese.count(count)} {said}"


def _plan(
    pages: PeopleAnswers, asker: Asker, text: str, plan: LinkPlan, refused: Refused | None = None, root: str = ""
) -> Response:
    states = [line.state for line in plan.lines]
    return pages.shown(
        "link_plan.html",
        asker,
        _status(refused),
        root,
        outside=pages.people.outside,
        summary=_summary(plan),
        mistakes=[(mistake.where, mistake.said.vi) for mistake in plan.mistakes],
        mistake_columns=MISTAKE_COLUMNS,
        columns=COLUMNS,
        lines=[_cells(line) for line in plan.lines],
        new=states.count(LinkState.NEW),
        text=text,
        checksum=plan.checksum,
        errors={"": refused.vi} if refused else {},
    )


def _summary(plan: LinkPlan) -> Sequence[SummaryRow]:
    states = [line.state for line in plan.lines]
    rows = [SummaryRow(STATES[state], vietnamese.count(states.count(state))) for state in LinkState]
    return [*rows, SummaryRow("Chỗ cần sửa", vietnamese.count(len(plan.mistakes)))]


def _cells(line: Planned) -> Sequence[str]:
    more = f"; tài khoản còn {line.others} liên kết khác" if line.others and line.state is LinkState.NEW else ""
    account = line.account
    return (
        account.full_name or account.name,
        STATES[line.state] + more,
        account.name,
        line.link.subject,
        str(line.row),
    )


def _said(refused: Refused) -> str:
    return " ".join(place.vi for place in refused.places) if isinstance(refused, LinkListWrongError) else refused.vi


def _status(refused: Refused | None) -> int:
    return STATUS[refused.kind][0] if refused else 200
