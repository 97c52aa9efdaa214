"""People's words on their way into the vault: collected for one act, each replaced by its commitment."""

from parindex.eventstore.appending import Sealed
from parindex.eventstore.vault import seal


class Seals:
    """What one act seals."""

    def __init__(self) -> None:
        self.all: list[Sealed] = []

    def commit(self, text: str, domain: str) -> str:
        """Seal a text and return its commitment; no text has none."""
        if not text:
            return ""
        sealed = seal(text, domain)
        self.all.append(sealed)
        return sealed.commitment
