"""The table of the figures in force: what each unit claims, and what its appraisal found, whole, as JSON.

The stored state of a unit drops claims and findings once they are computed (`computing/state.py`), and older entries of
its stream have none (docs/decisions/0051). A trial needs all of them. The rows are made from the contracts of
assessment alone, so a consumer that starts anew fills them.
"""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

from parindex.eventstore.projection import PROJECTION

TABLES = MetaData(schema=PROJECTION)
CLAIMS, FINDINGS = "claims", "findings"
"""The kinds of figures."""

figures_in_force = Table(
    "figures_in_force",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),  # of the contract in assessment's log
    Column("figures", LargeBinary, nullable=False),  # JSON: list[Claim] or list[Finding]
)
