"""What a text may be that people or systems send.

The log takes normal form C only, no database text can hold U+0000, and a published page has to show what was sealed:
so a text has no character that changes how others are shown, none that hides words, no letter under a pile of marks,
and none whose meaning is not fixed for ever. What Unicode has not assigned may get a normal form one day, and the
bytes of an entry could not be checked any more.
"""

import re
import unicodedata
from dataclasses import dataclass

from parindex.values.fault import Fault

_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""The blanks that are none of the keyboard's; spreadsheets and word processors put no-break spaces into names."""

_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Letters and symbols of which nothing is seen."""
_SELECTORS = re.compile("[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Marks of which nothing is seen."""

_UNTYPED = re.compile("[\u206a-\u206f\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]")
"""Format characters that no keyboard has: tags, annotations, deprecated ones, those of shorthand and of music.

Programs read words in them of which a person sees nothing.
"""

MOST_MARKS = 8
"""Marks on one letter: the tallest one that is written has so many (Tibetan). More of them cover what is around it."""

_PLAIN = re.compile("[\n -~\u00a1-\u00ac\u00ae-\u02ff\u1e00-\u1eff\u2010-\u2027]*")
"""What nearly every text consists of; nothing in it is forbidden."""

_WORD = re.compile("[!-~\u00a1-\u00ac\u00ae-\u02ff\u1e00-\u1eff]")
_PILED = Fault(f"quá {MOST_MARKS} dấu trên một chữ", f"more than {MOST_MARKS} marks on one letter")


@dataclass(frozen=True, slots=True)
class TextRule:
    """How long a text may be (characters), whether it has several lines, and whether it has to say something."""

    longest: int
    lines: bool = False
    needed: bool = False

    def tidy(self, text: str) -> str:
        """Return the text in normal form C, with plain blanks and line ends, and none of them around it."""
        return tidy(text, lines=self.lines)

    def fault(self, text: str) -> Fault | None:
        """Return what is wrong with a text that is tidy already, or None."""
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
"""A text of one line that says something: the name of a unit, a title."""
NOTE = TextRule(2_000, lines=True)
"""Words of several lines, perhaps none: an explanation, a comment."""
REASON = TextRule(2_000, lines=True, needed=True)
"""Words of several lines that say something: why a round is reopened."""


def tidy(text: str, *, lines: bool = False) -> str:
    """Return the text in normal form C, with plain blanks (and, of several lines, line ends), and none around it.

    What is forbidden stays where it is, so that it can be named; a lone surrogate does not hinder this.
    """
    if lines:
        text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    text = _BLANKS.sub(" ", unicodedata.normalize("NFC", text))
    return text.strip(" \t\r\n")


def forbidden(text: str, *, lines: bool = False) -> Fault | None:
    """Return the first character that no text may have, or None."""
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
    """Return whether anything of a text is seen: a letter, a digit, a sign; a mark or a filler alone is nothing."""
    return _WORD.search(text) is not None or any(
        unicodedata.category(character)[0] in "LNPS" and character not in _FILLERS for character in text
    )


def compared(text: str) -> str:
    """Return the form in which two texts are one if they look alike: how they were typed makes no difference.

    Normal form C, single plain blanks, and nothing that is not seen (zero width characters, soft hyphens, fillers).
    """
    seen = "".join(character for character in text if not _is_unseen(character))
    return " ".join(_BLANKS.sub(" ", unicodedata.normalize("NFC", seen)).split())


def invisible_in(text: str) -> list[str]:
    """Name what is in a text and is not seen, such as U+200B or U+00A0: what makes two texts differ that look alike."""
    strange = dict.fromkeys(character for character in text if _is_unseen(character) or _BLANKS.match(character))
    return [f"U+{ord(character):04X}" for character in strange]


def _is_unseen(character: str) -> bool:
    return character in _FILLERS or unicodedata.category(character) == "Cf" or _SELECTORS.match(character) is not None


def _marks_after(marks: int, character: str) -> int:
    """Count the marks on one letter; what is not seen between two of them does not part them."""
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
