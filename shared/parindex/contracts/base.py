"""The base of every contract: a frozen record with a versioned wire type."""

from collections.abc import Iterator
from types import ModuleType
from typing import ClassVar

import msgspec


class Contract(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A public fact of one service. Readers ignore fields that they do not know.

    Numbers are text in the exact wire form of `parindex.numbers` ("32.83", or "1/3" where no decimal is exact); times
    are RFC 3339 in UTC with six digits; an absent value is the field's default, never null.

    Nothing in a contract refers back to it, so the garbage collector need not look for that (`gc`).
    """

    TYPE: ClassVar[str] = ""


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A piece of a contract; it has no wire type of its own."""


def contracts_in(speaker: ModuleType) -> Iterator[type[Contract]]:
    """Yield the contracts that a speaker's module defines, in the order of the file."""
    for thing in vars(speaker).values():
        if isinstance(thing, type) and issubclass(thing, Contract) and thing.__module__ == speaker.__name__:
            yield thing
