"""The four services with in-memory event stores: they decide, publish and receive with their own code."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from tests.journeys.any_round.small_round import PARTITIONS, UNITS

from assessment.service import SERVICE as ASSESSMENT
from parindex.bus.message import Received
from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.contracts.scoring import IndexComputed, RoundSettled
from parindex.contracts.survey import TallyClosed
from parindex.testing.memory_log import MemoryLog
from parindex.testing.memory_transport import MemorySubscription, MemoryTransport, handler_of
from publication.freezing.bus import FREEZING, row_of
from publication.freezing.queries import closing_in
from publication.freezing.state import ReceivedRound
from publication.service import SERVICE as PUBLICATION
from scoring.computing.outgoing import index_computed
from scoring.computing.state import index_stream, read_unit
from scoring.service import SCORING as SCORING_CONSUMER
from scoring.service import SERVICE as SCORING
from survey.admitting.bus import ADMITTING
from survey.service import SERVICE as SURVEY

KINDS = {"assessment": ASSESSMENT, "survey": SURVEY, "scoring": SCORING, "publication": PUBLICATION}


class Services:
    """The four services' in-memory logs, and the contracts that publication received. `sources` may be given."""

    def __init__(self, sources: Mapping[str, MemoryLog] | None = None) -> None:
        self.memory_logs = {name: MemoryLog(name, service.types, PARTITIONS) for name, service in KINDS.items()} | dict(
            sources or {}
        )
        self.received: dict[tuple[str, tuple[object, ...]], Mapping[str, Any]] = {}
        consumers = {
            "survey": (ADMITTING.sources, handler_of(ADMITTING, self.memory_logs["survey"])),
            "scoring": (SCORING_CONSUMER.sources, handler_of(SCORING_CONSUMER, self.memory_logs["scoring"])),
            "publication": (FREEZING.sources, self._store),
        }
        self.transport = MemoryTransport(self.memory_logs, consumers, PARTITIONS)

    def _store(self, subscription: MemorySubscription, received: Sequence[Received]) -> None:
        """Store the newest contract about each thing, as publication's tables do."""
        for one in received:
            if found := row_of(one, subscription.partition, 1):
                table, row = found
                self.received[table.name, tuple(row[column.name] for column in table.primary_key)] = row

    def materials(self) -> ReceivedRound:
        """Return what publication received of a round, as its query does."""
        rows: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for (table, _), row in self.received.items():
            rows[table].append(row)
        [opened] = rows["rounds"]
        settled = {
            row["partition"]: msgspec.json.decode(row["contract"], type=RoundSettled) for row in rows["settlements"]
        }
        return ReceivedRound(
            opened=msgspec.json.decode(opened["contract"], type=RoundOpened),
            sets=[msgspec.json.decode(row["contract"], type=CriteriaSetEnacted) for row in rows["criteria_sets"]],
            scores=[msgspec.json.decode(row["contract"], type=IndexComputed) for row in rows["standings"]],
            settlements=settled,
            reopened=frozenset(row["closing"] for row in rows["reopenings"]),
            parked=0,
            partitions=PARTITIONS,
            tallied={
                row["closing"]: msgspec.json.decode(row["contract"], type=TallyClosed)
                for row in rows["closings"]
                if row["source"] == "survey"
            },
            closings={(row["source"], row["closing"]): closing_in(row) for row in rows["closings"]},
        )

    def scores(self) -> list[IndexComputed]:
        """Return every unit's index as scoring has it now."""
        heads = [self.memory_logs["scoring"].head(index_stream("r", unit)) for unit in UNITS]
        found = [read_unit(head).score for head in heads]
        return [index_computed(score) for score in found if score is not None]
