"""An auditor's recount of publication's log: editions follow on each other, and announced ones were frozen. Pure."""

from collections.abc import Sequence
from typing import Any

from parindex.eventstore.discrepancy import Discrepancies, Discrepancy
from parindex.eventstore.registry import Recorded
from publication.freezing.events import ResultsAnnounced, ResultsFrozen


class EditionRecount:
    """Follows the editions of every round; memory is bounded by their number."""

    def __init__(self) -> None:
        self._editions: dict[str, list[ResultsFrozen]] = {}
        self._announced: set[tuple[str, int]] = set()
        self._found = Discrepancies()

    def see(self, recorded: Recorded) -> None:
        """Look at the next event of the log."""
        fact, at = recorded.fact, f"publication/{recorded.position}"
        if isinstance(fact, ResultsFrozen):
            self._see_frozen(fact, at)
        elif isinstance(fact, ResultsAnnounced):
            self._see_announced(fact, at)

    def differences(self) -> Sequence[Discrepancy]:
        """Return the events that do not follow from those before them."""
        return self._found.all()

    def _see_frozen(self, fact: ResultsFrozen, at: str) -> None:
        before = self._editions.setdefault(fact.round, [])
        follows = (
            fact.edition == len(before) + 1
            and fact.supersedes == (before[-1].checksum if before else "")
            and (not before or (fact.settling > before[-1].settling and bool(fact.reason)))
        )
        self._unless(follows, fact, at)
        before.append(fact)

    def _see_announced(self, fact: ResultsAnnounced, at: str) -> None:
        frozen = {each.edition: each.checksum for each in self._editions.get(fact.round, [])}
        once = (fact.round, fact.edition) not in self._announced
        self._unless(once and frozen.get(fact.edition) == fact.checksum, fact, at)
        self._announced.add((fact.round, fact.edition))

    def _unless(self, fits: bool, fact: Any, at: str) -> None:  # noqa: FBT001  # the question itself
        self._found.unless(
            fits, "P1", at,
            f"{type(fact).__name__}: ấn bản {fact.edition} của {fact.round} không nối tiếp bản ghi trước",
            f"{type(fact).__name__}: edition {fact.edition} of {fact.round} does not follow from what was before",
        )  # fmt: skip
