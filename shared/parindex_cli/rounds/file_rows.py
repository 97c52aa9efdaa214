"""Reads rows of a round file that may have a wrong shape."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from parindex.contracts.assessment import Figure
from parindex_cli.rounds.wording import did_you_mean, shown

Fault = tuple[str, str, str]
FileRow = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a claim of the file, as far as its owner's check looks at it."""

    evidence: Sequence[object]
    explanation: str


def proof_of(claim: FileRow) -> Proof:
    """Return what proves a claim: documents in their form, and an explanation."""
    return Proof(records_of(claim.get("evidence")), str(claim.get("explanation") or ""))


def figures_of(claim: FileRow) -> list[Figure] | None:
    """Return the figures of a claim or a correction; None where something else is there, which the shape reports."""
    figures = claim.get("figures", {})
    if not isinstance(figures, dict):
        return None
    return [Figure(name=str(name), value=str(value)) for name, value in figures.items()]


def is_false(value: object) -> bool:
    """Return whether a value of the file is the boolean false, in any spelling: spreadsheets write FALSE."""
    return str(value).lower() == "false"


def is_true(value: object) -> bool:
    """Return whether a value of the file is the boolean true, in any spelling."""
    return str(value).lower() == "true"


def rows_of(value: Any) -> list[Any]:
    """Return a list, or an empty one for any other value."""
    return value if isinstance(value, list) else []


def records_of(value: Any) -> list[dict[str, Any]]:
    """Return the records of a list."""
    return [item for item in rows_of(value) if isinstance(item, dict)]


def repeated(rows: Iterable[tuple[str, FileRow]], key: str) -> Iterator[Fault]:
    """Report rows with the same key as an earlier row."""
    seen: set[str] = set()
    for pointer, row in rows:
        value = str(row.get(key))
        if value in seen:
            yield f"{pointer}/{key}", f"“{value}” bị trùng.", f"“{value}” occurs twice."
        seen.add(value)


def unknown(at: str, vi: str, en: str, word: str, known: Iterable[Any]) -> Fault:
    """Return the mistake of an unknown name, with the name that was probably meant."""
    said, (meant_vi, meant_en) = shown(word), did_you_mean(word, [str(name) for name in known])
    return at, f"Không có {vi} {said}.{meant_vi}", f"There is no {en} {said}.{meant_en}"
