"""The document of a derivation, for the terminal and as one HTML file. All its sentences are those of the services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from parindex.instant import instant
from parindex.web import vietnamese
from parindex.web.rendering import Templates

TEMPLATES: Final = Templates("parindex_cli.derivations")
TITLE: Final = "Vì sao được điểm này?"
TITLE_EN: Final = "Why these points?"
ENTRIES: Final = "Số hiệu bản ghi (SHA-256)"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a document: a term and its text, which may have several lines."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its parts."""

    heading: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Document:
    """Why a unit has its points for a criterion. `about` names the round, the unit and the criterion.

    `made` is when the services were asked: on paper, "now" says nothing.
    """

    about: str
    sections: Sequence[Section]
    made: str


def document_of(derivation: Mapping[str, Any], stages: Mapping[str, Any], asked_at: datetime) -> Document:
    """Return the document of the two answers, with the words that they have."""
    criterion, unit = f"{derivation['criterion']} {derivation['name']}", derivation["unit_name"] or derivation["unit"]
    digests = "\n".join(f"scoring/{each['position']} {each['sha256']}" for each in derivation["entries"])
    moved = [Part("", each["said"]) for each in derivation["changes"]]
    sections = (
        Section("Cách tính và các bước", _parts(stages)),
        Section("Điểm và căn cứ", [*_parts(derivation), *([Part(ENTRIES, digests)] if digests else [])]),
        Section("Điểm đã thay đổi khi nào", moved),
    )
    about = f"{criterion} · {unit} · {derivation['round']}"
    made = f"Lập lúc {vietnamese.minute(instant(asked_at))}"
    return Document(about, [each for each in sections if each.parts], made)


def as_text(document: Document) -> str:
    """Return a document for the terminal."""
    lines = [f"{TITLE} {TITLE_EN}", document.about, document.made]
    for section in document.sections:
        lines += ["", section.heading.upper()]
        for part in section.parts:
            first, *others = part.text.splitlines() or [""]
            lines += [f"{part.term}: {first}" if part.term else first, *(f"  {each}" for each in others)]
    return "\n".join(lines)


def as_html(document: Document) -> bytes:
    """Return a document as one HTML file that needs no other file, no script and no network."""
    return TEMPLATES.render("document.html", "", title=TITLE, title_en=TITLE_EN, document=document)


def _parts(answer: Mapping[str, Any]) -> list[Part]:
    return [Part(each["term"], each["text"]) for each in answer["said"]]
