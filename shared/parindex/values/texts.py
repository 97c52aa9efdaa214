"""The rules of texts that users or systems send.

The log requires normal form C, a database text cannot hold U+0000, and a published page must show exactly the sealed
text. So a text has no character that changes the display of others, none that hides words, no letter with too many
marks, and no unassigned character: Unicode may give that one a normal form later, and then the bytes of an entry could
not be checked any more.
"""

import re
import unicodedata
from dataclasses import dataclass

from parindex.values.fault import Fault

_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""Blanks other than the plain space; spreadsheets and word processors put no-break spaces into names."""

_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Invisible letters and symbols."""
_SELECTORS = re.compile("[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Invisible marks."""

_UNTYPED = re.compile("[\u206a-\u206f\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]")
"""Format characters that no keyboard has: tags, annotations, deprecated ones, those of shorthand and of music.

Programs can read hidden words in them that users do not see.
"""

MOST_MARKS = 8
"""The most marks on one letter, as in the tallest one in use (Tibetan). More of them cover the text around it."""

_PLAIN = re.compile("[\n -~\u00a1-\u00ac\u00ae-\u02ff\u1e00-\u1eff\u2010-\u2027]*")
"""The characters of nearly every text; none of them is forbidden, so this is the fast path."""

_WORD = re.compile("[!-~\u00a1-\u00ac\u00ae-\u02ff\u1e00-\u1eff]")
_PILED = Fault(f"quá {MOST_MARKS} dấu trên một chữ", f"more than {MOST_MARKS} marks on one letter")


@dataclass(frozen=True, slots=True)
class TextRule:
    """The rule of a kind of texts: its length (characters), several lines or one, and whether it may be empty."""

    longest: int
    lines: bool = False
    needed: bool = False

    def tidy(self, text: str) -> str:
        """Return the text in normal form C, with plain blanks and line ends, stripped."""
        return tidy(text, lines=self.lines)

    def fault(self, text: str) -> Fault | None:
        """Return the fault of a tidy text, or None."""
        if len(text) > self.longest:
            return Fault(f"Nhiều nhất {self.longest} ký tự.", f"At most {self.longest} characters.")
        if wrong := forbidden(text, lines=self.lines):
            return wrong
        if self.needed and not says_something(text):
            return Fault("Cần có nội dung nhìn thấy được.", "It has to say something that can be seen.")
        return None


LINE = TextRule(500)
"""A text of one line, perhaps empty."""
NAME = TextRule(500, needed=True)
"""A text of one line, not empty: the name of a unit, a title."""
NOTE = TextRule(2_000, lines=True)
"""A text of several lines, perhaps empty: an explanation, a comment."""
REASON = TextRule(2_000, lines=True, needed=True)
"""A text of several lines, not empty: the reason of a reopening."""


def tidy(text: str, *, lines: bool = False) -> str:
    """Return the text in normal form C, with plain blanks (and line ends, if several lines are permitted), stripped.

    Forbidden characters stay, so that the fault can name them; a lone surrogate does not raise.
    """
    if lines:
        text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    text = _BLANKS.sub(" ", unicodedata.normalize("NFC", text))
    return text.strip(" \t\r\n")


def forbidden(text: str, *, lines: bool = False) -> Fault | None:
    """Return the first forbidden character of a text, or None."""
    if _PLAIN.fullmatch(text) and (lines or "\n" not in text):
        return None
    marks = 0
    for character in text:
        marks = _marks_after(marks, character)
        what = _what(character, lines=lines) or (_PILED if marks > MOST_MARKS else None)
        if what is not None:
            code = f"U+{ord(character):04X}"
            return Fault(f"Có ký tự không dùng được: {code} ({what.vi}).", f"It has {code} in it ({what.en}).")
    return None


def says_something(text: str) -> bool:
    """Return whether a text has a visible letter, digit or sign; marks and fillers alone do not count."""
    return _WORD.search(text) is not None or any(
        unicodedata.category(character)[0] in "LNPS" and character not in _FILLERS for character in text
    )


def compared(text: str) -> str:
    """Return a key that is equal for texts that look alike, however they were typed.

    It is in normal form C, with single plain blanks and without invisible characters (zero width, soft hyphens,
    fillers).
    """
    seen = "".join(character for character in text if not _is_unseen(character))
    return " ".join(_BLANKS.sub(" ", unicodedata.normalize("NFC", seen)).split())


def invisible_in(text: str) -> list[str]:
    """Name the invisible characters of a text, such as U+200B or U+00A0, by which texts that look alike differ."""
    strange = dict.fromkeys(character for character in text if _is_unseen(character) or _BLANKS.match(character))
    return [f"U+{ord(character):04X}" for character in strange]


def _is_unseen(character: str) -> bool:
    return character in _FILLERS or unicodedata.category(character) == "Cf" or _SELECTORS.match(character) is not None


def _marks_after(marks: int, character: str) -> int:
    """Return the number of marks on the letter so far; an invisible character between marks does not reset it."""
    category = unicodedata.category(character)
    if category[0] == "M":
        return marks + 1
    return marks if category == "Cf" else 0


def _what(character: str, *, lines: bool) -> Fault | None:  # noqa: PLR0911  # one answer for each kind of character
    match unicodedata.category(character):
        case "Cc" if character == "\n" and lines:
            return None
        case "Cc" if character in "\n\r\t\x85":
            return Fault("xuống dòng hoặc tab, ở đây chỉ được một dòng", "a line end or tab, and this is one line")
        case "Zl" | "Zp":
            return Fault("xuống dòng, ở đây chỉ được một dòng", "a line end, and this is one line")
        case "Cc":
            return Fault("ký tự điều khiển", "a control character")
        case "Cs":
            return Fault("nửa ký tự (surrogate)", "half a character (a lone surrogate)")
        case "Cn":
            return Fault("mã chưa được Unicode dùng", "not a character of Unicode")
        case "Cf" if character in _BIDIRECTIONAL:
            return Fault("đổi chiều chữ", "it changes the direction of writing")
        case "Cf" if _UNTYPED.match(character):
            return Fault(
                "ký tự định dạng không bàn phím nào có, giấu được chữ", "no keyboard has it, and it can hide words"
            )
        case _:
            return None
