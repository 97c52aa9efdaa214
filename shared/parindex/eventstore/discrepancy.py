"""Discrepancies: the findings of an audit in a log or in published results."""

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One finding. `check` is the number of the check that found it (docs/formats/audit.md), `at` the place."""

    check: str
    at: str
    vi: str
    en: str


class Verification(msgspec.Struct, frozen=True):
    """A service's answer about its own database. `whole` is false where the log is too long for a full check."""

    whole: bool
    discrepancies: list[Discrepancy]


@dataclass(slots=True)
class Unchecked:
    """How many values a recount could not check, because the log does not have what they come from, of how many."""

    values: int = 0
    of: int = 0


class Discrepancies:
    """Collects the findings of one audit, bounded: each check keeps its first findings and counts the others."""

    def __init__(self, most: int = 20) -> None:
        self._most = most
        self._kept: dict[str, list[Discrepancy]] = {}
        self._counts: dict[str, int] = {}

    def add(self, check: str, at: str, vi: str, en: str) -> None:
        """Keep a finding, or only count it where its check has enough."""
        self._counts[check] = self._counts.get(check, 0) + 1
        kept = self._kept.setdefault(check, [])
        if len(kept) < self._most:
            kept.append(Discrepancy(check, at, vi, en))

    def unless(self, agrees: bool, check: str, at: str, vi: str, en: str) -> None:  # noqa: FBT001  # the checked condition
        """Add a finding unless `agrees`."""
        if not agrees:
            self.add(check, at, vi, en)

    def all(self) -> list[Discrepancy]:
        """Return the findings by check; where some were only counted, the last one has their number."""
        found: list[Discrepancy] = []
        for check, kept in sorted(self._kept.items()):
            found += kept
            if more := self._counts[check] - len(kept):
                found.append(Discrepancy(check, "", f"và {more} chỗ nữa", f"and {more} more"))
        return found
