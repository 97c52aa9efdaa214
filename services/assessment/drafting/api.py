"""HTTP endpoints of the workbook of a criteria set: the template, the workbook of a set in force, and a reading."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from assessment.drafting.bodies import (
    MOST_VALUES,
    ComparisonIn,
    SetReading,
    faults_of,
    reading_of,
    set_in_tree,
    text_in,
)
from assessment.drafting.differences import DifferenceInWords
from assessment.drafting.layout import READ
from assessment.drafting.queries import ListedSet, difference_from, digest_of_draft, sets_of
from assessment.drafting.reading import read_set
from assessment.drafting.refusals import DraftGoneError, DraftReadAnewError, SetFileKindError
from assessment.drafting.writing import EXAMPLE, write_set
from assessment.enacting.bodies import CriteriaSetIn, EnactmentIn
from assessment.enacting.checks import mistakes_in_set
from assessment.enacting.queries import criteria_set_of
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow, signed_in
from parindex.contracts.invalid import CriteriaSetInvalidError
from parindex.eventstore.appending import Appended
from parindex.files.inspecting import Inspector
from parindex.files.kept import read_kept
from parindex.files.kinds import HEAD, XLSX, looks_like
from parindex.files.refusals import FileNotAsNamedError
from parindex.files.workbooks import Extractor
from parindex.http.fields import Node
from parindex.http.file_transfer import A_WORKBOOK, LARGEST_WORKBOOK, workbook_response
from parindex.http.path_fields import AuthorityCode, SetId
from parindex.http.problems import problems
from parindex.http.route_table import STREAMED
from parindex.http.write_endpoints import WriteRequest
from parindex.inputs.bounded_trees import parse_bounded
from parindex.inputs.trees import TreeError
from parindex.service import ServiceContext

TEMPLATE: Final = "/v1/criteria-set-template"
READINGS: Final = "/v1/criteria-set-readings"


Enact = Callable[[ServiceContext, EnactmentIn, WriteRequest, Asker], Awaitable[Appended]]
"""Puts a set in force, as the API of enacting does; the service passes it in."""


@dataclass(frozen=True, eq=False)
class Drafts:
    """Sets in files: written, read, kept until they are enacted, and enacted as they were shown."""

    context: ServiceContext
    enact: Enact
    inspector: Inspector
    extractor: Extractor

    async def template(self) -> Response:
        """Answer with the template."""
        return workbook_response(await asyncio.to_thread(write_set, EXAMPLE), "bo-chi-so-mau.xlsx")

    async def written(self, code: str) -> Response:
        """Answer with the workbook of a set in force. Raises CriteriaSetUnknownError."""
        enacted = await criteria_set_of(self.context.log, code)
        return workbook_response(await asyncio.to_thread(write_set, enacted.criteria_set), f"bo-chi-so-{code}.xlsx")

    async def read(self, chunks: AsyncIterator[bytes]) -> SetReading:
        """Return what a file says, and keep nothing of it. Raises the refusals of files."""
        async with self.context.file_store.receive(chunks, LARGEST_WORKBOOK) as draft:
            return await self._read(draft.path)

    async def receive(self, chunks: AsyncIterator[bytes]) -> tuple[str, SetReading]:
        """Return the digest of a file and what it says; keep one that is right until its set is enacted.

        It is kept in the store of files; no event names it, so the collector of orphans removes it after an hour.
        """
        async with self.context.file_store.receive(chunks, LARGEST_WORKBOOK) as draft:
            reading = await self._read(draft.path)
            if reading.criteria_set:
                await draft.keep()
            return draft.digest, reading

    async def found(self, digest: str) -> tuple[CriteriaSetIn, SetReading]:
        """Return the set in a file that was kept. Raises DraftGoneError.

        Any file that is no right set is refused as if it were not there, as `read_kept` says why.
        """
        reading = await read_kept(self.context.file_store, digest, LARGEST_WORKBOOK, self._read, DraftGoneError)
        if reading.criteria_set is None:
            raise DraftGoneError
        return reading.criteria_set, reading

    async def enact_found(self, authority: str, file: str, shown: str, write: WriteRequest, asker: Asker) -> str:
        """Enact the set in a file that was kept, if it is the one that was shown, by its digest; return its code.

        Raises DraftGoneError, DraftReadAnewError, and the refusals of enacting.
        """
        body, _ = await self.found(file)
        if digest_of_draft(body.to_record()) != shown:
            raise DraftReadAnewError
        await self.enact(self.context, EnactmentIn(authority=authority, criteria_set=body), write, asker)
        return body.code

    async def _read(self, path: Path) -> SetReading:
        """Return what a file says, by its content. Raises SetFileKindError and the other refusals of files."""
        with path.open("rb") as file:
            head = file.read(HEAD)
        if not looks_like(head):
            return await self._read_text(path)
        try:
            await self.inspector.inspect(path, f"workbook{XLSX.endings[0]}")
        except FileNotAsNamedError as error:
            raise SetFileKindError(error.looks) from None
        workbook = await self.extractor.cells_of(path, READ)
        return reading_of(await asyncio.to_thread(read_set, workbook))

    async def _read_text(self, path: Path) -> SetReading:
        await asyncio.to_thread(lambda: text_in(path.read_bytes()))
        try:
            tree = await parse_bounded(self.extractor.run, path, MOST_VALUES)
        except TreeError as error:
            return reading_of(faults_of(error))
        return reading_of(await asyncio.to_thread(set_in_tree, tree))


def routes(drafts: Drafts) -> APIRouter:
    """Build the routes of this step. The service shares the two readers of files with its other steps."""
    router, context = APIRouter(), drafts.context

    @router.get(TEMPLATE, response_class=Response, dependencies=[signed_in], responses={200: A_WORKBOOK})
    async def download_template() -> Response:
        """Mẫu Excel của một bộ chỉ số, có sẵn vài dòng ví dụ. A template with some real rows to be replaced."""
        return await drafts.template()

    @router.get(
        "/v1/criteria-sets/{code}/workbook", response_class=Response, dependencies=[signed_in],
        responses={200: A_WORKBOOK, **problems(404)},
    )  # fmt: skip
    async def download_set(code: SetId) -> Response:
        """Một bộ chỉ số đã ban hành thành tệp Excel, để sửa thành bộ của năm sau. A set in force as a workbook."""
        return await drafts.written(code)

    @router.get(
        "/v1/authorities/{authority}/criteria-sets", dependencies=[allow(Role.OFFICE, Role.COUNCIL, at="authority")]
    )
    async def list_own_sets(authority: AuthorityCode) -> list[ListedSet]:
        """Các bộ chỉ số của một cơ quan, mới nhất trước, với số dòng và các đợt dùng bộ đó.

        The sets of an authority and of those below it, the newest first, with their rows counted and their rounds.
        """
        return await sets_of(context.engine, context.log, authority)

    @router.get("/v1/criteria-sets/{code}/differences/{against}", dependencies=[signed_in], responses=problems(404))
    async def compare_sets(code: SetId, against: SetId) -> DifferenceInWords:
        """Bộ chỉ số này khác bộ kia (như bộ năm trước) ở đâu. What a set in force has otherwise than another one."""
        new = await criteria_set_of(context.log, code)
        return await difference_from(context.log, against, new.criteria_set)

    @router.post("/v1/criteria-set-differences", dependencies=[signed_in], responses=problems(404, 422))
    async def compare_draft(body: ComparisonIn) -> DifferenceInWords:
        """Bộ chỉ số chưa ban hành khác một bộ đã ban hành ở đâu; không ghi gì. What a draft has otherwise."""
        draft = body.criteria_set.to_record()
        if places := mistakes_in_set(draft, "/criteria_set"):
            raise CriteriaSetInvalidError(places)
        return await difference_from(context.log, body.against, draft)

    @router.post(READINGS, openapi_extra=STREAMED, responses=problems(413, 415, 422, 429, 503))
    async def read_workbook(
        authority: Node, request: Request, asker: Annotated[Asker, allow(Role.OFFICE, Role.COUNCIL)]
    ) -> SetReading:
        """Đọc tệp Excel, YAML hoặc JSON thành bộ chỉ số, chỉ ra mọi lỗi; chưa ghi gì. Cả nội dung yêu cầu là tệp.

        Read a file into a set, and name each mistake with its cell or line. Nothing is written. The body is the file.
        """
        asker.require(authority)
        return await drafts.read(request.stream())

    return router
