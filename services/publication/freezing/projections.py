"""Tables of what the other services published: the newest contract about each thing, whole, as bytes.

Each row is replaced by the next contract about the same thing, so a message that comes twice changes nothing, and
rows of different sources do not wait for each other.
"""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

from parindex.eventstore.projection import PROJECTION

TABLES = MetaData(schema=PROJECTION)

criteria_sets = Table(
    "criteria_sets",
    TABLES,
    Column("code", Text, primary_key=True),
    Column("contract", LargeBinary, nullable=False),
)
rounds = Table(
    "rounds",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("contract", LargeBinary, nullable=False),
)
reopenings = Table(
    "reopenings",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("closing", Integer, primary_key=True),  # the one that no longer holds
)
closings = Table(
    "closings",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("closing", Integer, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),  # of the closing in its source's log
    Column("entry_sha256", Text, nullable=False),  # of the entry there; empty where the source did not say it
    Column("contract", LargeBinary, nullable=False),
)
standings = Table(
    "standings",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("appraisal", Text, nullable=False),
    Column("survey", Text, nullable=False),
    Column("points", Text, nullable=False),
    Column("maximum", Text, nullable=False),
    Column("index", Text, nullable=False),
    Column("contract", LargeBinary, nullable=False),
)
settlements = Table(
    "settlements",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("settling", Integer, nullable=False),
    Column("contract", LargeBinary, nullable=False),
)
