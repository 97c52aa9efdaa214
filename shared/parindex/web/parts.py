"""What the macros of `templates/parts.html` and `templates/forms.html` show. An empty address is no link."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Tag(StrEnum):
    """The look of a tag. Its text says the same, because colour alone is not seen by everyone."""

    PLAIN = ""
    DONE = "current"
    TO_DO = "warn"


@dataclass(frozen=True, slots=True)
class AccountPart:
    """An account in a text, by its id. Names are with sign-in; a script shows the name in the place of the id."""

    id: str


Words = str | Sequence[str | AccountPart]
"""A text, in which accounts may be."""


def parts_of(words: Words) -> Sequence[str | AccountPart]:
    """Return the parts of words: a text alone is one part."""
    return [words] if isinstance(words, str) else words


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another page. In a data table it is a cell; all other cells are words."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Task:
    """A line of a task list. A task without an address is locked; its hint says why, or until when.

    `also` leads to another page about the same; it is not printed.
    """

    title: str
    status: str
    kind: Tag = Tag.PLAIN
    address: str = ""
    hint: Words = ""
    also: Link | None = None


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A line of a summary list: a term, its value, and where it may be changed."""

    term: str
    value: Words
    address: str = ""
    action: str = "Sửa"


@dataclass(frozen=True, slots=True)
class Lock:
    """Why something can't be changed now, since when, and who can help; "" where that is not known."""

    why: str
    since: Words = ""
    help: str = ""

    @property
    def rows(self) -> list[SummaryRow]:
        """The same as lines of a list."""
        said = (("Vì sao khóa", self.why), ("Từ lúc", self.since), ("Ai giúp được", self.help))
        return [SummaryRow(term, words) for term, words in said if words]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a data table. The first column names the row."""

    label: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line of a history: what happened, by which account and when, and what the person wrote about it."""

    what: str
    who: str
    when: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One field of a conflict: what was saved meanwhile, and what the reader has. `typed` goes into the form again."""

    name: str
    label: str
    theirs: str
    mine: str
    typed: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A stale form: which account saved when, which version is the present one, and both texts of each field."""

    who: str
    when: str
    version: int
    sides: Sequence[Side]
