"""The order of Vietnamese names, and the form in which they are searched. Pure.

Databases and libraries sort by code points or need ICU, which is not installed everywhere.
"""

import re
import unicodedata

from parindex.values.texts import compared

SortKey = tuple[tuple[tuple[int, int], ...], tuple[int, ...], str]

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
"""Huyền, hỏi, ngã, sắc, nặng, as Unicode writes them beside a letter; none of them is ngang, 0."""

PIECE = re.compile(r"[0-9]+|.", re.DOTALL)
SIGN, NUMBER, LETTER, FOREIGN = range(4)


def sort_key(name: str) -> SortKey:
    """Return the key by which names are sorted: letters first, then tones; two names with one key are the same text.

    Frozen editions are ordered by it and are computed again byte by byte, so the order never changes.
    """
    composed = unicodedata.normalize("NFC", name)
    read = [_read(piece) for piece in PIECE.findall(composed.casefold())]
    return tuple(letter for letter, _ in read), tuple(tone for _, tone in read), composed


def searched(text: str) -> str:
    """Return a text as searches compare it: without marks and capitals, đ as d, with single blanks."""
    bare = "".join(each for each in unicodedata.normalize("NFD", compared(text)) if not unicodedata.combining(each))
    return bare.casefold().replace("đ", "d")


def _read(piece: str) -> tuple[tuple[int, int], int]:
    """Return the place of a piece in the alphabet, and its tone."""
    if piece.isascii() and piece.isdigit():
        return (NUMBER, int(piece)), 0
    marks = unicodedata.normalize("NFD", piece)
    tone = next((TONES[mark] for mark in marks if mark in TONES), 0)
    letter = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
    if letter in ALPHABET and len(letter) == 1:
        return (LETTER, ALPHABET.index(letter)), tone
    return (FOREIGN if piece.isalpha() else SIGN, ord(piece)), tone
