"""The HTTP API of kiosks: the office registers and revokes them, a device enrols as one, officials read them.

The office is the authority's. A right at the assessed unit itself is not enough, or a unit could register kiosks and
make its own satisfaction ratings.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from parindex.auth import Asker, Role
from parindex.auth.devices import typed_code
from parindex.auth.fastapi import allow, public, rate_limits_of
from parindex.http.fields import OptionalId, Whole
from parindex.http.path_fields import KioskId
from parindex.http.problems import problems
from parindex.http.write_endpoints import WRITE, IncomingWrite, receipt
from parindex.instant import instant
from parindex.service import ServiceContext
from parindex.values.days import day_in_vietnam
from survey.admitting.events import authority_of
from survey.enrolling.bodies import (
    CodeIn,
    CodeReceipt,
    KioskIn,
    KioskOut,
    KiosksOut,
    RegistrationReceipt,
    SecretReceipt,
    not_counted,
    shown,
)
from survey.enrolling.codes import Making, void_codes
from survey.enrolling.commands import IssueEnrolmentCode, RevokeKiosk
from survey.enrolling.counts_now import CountingRounds
from survey.enrolling.devices import forget, require_itself
from survey.enrolling.enrolment import CODE_LIVES, answer_with_code, enrol_device, kiosk_append, with_members
from survey.enrolling.events import stream_of
from survey.enrolling.queries import all_kiosks, registered_kiosk
from survey.enrolling.refusals import EnrolmentCodeInvalidError, KioskRevokedError

MOST_KIOSKS: Final = 200
"""In one answer."""

Office = Annotated[Asker, allow(Role.OFFICE)]
Watching = Annotated[Asker, allow(Role.OFFICE, Role.AUDITOR)]
Seeing = Annotated[Asker, allow(Role.OFFICE, Role.AUDITOR, Role.KIOSK)]


def routes(context: ServiceContext) -> APIRouter:
    router, counting, making = APIRouter(), CountingRounds(context), Making()

    @router.post("/v1/kiosks", **{**WRITE, "response_model": RegistrationReceipt})
    async def register_kiosk(body: KioskIn, write: IncomingWrite, asker: Office) -> JSONResponse:
        """Đăng ký một kiosk và nhận mã dùng một lần cho thiết bị.

        Register a kiosk and get a one-time code for its device. A retry with the same Idempotency-Key gets the same
        code while it can be used (an hour, and once); afterwards, or after a restart of this service, the answer is
        409 `enrolment-code-spent`: ask for another code.
        `warnings` says what would count in no round, if a visitor pressed now.
        """
        asker.require(authority_of(body.unit))
        answer = await answer_with_code(context, making, body.kiosk, body.command(), write, asker)
        [counts] = await counting([await registered_kiosk(context.log, body.kiosk)])
        return with_members(answer, warnings=[each.model_dump() for each in not_counted(counts)])

    @router.post("/v1/kiosks/{kiosk}/enrolment-codes", **{**WRITE, "response_model": CodeReceipt})
    async def issue_enrolment_code(kiosk: KioskId, write: IncomingWrite, asker: Office) -> JSONResponse:
        """Cấp mã mới cho thiết bị thay thế; số thứ tự lượt bấm nối tiếp.

        Get another one-time code, for a device that takes the place of the one before; numbering goes on. A retry with
        the same Idempotency-Key gets the same code, as at registration.
        """
        asker.require(authority_of((await registered_kiosk(context.log, kiosk)).unit))
        command = IssueEnrolmentCode(kiosk, instant(context.now() + CODE_LIVES))
        return await answer_with_code(context, making, kiosk, command, write, asker)

    @router.post(
        "/v1/kiosks/{kiosk}/enrolment",
        **{**WRITE, "response_model": SecretReceipt, "responses": WRITE["responses"] | problems(403)},
    )
    async def enrol_kiosk(
        kiosk: KioskId, body: CodeIn, request: Request, write: IncomingWrite, asker: Annotated[Asker, public]
    ) -> JSONResponse:
        """Đổi mã lấy khóa thiết bị. Mất câu trả lời thì gửi lại với cùng Idempotency-Key, trong giờ của mã.

        Trade the code for the kiosk's token. A retry with the same Idempotency-Key gets the same token until the code
        expires, or another device takes over, or this service is started anew. After that, and without a key, a lost
        answer needs a new code: neither is kept anywhere.
        """
        rate_limits, code = rate_limits_of(request.app), typed_code(body.code)
        rate_limits.check_guess(request.scope)
        async with context.engine.begin() as connection:
            rate_limits.check_guess(request.scope)  # others may have guessed while this one waited
            try:
                return await enrol_device(context, making, connection, kiosk, code, write, asker)
            except EnrolmentCodeInvalidError:
                rate_limits.guessed_wrong(request.scope)
                raise

    @router.post("/v1/kiosks/{kiosk}/revocation", **WRITE)
    async def revoke_kiosk(kiosk: KioskId, write: IncomingWrite, asker: Office) -> JSONResponse:
        """Thu hồi kiosk vĩnh viễn. Take no more presses from this kiosk, at once and for ever."""
        unit = (await registered_kiosk(context.log, kiosk)).unit
        asker.require(authority_of(unit))
        async with context.engine.begin() as connection:
            metadata = write.metadata(asker, authority_of(unit), context.now())
            append = kiosk_append(kiosk, RevokeKiosk(kiosk), metadata)
            [appended] = await context.log.append_within(connection, [append])
            await forget(connection, kiosk)
            await void_codes(connection, kiosk)
        return receipt(appended, stream_of(kiosk))

    @router.get("/v1/kiosks")
    async def registered_kiosks(
        asker: Watching,
        after: OptionalId = "",
        limit: Annotated[Whole, Query(ge=1, le=MOST_KIOSKS)] = MOST_KIOSKS,
    ) -> KiosksOut:
        """Các kiosk của cơ quan: đợt nào đang tính, hoặc vì sao không.

        The asker's kiosks: which open round counts each, or why none does, and how many presses were set aside.
        """
        kiosks = dict(asker.visible((await all_kiosks(context.log, after)).items(), lambda each: each[1].unit)[:limit])
        today, counts = day_in_vietnam(instant(context.now())), await counting(list(kiosks.values()))
        page = [shown(name, kiosk, today, each) for (name, kiosk), each in zip(kiosks.items(), counts, strict=True)]
        return KiosksOut(kiosks=page, next=page[-1].kiosk if len(page) == limit else "")

    @router.get("/v1/kiosks/{kiosk}", responses=problems(404))
    async def kiosk_standing(kiosk: KioskId, asker: Seeing) -> KioskOut:
        """Kiosk đang ở số thứ tự nào, để máy mất dấu gửi tiếp.

        The kiosk's state, so that a sender that lost its place can go on; which round counts it now, or why none does.
        """
        found = await registered_kiosk(context.log, kiosk)
        if asker.principal.has(Role.KIOSK):
            require_itself(asker, kiosk)
            if found.revoked:
                raise KioskRevokedError
        asker.require(found.unit)
        [counts] = await counting([found])
        return shown(kiosk, found, day_in_vietnam(instant(context.now())), counts)

    return router
