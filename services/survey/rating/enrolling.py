"""The doors by which a kiosk comes and goes: the office registers and revokes it, a device enrols as it.

The office is the authority's. A right at the assessed unit itself is not enough: nobody makes their own satisfaction.
"""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.auth import Asker, Role, allow, public
from parindex.auth.devices import digest_of, typed_code
from parindex.auth.fastapi import rate_limits_of
from parindex.eventstore.appending import Append, Appended, Metadata
from parindex.eventstore.command_handling import decide_at_head
from parindex.http.fields import KioskId
from parindex.http.problems import problems
from parindex.http.write_endpoints import WRITE, AtDoor, Door, receipt
from parindex.instant import instant
from parindex.service import ServiceContext
from survey.rating.bodies import CodeIn, CodeReceipt, KioskIn, RegistrationReceipt, SecretReceipt, not_counted
from survey.rating.codes import KeptCode, Making, keep_code, kept_code, use_code, void_codes
from survey.rating.commands import Command, EnrolKiosk, IssueEnrolmentCode, RegisterKiosk, RevokeKiosk
from survey.rating.counts_now import Looking
from survey.rating.decisions import enrolling, require_few_groups
from survey.rating.devices import forget, is_its_secret, keep_secret
from survey.rating.events import authority_of, stream_of
from survey.rating.kiosk import KIOSK
from survey.rating.queries import kiosks_at, registered_kiosk
from survey.rating.refusals import EnrolmentCodeInvalidError, EnrolmentCodeSpentError

CODE_LIVES = timedelta(hours=1)

Office = Annotated[Asker, allow(Role.OFFICE)]


def add_enrolling(router: APIRouter, context: ServiceContext, looking: Looking) -> None:
    """Add these doors to the step's."""
    making = Making()

    @router.post("/v1/kiosks", **{**WRITE, "response_model": RegistrationReceipt})
    async def register_kiosk(body: KioskIn, door: AtDoor, asker: Office) -> JSONResponse:
        """Đăng ký một kiosk và nhận mã dùng một lần cho thiết bị.

        Register a kiosk and get a one-time code for its device. A retry with the same Idempotency-Key gets the same
        code while it can be used (an hour, and once); afterwards, or after a restart of this service, the answer is
        409 `enrolment-code-spent`: ask for another code.
        `warnings` says what would count in no round, if a visitor pressed now.
        """
        asker.require(authority_of(body.unit))
        answer = await _with_code(context, making, body.kiosk, body.command(), door, asker)
        [counts] = await looking([await registered_kiosk(context.log, body.kiosk)])
        return _more(answer, warnings=[each.model_dump() for each in not_counted(counts)])

    @router.post("/v1/kiosks/{kiosk}/enrolment-codes", **{**WRITE, "response_model": CodeReceipt})
    async def issue_enrolment_code(kiosk: KioskId, door: AtDoor, asker: Office) -> JSONResponse:
        """Cấp mã mới cho thiết bị thay thế; số thứ tự lượt bấm nối tiếp.

        Get another one-time code, for a device that takes the place of the one before; numbering goes on. A retry with
        the same Idempotency-Key gets the same code, as at registration.
        """
        asker.require(authority_of((await registered_kiosk(context.log, kiosk)).unit))
        command = IssueEnrolmentCode(kiosk, instant(context.now() + CODE_LIVES))
        return await _with_code(context, making, kiosk, command, door, asker)

    @router.post(
        "/v1/kiosks/{kiosk}/enrolment",
        **{**WRITE, "response_model": SecretReceipt, "responses": WRITE["responses"] | problems(403)},
    )
    async def enrol_kiosk(
        kiosk: KioskId, body: CodeIn, request: Request, door: AtDoor, asker: Annotated[Asker, public]
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
                return await _enrol(context, making, connection, kiosk, code, door, asker)
            except EnrolmentCodeInvalidError:
                rate_limits.guessed_wrong(request.scope)
                raise

    @router.post("/v1/kiosks/{kiosk}/revocation", **WRITE)
    async def revoke_kiosk(kiosk: KioskId, door: AtDoor, asker: Office) -> JSONResponse:
        """Thu hồi kiosk vĩnh viễn. Take no more presses from this kiosk, at once and for ever."""
        unit = (await registered_kiosk(context.log, kiosk)).unit
        asker.require(authority_of(unit))
        async with context.engine.begin() as connection:
            append = _append(kiosk, unit, RevokeKiosk(kiosk), door, asker, context)
            [appended] = await context.log.append_within(connection, [append])
            await forget(connection, kiosk)
            await void_codes(connection, kiosk)
        return receipt(appended, stream_of(kiosk))


async def _with_code(
    context: ServiceContext,
    making: Making,
    kiosk: str,
    command: RegisterKiosk | IssueEnrolmentCode,
    door: Door,
    asker: Asker,
) -> JSONResponse:
    now, unit = context.now(), await _unit_of(context, command)
    metadata = door.metadata(asker, authority_of(unit), now)
    code = making.code(_key(metadata))
    fresh = KeptCode(digest_of(code), now + CODE_LIVES)
    async with context.engine.begin() as connection:
        if isinstance(command, RegisterKiosk):
            await context.log.lock(connection)  # or two at once would both be the last group that fits
            require_few_groups(command, await kiosks_at(connection, command.unit))
        append = Append(
            stream_of(kiosk), metadata, decide_at_head(enrolling, replace(command, code=fresh.digest), KIOSK)
        )
        [appended] = await context.log.append_within(connection, [append])
        if not appended.repeated:
            await keep_code(connection, kiosk, fresh, now)
            return _with(appended, kiosk, code, fresh)
        kept = await kept_code(connection, kiosk, appended.facts[0].code, now)
    if kept is None or kept.used or kept.digest != fresh.digest:  # made by a process that has ended: nobody knows it
        raise EnrolmentCodeSpentError
    return _with(appended, kiosk, code, kept)


async def _enrol(
    context: ServiceContext,
    making: Making,
    connection: AsyncConnection,
    kiosk: str,
    code: str,
    door: Door,
    asker: Asker,
) -> JSONResponse:
    digest, now = digest_of(code), context.now()
    if not (kept := await kept_code(connection, kiosk, digest, now)):  # no stranger holds up the log's head
        raise EnrolmentCodeInvalidError
    unit = (await registered_kiosk(context.log, kiosk)).unit
    metadata = door.metadata(asker, authority_of(unit), now)
    secret = making.secret(_key(metadata), code)
    if kept.used and not await is_its_secret(connection, kiosk, secret):
        raise EnrolmentCodeInvalidError
    append = Append(stream_of(kiosk), metadata, decide_at_head(enrolling, EnrolKiosk(kiosk, digest), KIOSK))
    [appended] = await context.log.append_within(connection, [append])
    kept = await kept_code(connection, kiosk, digest, now)  # others may have used it while we waited for our turn
    if kept is None or kept.used is not appended.repeated:
        raise EnrolmentCodeInvalidError
    if not appended.repeated:
        await keep_secret(connection, kiosk, unit, secret)
        await use_code(connection, kiosk, digest, _key(metadata))
    elif not await is_its_secret(connection, kiosk, secret):  # another process made it
        raise EnrolmentCodeInvalidError
    return _secretly(appended, kiosk, {"token": secret})


async def _unit_of(context: ServiceContext, command: RegisterKiosk | IssueEnrolmentCode) -> str:
    if isinstance(command, RegisterKiosk):
        return command.unit
    return (await registered_kiosk(context.log, command.kiosk)).unit


def _key(metadata: Metadata) -> str:
    return metadata.idempotency.key if metadata.idempotency else ""


def _with(appended: Appended, kiosk: str, code: str, kept: KeptCode) -> JSONResponse:
    return _secretly(appended, kiosk, {"code": code, "code_expires_at": instant(kept.expires_at)})


def _append(kiosk: str, unit: str, command: Command, door: Door, asker: Asker, context: ServiceContext) -> Append:
    metadata = door.metadata(asker, authority_of(unit), context.now())
    return Append(stream_of(kiosk), metadata, decide_at_head(enrolling, command, KIOSK))


def _secretly(appended: Appended, kiosk: str, secret: dict[str, str]) -> JSONResponse:
    return _more(receipt(appended, stream_of(kiosk)), **secret)


def _more(answer: JSONResponse, **members: object) -> JSONResponse:
    headers = {"ETag": answer.headers["ETag"], "Cache-Control": "no-store"}
    return JSONResponse({**json.loads(bytes(answer.body)), **members}, answer.status_code, headers)
