"""`/v1/openings`: an auditor opens commitments of the log and gets text and salt, to verify them independently."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from parindex.auth import Asker, Role
from parindex.auth.fastapi import allow
from parindex.eventstore.entries import decode_entry
from parindex.eventstore.log import Log
from parindex.eventstore.vault import COMMITMENT, Opened, Opening, open_sealed
from parindex.http.body import Body, example

MOST = 1_000
SEALED_BY = """
SELECT v.commitment, e.entry FROM vault AS v JOIN events AS e USING (position) WHERE v.commitment = ANY($1::text[])
"""
NAMED_BY = """
SELECT v.commitment, e.entry FROM vault AS v JOIN events AS first USING (position) JOIN events AS e
    ON e.stream = first.stream AND position(convert_to(v.commitment, 'UTF8') IN e.entry) > 0
WHERE v.commitment = ANY($1::text[])
"""
"""Finds the entry that made a commitment, and later entries of its stream that name it."""

Commitment = Annotated[
    str,
    StringConstraints(pattern=f"^{COMMITMENT}$"),
    Field(examples=["comment:ed0be1b7a25e3e8dc2e5e2f31c2c2c1a3f1b6f9f6f2b1c0d9e8f7a6b5c4d3e2f"]),
]


class OpeningsIn(Body):
    """Các mã cam kết cần mở, như trong bản ghi của sổ."""

    model_config = example(commitments=[f"comment:{'5e' * 32}"])

    commitments: list[Commitment] = Field(min_length=1, max_length=MOST)


class OpeningOut(BaseModel):
    """Một mã cam kết. `commitment` = domain, colon, hex of HMAC-SHA-256(key=salt, domain + NUL + text in UTF-8)."""

    commitment: str
    opening: Opening = Field(
        description="verified: text and salt are here; tampered: the stored text does not match; erased: the event at "
        "`erased_position` erased it; missing: there is no such text, or it is not of an authority that you audit"
    )
    text: str = ""
    salt: str = Field(default="", description="hex")
    erased_position: int = 0
    erased_at: str = ""


class OpeningsOut(BaseModel):
    openings: list[OpeningOut]


def vault_routes(log: Log, *, shared_streams: bool = False) -> APIRouter:
    """Serve the texts that the log only commits to (reasons, comments, explanations, titles) to auditors.

    `shared_streams`: a commitment belongs to every authority with an entry that names it in the commitment's stream.
    """
    entries = NAMED_BY if shared_streams else SEALED_BY
    router = APIRouter(tags=["feeds"])

    @router.post("/v1/openings")
    async def open_commitments(
        body: OpeningsIn, asker: Annotated[Asker, allow(Role.AUDITOR, reads="openings")]
    ) -> OpeningsOut:
        """Mở mã cam kết: văn bản và muối, để tự kiểm tra.

        Open commitments of entries that you audit: the text and the salt, so that you can check them yourself.
        """
        theirs = await _theirs(log, entries, body.commitments, asker)
        opened = await open_sealed(log, theirs)
        return OpeningsOut(openings=[_out(opened.get(one, Opened(one, Opening.MISSING))) for one in body.commitments])

    return router


async def _theirs(log: Log, entries: str, commitments: list[str], asker: Asker) -> list[str]:
    """Return the commitments with an entry of an authority that the asker audits."""
    asker.checked = True  # each commitment is checked here
    rows = await log.pool.fetch(entries, commitments)
    return sorted({row["commitment"] for row in rows if asker.may(decode_entry(row["entry"]).authority)})


def _out(opened: Opened) -> OpeningOut:
    return OpeningOut(
        commitment=opened.commitment,
        opening=opened.opening,
        text=opened.text,
        salt=opened.salt,
        erased_position=opened.erased_position,
        erased_at=opened.erased_at,
    )
