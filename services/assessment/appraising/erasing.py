"""HTTP endpoints of the vault: auditors open commitments with their salts, and the office erases a text."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Response

from assessment.opening.events import council_of
from assessment.opening.events import stream_of as round_stream
from assessment.opening.queries import round_of, terms_of
from assessment.scheduling.events import PlanNoteErased, plans_of
from assessment.self_scoring.bodies import ErasureIn
from assessment.self_scoring.events import TextErased, erasure_of, files_of
from assessment.self_scoring.events import stream_of as sheet_stream
from assessment.self_scoring.texts import SealedText, texts_in
from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.appending import Append, Decided, StreamHead
from parindex.eventstore.sealing import Seals
from parindex.eventstore.vault import COMMITMENT, Opening, erase
from parindex.http.path_fields import AuthorityCode, RoundId, UnitCode
from parindex.http.problems import problems
from parindex.http.write_endpoints import WRITE, IncomingWrite, receipt
from parindex.refusal import Kind, Refused
from parindex.service import ServiceContext

ROUND = "/v1/rounds/{round}"
UNIT = ROUND + "/units/{unit}"
PLAN_TEXTS = "/v1/authorities/{authority}/plan-texts"

Commitment = Annotated[str, Path(pattern=f"^{COMMITMENT}$", description="Mã cam kết của nội dung.")]
Auditor = Annotated[Asker, allow(Role.AUDITOR, reads="commitments")]
Office = Annotated[Asker, allow(Role.OFFICE)]


class TextUnknownError(Refused):
    """No text of this round or unit has this commitment."""

    code = "unknown-text"
    kind = Kind.UNKNOWN
    vi, en = "Không có nội dung nào mang mã cam kết này.", "No text here has this commitment."


class TextAlteredError(Refused):
    """The text does not match its commitment, or it is gone without an erasure: the database was changed."""

    code = "sealed-text-altered"
    kind = Kind.CONFLICT
    vi = "Nội dung đã bị sửa hoặc xóa thẳng trong cơ sở dữ liệu; không xóa gì nữa cho tới khi được kiểm tra."
    en = "The text was changed or removed in the database itself; nothing is erased until that is looked into."


class TextErasedBeforeError(Refused):
    """The text was erased already."""

    code = "text-erased-before"
    kind = Kind.CONFLICT
    vi, en = "Nội dung này đã được xóa từ trước.", "This text was erased before."


def routes(context: ServiceContext) -> APIRouter:
    """Build the routes by which texts are opened and erased."""
    router = APIRouter()

    async def erased(
        round_id: str, unit: str, commitment: str, reason: str, write: IncomingWrite, asker: Asker
    ) -> Response:
        authority = (await round_of(context.log, round_id)).opened.authority
        asker.require(authority)
        streams = (sheet_stream(round_id, unit), files_of(round_id, unit)) if unit else _of_round(round_id)
        _check_erasable(commitment, await texts_in(context.log, *streams))
        seals = Seals()
        fact = TextErased(round_id, unit, commitment, seals.commit(reason, "reason"))
        metadata = write.metadata(asker, authority, await context.moment(), seals.all)
        return await _erased(context, Append(erasure_of(commitment), metadata, _once(fact)), commitment)

    @router.get(UNIT + "/texts", responses=problems(404))
    async def list_unit_texts(round: RoundId, unit: UnitCode, asker: Auditor) -> list[SealedText]:
        """Kiểm toán mở các cam kết của một đơn vị: nội dung, muối, và việc xóa nếu có."""
        asker.require(unit)
        await terms_of(context.log, round, unit)
        return await texts_in(context.log, sheet_stream(round, unit), files_of(round, unit))

    @router.get(ROUND + "/texts", responses=problems(404))
    async def list_round_texts(round: RoundId, asker: Auditor) -> list[SealedText]:
        """Kiểm toán mở các cam kết của cả đợt: lý do mở lại, thành viên hội đồng, nơi họp."""
        asker.require((await round_of(context.log, round)).opened.authority)
        return await texts_in(context.log, *_of_round(round))

    @router.post(UNIT + "/texts/{commitment}/erasure", **WRITE)
    async def erase_unit_text(
        round: RoundId, unit: UnitCode, commitment: Commitment, body: ErasureIn, write: IncomingWrite, asker: Office
    ) -> Response:
        """Xóa một nội dung khỏi kho (dữ liệu cá nhân, yêu cầu của chủ thể), có lý do; sổ ghi việc xóa."""
        return await erased(round, unit, commitment, body.reason, write, asker)

    @router.post(ROUND + "/texts/{commitment}/erasure", **WRITE)
    async def erase_round_text(
        round: RoundId, commitment: Commitment, body: ErasureIn, write: IncomingWrite, asker: Office
    ) -> Response:
        """Xóa một nội dung của cả đợt khỏi kho, có lý do; sổ ghi việc xóa."""
        return await erased(round, "", commitment, body.reason, write, asker)

    @router.get(PLAN_TEXTS, responses=problems(404))
    async def list_plan_texts(authority: AuthorityCode, asker: Auditor) -> list[SealedText]:
        """Kiểm toán mở các cam kết trong kế hoạch của một cơ quan: ghi chú tiến độ. The notes of plans."""
        asker.require(authority)
        return await texts_in(context.log, plans_of(authority))

    @router.post(PLAN_TEXTS + "/{commitment}/erasure", **WRITE)
    async def erase_plan_text(
        authority: AuthorityCode, commitment: Commitment, body: ErasureIn, write: IncomingWrite, asker: Office
    ) -> Response:
        """Xóa một ghi chú của kế hoạch khỏi kho, có lý do; sổ ghi việc xóa. Erase a note of a plan, for a reason."""
        asker.require(authority)
        _check_erasable(commitment, await texts_in(context.log, plans_of(authority)))
        seals = Seals()
        fact = PlanNoteErased(authority, commitment, seals.commit(body.reason, "reason"))
        metadata = write.metadata(asker, authority, await context.moment(), seals.all)
        return await _erased(context, Append(erasure_of(commitment), metadata, _once(fact)), commitment)

    return router


async def _erased(context: ServiceContext, append: Append, commitment: str) -> Response:
    async with context.engine.begin() as connection:
        done = await erase(context.log, connection, append, [commitment])
    return receipt(done, append.stream)


def _of_round(round_id: str) -> tuple[str, ...]:
    """Return the streams that hold the texts of a round: its own, and that of its council."""
    return round_stream(round_id), council_of(round_id)


def _check_erasable(commitment: str, texts: list[SealedText]) -> None:
    found = next((text for text in texts if text.commitment == commitment), None)
    if found is None:
        raise TextUnknownError
    if found.opening in {Opening.TAMPERED, Opening.MISSING}:
        raise TextAlteredError


def _once(fact: TextErased | PlanNoteErased) -> Callable[[StreamHead], Decided]:
    def decide(head: StreamHead) -> Decided:
        if head.version:
            raise TextErasedBeforeError
        return Decided([fact])

    return decide
