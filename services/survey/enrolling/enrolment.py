"""Transactions in which an event of a kiosk commits together with its one-time code or its device's secret."""

import json
from dataclasses import replace
from datetime import timedelta

from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.auth import Asker
from parindex.auth.devices import digest_of
from parindex.eventstore.appending import Append, Appended, Metadata
from parindex.eventstore.command_handling import decide_at_head
from parindex.http.write_endpoints import WriteRequest, receipt
from parindex.instant import instant
from parindex.service import ServiceContext
from survey.admitting.events import authority_of
from survey.enrolling.codes import Making, StoredCode, find_code, store_code, use_code
from survey.enrolling.commands import EnrolKiosk, IssueEnrolmentCode, KioskCommand, RegisterKiosk
from survey.enrolling.decisions import enrolling, require_few_groups
from survey.enrolling.devices import is_its_secret, store_secret
from survey.enrolling.events import stream_of
from survey.enrolling.queries import kiosks_at, registered_kiosk
from survey.enrolling.refusals import EnrolmentCodeInvalidError, EnrolmentCodeSpentError
from survey.enrolling.state import KIOSK_CODEC

CODE_LIVES = timedelta(hours=1)


async def answer_with_code(
    context: ServiceContext,
    making: Making,
    kiosk: str,
    command: RegisterKiosk | IssueEnrolmentCode,
    write: WriteRequest,
    asker: Asker,
) -> JSONResponse:
    """Append a registration or a new code and return the receipt with the code; a retry gets the same code.

    Raises EnrolmentCodeSpentError if the code of a retry was used, or was made by a process that has ended.
    """
    now, unit = context.now(), await _unit_of(context, command)
    metadata = write.metadata(asker, authority_of(unit), now)
    code = making.code(_key(metadata))
    fresh = StoredCode(digest_of(code), now + CODE_LIVES)
    async with context.engine.begin() as connection:
        if isinstance(command, RegisterKiosk):
            await context.log.lock(connection)  # or two at once would both be the last group that fits
            require_few_groups(command, await kiosks_at(connection, command.unit))
        append = kiosk_append(kiosk, replace(command, code=fresh.digest), metadata)
        [appended] = await context.log.append_within(connection, [append])
        if not appended.repeated:
            await store_code(connection, kiosk, fresh, now)
            return _with(appended, kiosk, code, fresh)
        stored = await find_code(connection, kiosk, appended.facts[0].code, now)
    if stored is None or stored.used or stored.digest != fresh.digest:  # made by a process that has ended: it is lost
        raise EnrolmentCodeSpentError
    return _with(appended, kiosk, code, stored)


async def enrol_device(
    context: ServiceContext,
    making: Making,
    connection: AsyncConnection,
    kiosk: str,
    code: str,
    write: WriteRequest,
    asker: Asker,
) -> JSONResponse:
    """Use a code up and return the receipt with the device's token; a retry gets the same token.

    Raises EnrolmentCodeInvalidError if the code is unknown, expired, or used by another device.
    """
    digest, now = digest_of(code), context.now()
    stored = await find_code(connection, kiosk, digest, now)
    if not stored:  # checked first: a wrong code must not lock the log
        raise EnrolmentCodeInvalidError
    unit = (await registered_kiosk(context.log, kiosk)).unit
    metadata = write.metadata(asker, authority_of(unit), now)
    secret = making.secret(_key(metadata), code)
    if stored.used and not await is_its_secret(connection, kiosk, secret):
        raise EnrolmentCodeInvalidError
    append = kiosk_append(kiosk, EnrolKiosk(kiosk, digest), metadata)
    [appended] = await context.log.append_within(connection, [append])
    stored = await find_code(connection, kiosk, digest, now)  # others may have used it while we waited for our turn
    if stored is None or stored.used is not appended.repeated:
        raise EnrolmentCodeInvalidError
    if not appended.repeated:
        await store_secret(connection, kiosk, unit, secret)
        await use_code(connection, kiosk, digest, _key(metadata))
    elif not await is_its_secret(connection, kiosk, secret):  # another process made it
        raise EnrolmentCodeInvalidError
    return _secretly(appended, kiosk, {"token": secret})


def kiosk_append(kiosk: str, command: KioskCommand, metadata: Metadata) -> Append:
    """Return the append of a kiosk's command."""
    return Append(stream_of(kiosk), metadata, decide_at_head(enrolling, command, KIOSK_CODEC))


def with_members(answer: JSONResponse, **members: object) -> JSONResponse:
    """Return a receipt with further members, which no cache may store."""
    headers = {"ETag": answer.headers["ETag"], "Cache-Control": "no-store"}
    return JSONResponse({**json.loads(bytes(answer.body)), **members}, answer.status_code, headers)


async def _unit_of(context: ServiceContext, command: RegisterKiosk | IssueEnrolmentCode) -> str:
    if isinstance(command, RegisterKiosk):
        return command.unit
    return (await registered_kiosk(context.log, command.kiosk)).unit


def _key(metadata: Metadata) -> str:
    return metadata.idempotency.key if metadata.idempotency else ""


def _with(appended: Appended, kiosk: str, code: str, stored: StoredCode) -> JSONResponse:
    return _secretly(appended, kiosk, {"code": code, "code_expires_at": instant(stored.expires_at)})


def _secretly(appended: Appended, kiosk: str, secret: dict[str, str]) -> JSONResponse:
    return with_members(receipt(appended, stream_of(kiosk)), **secret)
