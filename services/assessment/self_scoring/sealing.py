"""Collects the texts that one command seals in the vault, and replaces each by its commitment."""

from collections.abc import Mapping

from parindex.eventstore.appending import Sealed
from parindex.eventstore.sealing import seal


class Seals:
    """The texts that one command seals. `known` has texts that are in the vault already, by their commitments."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self.all: list[Sealed] = []
        self._known = known or {}

    def commit(self, text: str, domain: str, before: str = "") -> str:
        """Seal a text and return its commitment; no text has none.

        A text that is still the one behind the commitment `before` keeps that: under a new salt, what has not changed
        would be recorded as a change, and to erase it would take two erasures.
        """
        if not text:
            return ""
        if before.startswith(f"{domain}:") and self._known.get(before) == text:
            return before
        sealed = seal(text, domain)
        self.all.append(sealed)
        return sealed.commitment
