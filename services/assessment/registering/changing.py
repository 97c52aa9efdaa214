"""HTTP endpoints of the forms for one unit: a change from a day on, an end, and a new unit with its predecessors.

A form is shown as the changes that it would record, and recorded by their digest. All pages of the step are shown here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from assessment.registering.api import Registers
from assessment.registering.forms import (
    CHANGE,
    ENDING,
    FORMATION,
    KIND_CHOICES,
    change_in,
    difference_values,
    ending_in,
    errors_of,
    formation_in,
    texts_of_end,
    texts_of_new_unit,
    texts_of_record,
)
from assessment.registering.queries import RegisterDifference, register_of, register_or_none, unit_in
from assessment.registering.state import RegisteredUnit, UnitRegister
from assessment.registering.units import UnitLine
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow_page
from parindex.http.path_fields import AuthorityCode, UnitCode
from parindex.http.problems import STATUS
from parindex.refusal import Refused
from parindex.web.answering import page
from parindex.web.desk import SIGN_OUT
from parindex.web.forms import PAGE_FORM, FormShape, SentForm, fresh_key, see_other
from parindex.web.rendering import Templates, Visitor

TEMPLATES: Final = Templates("assessment.registering")
REGISTER: Final = "/authorities/{authority}/units"
NEW_UNIT: Final = "/authorities/{authority}/new-unit"
OF_REGISTER, OF_FORM = "../../", "../../../../"
"""The way from a page to the root of the service."""
LONGEST_SEARCH: Final = 100
Office = Annotated[Asker, allow_page(Role.OFFICE, at="authority")]
Asked = Annotated[str, Query(max_length=LONGEST_SEARCH)]


@dataclass(frozen=True, slots=True)
class UnitForm:
    """A form for one unit: its fields, how they are read as lines of the register, and its addresses.

    `unit` is the name of the unit that it is about; "" for a new one.
    """

    name: str
    authority: str
    shape: FormShape
    read: Callable[[SentForm, UnitRegister], Sequence[UnitLine]]
    root: str
    action: str
    back: str
    unit: str = ""


def routes(registers: Registers) -> APIRouter:
    """Build the routes of the forms for one unit: a change from a day on, an end, and a new unit."""
    router, context = APIRouter(include_in_schema=False), registers.context

    async def found_unit(authority: str, code: str) -> tuple[RegisteredUnit, int]:
        register, version = await register_of(context.log, authority)
        return unit_in(register, authority, code), version

    @router.get(REGISTER + "/{unit}/change")
    async def change_page(
        authority: AuthorityCode, unit: UnitCode, asker: Office, since: Asked = "", undo: Asked = ""
    ) -> Response:
        found, version = await found_unit(authority, unit)
        texts = texts_of_record(found, since, undo=undo == "yes")
        return _form_page(_change_of(authority, found), asker, texts, version)

    @router.post(REGISTER + "/{unit}/change", **PAGE_FORM)
    async def change_from_page(request: Request, authority: AuthorityCode, unit: UnitCode, asker: Office) -> Response:
        found, _ = await found_unit(authority, unit)
        return await _answer_form(registers, request, _change_of(authority, found), asker)

    @router.get(REGISTER + "/{unit}/ending")
    async def ending_page(authority: AuthorityCode, unit: UnitCode, asker: Office) -> Response:
        found, version = await found_unit(authority, unit)
        return _form_page(_ending_of(authority, found), asker, texts_of_end(found), version)

    @router.post(REGISTER + "/{unit}/ending", **PAGE_FORM)
    async def end_from_page(request: Request, authority: AuthorityCode, unit: UnitCode, asker: Office) -> Response:
        found, _ = await found_unit(authority, unit)
        return await _answer_form(registers, request, _ending_of(authority, found), asker)

    @router.get(NEW_UNIT)
    async def new_unit_page(authority: AuthorityCode, asker: Office, former: Asked = "") -> Response:
        register, version = await register_or_none(context.log, authority)
        texts = texts_of_new_unit(register, former)
        return _form_page(_formation_of(authority), asker, texts, version)

    @router.post(NEW_UNIT, **PAGE_FORM)
    async def form_unit_from_page(request: Request, authority: AuthorityCode, asker: Office) -> Response:
        return await _answer_form(registers, request, _formation_of(authority), asker)

    return router


def _change_of(authority: str, found: RegisteredUnit) -> UnitForm:
    code, name = found.records[0].code, found.records[-1].name
    return UnitForm("change", authority, CHANGE, partial(change_in, code=code), OF_FORM, "change", f"../{code}", name)


def _ending_of(authority: str, found: RegisteredUnit) -> UnitForm:
    code, name = found.records[0].code, found.records[-1].name
    return UnitForm("ending", authority, ENDING, partial(ending_in, code=code), OF_FORM, "ending", f"../{code}", name)


def _formation_of(authority: str) -> UnitForm:
    return UnitForm("formation", authority, FORMATION, formation_in, OF_REGISTER, "new-unit", "units")


async def _answer_form(registers: Registers, request: Request, form: UnitForm, asker: Asker) -> Response:
    """Show what a form would change; record it where that was shown, by the digest of the changes."""
    sent = await form.shape.read(request)
    texts, authority, shown = {name: sent.text(name) for name in form.shape.fields}, form.authority, sent.text("shown")
    register, version = await register_or_none(registers.context.log, authority)
    try:
        lines = form.read(sent, register)
        if shown:
            await registers.record_shown(authority, lines, shown, sent.write, asker)
            return see_other(f"{form.back}?recorded=yes")
        changes, digest = await registers.changes_by(authority, register, lines)
    except Refused as refused:
        return _form_page(form, asker, texts, version, refused=refused)
    return _form_page(form, asker, texts, version, {**difference_values(changes), "digest": digest})


def _form_page(
    form: UnitForm, asker: Asker, texts: Mapping[str, str], version: int,
    preview: Mapping[str, object] | None = None, refused: Refused | None = None,
) -> Response:  # fmt: skip
    values = {
        "authority": form.authority,
        "form": form.name,
        "unit": form.unit,
        "action": form.action,
        "back": form.back,
        "texts": {**texts, "shown": ""},
        "kinds": KIND_CHOICES,
        "version": version,
        "key": fresh_key(),
        "confirm_key": fresh_key(),
        "preview": preview is not None,
        "errors": errors_of(form.shape, refused) if refused else {},
        **(preview or difference_values(RegisterDifference())),
    }
    return shown_page("unit_form.html", form.root, asker, values, status_of(refused))


def status_of(refused: Refused | None) -> int:
    """Return the status of a page that shows a refusal, or none."""
    return STATUS[refused.kind][0] if refused else 200


def shown_page(template: str, root: str, asker: Asker, values: Mapping[str, object], status: int = 200) -> Response:
    """Answer with a page of this step."""
    visitor = Visitor("", root + SIGN_OUT, asker.subject)
    return page(TEMPLATES.render(template, root, visitor, **values), status)
