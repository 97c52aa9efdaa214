"""Asks scoring and assessment why a unit has its points for a criterion, as of one moment."""

from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import quote, urlencode

from parindex.instant import utc_now
from parindex_cli.derivations.document import Document, document_of
from parindex_cli.rounds.calls import Identity
from parindex_cli.rounds.refusals import RoundStepError
from parindex_cli.rounds.sending import Gateway, answered


async def explained(
    where: AbstractAsyncContextManager[Gateway],
    criterion: tuple[str, str, str],
    by: Identity,
    *,
    at: str,
    position: int,
) -> Document:
    """Return the document of a round, unit and criterion as of a moment. Raises RoundStepError, StillWaitingError.

    Scoring names where assessment answers the stages of the same moment.
    """
    round_id, unit, code = (quote(each, safe="") for each in criterion)
    moment = urlencode({name: value for name, value in (("at", at), ("position", position)) if value})
    path = f"/v1/rounds/{round_id}/units/{unit}/criteria/{code}/derivation"
    async with where as gateway:
        token = await gateway.token(*by)
        derivation = await _read(gateway, "scoring", f"{path}?{moment}" if moment else path, token)
        stages = await _read(gateway, "assessment", derivation["appraisal"].removeprefix("/assessment"), token)
    return document_of(derivation, stages, utc_now())


async def _read(gateway: Gateway, service: str, path: str, token: str) -> dict[str, Any]:
    client, step, bearer = gateway.clients[service], f"GET {service}{path}", {"Authorization": f"Bearer {token}"}
    answer = await answered(lambda: client.get(path, headers=bearer), step)
    if answer.is_error:
        raise RoundStepError(step, answer)
    found: dict[str, Any] = answer.json()
    return found
