"""HTTP endpoints of the workbook of a criteria set: the template, the workbook of a set in force, and a reading."""

import asyncio
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from assessment.drafting.bodies import SetReading
from assessment.drafting.example import EXAMPLE
from assessment.drafting.layout import READ
from assessment.drafting.reading import Drafted, read_set
from assessment.drafting.writing import write_set
from assessment.enacting.bodies import CriteriaSetIn
from assessment.enacting.queries import criteria_set_of
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow, signed_in
from parindex.files.inspecting import Inspector
from parindex.files.kinds import XLSX
from parindex.files.refusals import NoFileStoreError
from parindex.files.workbooks import Extractor
from parindex.http.fields import Node
from parindex.http.file_transfer import A_WORKBOOK, LARGEST_WORKBOOK, workbook_response
from parindex.http.malformed import places_in_body
from parindex.http.path_fields import SetId
from parindex.http.problems import problems
from parindex.http.route_table import STREAMED
from parindex.service import ServiceContext
from parindex.web.worksheets import noted

TEMPLATE: Final = "/v1/criteria-set-template"
READINGS: Final = "/v1/criteria-set-readings"


def routes(context: ServiceContext, inspector: Inspector, extractor: Extractor) -> APIRouter:
    """Build the routes of this step. The service shares the two readers of files with its other steps."""
    router = APIRouter()

    @router.get(TEMPLATE, response_class=Response, dependencies=[signed_in], responses={200: A_WORKBOOK})
    async def download_template() -> Response:
        """Mẫu Excel của một bộ chỉ số, có sẵn vài dòng ví dụ. A template with some real rows to be replaced."""
        return workbook_response(await asyncio.to_thread(write_set, EXAMPLE), "bo-chi-so-mau.xlsx")

    @router.get(
        "/v1/criteria-sets/{code}/workbook", response_class=Response, dependencies=[signed_in],
        responses={200: A_WORKBOOK, **problems(404)},
    )  # fmt: skip
    async def download_set(code: SetId) -> Response:
        """Một bộ chỉ số đã ban hành thành tệp Excel, để sửa thành bộ của năm sau. A set in force as a workbook."""
        enacted = await criteria_set_of(context.log, code)
        return workbook_response(await asyncio.to_thread(write_set, enacted.criteria_set), f"bo-chi-so-{code}.xlsx")

    @router.post(READINGS, openapi_extra=STREAMED, responses=problems(413, 415, 422, 429, 503))
    async def read_workbook(
        authority: Node, request: Request, asker: Annotated[Asker, allow(Role.OFFICE, Role.COUNCIL)]
    ) -> SetReading:
        """Đọc tệp Excel thành bộ chỉ số và chỉ ra mọi lỗi; chưa ghi gì. Toàn bộ nội dung yêu cầu là tệp.

        Read a workbook into a set, and name each mistake with its cell. Nothing is written. The whole body is the file.
        """
        asker.require(authority)
        if context.files is None:
            raise NoFileStoreError
        async with context.files.receive(request.stream(), LARGEST_WORKBOOK) as draft:
            await inspector.inspect(draft.path, f"workbook{XLSX.endings[0]}")
            workbook = await extractor.cells_of(draft.path, READ)
        return _reading(await asyncio.to_thread(read_set, workbook))

    return router


def _reading(drafted: Drafted) -> SetReading:
    """Return a reading as the answer. What the body of an enactment would refuse is a mistake at its cell, too."""
    found = drafted.criteria_set
    body, values = None, msgspec.to_builtins(found) if found else {}
    try:
        body = CriteriaSetIn.model_validate(values) if found else None
    except ValidationError as error:
        for place in places_in_body(error, values):
            drafted.error(drafted.at(place.at), "", place.vi, place.en)
    return SetReading(
        criteria_set=body,
        errors=[noted(note) for note in drafted.errors],
        warnings=[noted(note) for note in drafted.warnings],
    )
