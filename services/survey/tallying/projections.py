"""Tables of the names that pages show to people: of the rounds, and of their units by the newest round.

They are made from the contracts of assessment alone, so a consumer that starts anew fills them again.
"""

from sqlalchemy import Column, MetaData, Table, Text

from parindex.eventstore.projection import PROJECTION

TABLES = MetaData(schema=PROJECTION)

named_rounds = Table(
    "named_rounds",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("title", Text, nullable=False),
)
named_units = Table(
    "named_units",
    TABLES,
    Column("unit", Text, primary_key=True),
    Column("name", Text, nullable=False),
)
