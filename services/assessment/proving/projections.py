"""Read models of evidence over all rounds: which documents claims name, and which files units have."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Delete, Index, Integer, MetaData, Table, Text, delete, insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.self_scoring.events import (
    ClaimEntered,
    CutExplained,
    FileErased,
    FileRemoved,
    FileScanned,
    FileUploaded,
)
from parindex.eventstore.projection import PROJECTION, Projection, StoredText
from parindex.eventstore.registry import Recorded

TABLES = MetaData(schema=PROJECTION)
document_uses = Table(
    "document_uses",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("criterion", Text, primary_key=True),
    Column("said_by", Text, primary_key=True),  # the type of the event: a claim, or an explanation
    Column("place", Integer, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("number", StoredText, nullable=False),
    Column("issued_on", Text, nullable=False),
    Index("document_uses_sha256", "sha256"),
    Index("document_uses_number", "number"),
)
unit_files = Table(
    "unit_files",
    TABLES,
    Column("unit", Text, primary_key=True),
    Column("round", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
)


async def apply(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
    """Replace the documents of a claim or an explanation by those of the next one; add files, and remove those gone."""
    for each in recorded:
        match each.fact:
            case ClaimEntered() | CutExplained() as fact:
                await connection.execute(_documents_of(fact))
                if rows := _rows(fact):
                    await connection.execute(insert(document_uses), rows)
            case FileUploaded() as fact:
                key = {"unit": fact.unit, "round": fact.round, "sha256": fact.sha256}
                first = postgresql.insert(unit_files).values(**key, name=fact.name, position=each.position)
                await connection.execute(first.on_conflict_do_nothing())
            case FileRemoved() | FileErased() as fact:
                await connection.execute(_file(fact))
            case FileScanned(signature=signature) as fact if signature:
                await connection.execute(_file(fact))


def normal_number(number: str) -> str:
    """Return a document's number as it is compared: without spaces, in lower case."""
    return "".join(number.split()).lower()


def _documents_of(claim: ClaimEntered | CutExplained) -> Delete:
    table = document_uses.c
    of_claim = (table.round == claim.round) & (table.unit == claim.unit) & (table.criterion == claim.criterion)
    return delete(document_uses).where(of_claim & (table.said_by == type(claim).__name__))


def _rows(claim: ClaimEntered | CutExplained) -> list[dict[str, object]]:
    return [
        {
            "round": claim.round,
            "unit": claim.unit,
            "criterion": claim.criterion,
            "said_by": type(claim).__name__,
            "place": place,
            "sha256": document.sha256,
            "number": normal_number(document.number),
            "issued_on": document.issued_on,
        }
        for place, document in enumerate(claim.evidence)
    ]


def _file(fact: FileRemoved | FileErased | FileScanned) -> Delete:
    table = unit_files.c
    return delete(unit_files).where(
        (table.round == fact.round) & (table.unit == fact.unit) & (table.sha256 == fact.sha256)
    )


DOCUMENT_USES = Projection("document_uses", 2, TABLES, apply)
