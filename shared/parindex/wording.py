"""Wordings: texts in both languages, as templates. One place fills in the values, for refusals and all other texts."""

from collections.abc import Callable
from typing import NamedTuple


class Wording(NamedTuple):
    """A text, or the template of one, in Vietnamese and in English. A template names its values: `{round_id}`."""

    vi: str
    en: str

    def of(self, **values: object) -> "Wording":
        """Return the text with these values; raises KeyError where the template names another one."""
        return self.filled(values.__getitem__)

    def filled(self, value_of: Callable[[str], object]) -> "Wording":
        """Return the text, with the values that a function returns for their names.

        A value that is a `Wording` itself is written in the language of the text, a list with commas.
        """
        return Wording(self.vi.format_map(_Values(value_of, 0)), self.en.format_map(_Values(value_of, 1)))


class _Values:
    """Values by name, as they are written in one language."""

    def __init__(self, value_of: Callable[[str], object], language: int) -> None:
        self._value_of = value_of
        self._language = language

    def __getitem__(self, name: str) -> object:
        value = self._value_of(name)
        if isinstance(value, Wording):
            return value[self._language]
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
