"""Shows a text of a file in a message: shortened, with its invisible characters named."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from parindex.values.texts import invisible_in

LONGEST = 60
"""Characters of a wrong text that are shown."""
MOST_KNOWN = 2_000
LATIN = "\u02ff"
"""The last Latin letter, except for Vietnamese letters with two marks."""


def shown(text: str) -> str:
    """Return a text in quotation marks, shortened, with the codes of its invisible characters: “X” (U+00A0)."""
    quoted = f"“{text[:LONGEST]}…”" if len(text) > LONGEST else f"“{text}”"
    unseen = invisible_in(text[:LONGEST])
    if unicodedata.normalize("NFC", text[:LONGEST]) != text[:LONGEST]:
        unseen.append("Unicode NFD")
    return f"{quoted} ({', '.join(unseen)})" if unseen else quoted


def did_you_mean(word: str, known: Iterable[str]) -> tuple[str, str]:
    """Return the question whether a similar name was meant, in both languages, or two empty texts.

    A look-alike letter of another script (О for O) is named by its code.
    """
    close = get_close_matches(word[:LONGEST], [*known][:MOST_KNOWN], 1)
    if not close:
        return "", ""
    foreign = dict.fromkeys(f"U+{ord(letter):04X}" for letter in word if letter not in close[0] and letter > LATIN)
    strange = f" ({', '.join(foreign)})" if foreign else ""
    return f" Ý là “{close[0]}”?{strange}", f" Did you mean “{close[0]}”?{strange}"
