"""The order of Vietnamese names, the same on every machine, because it decides the order of lines in sealed bytes.

As in Vietnamese dictionaries (and in Unicode's `vi`): first the letters a ă â b c d đ e ê … ơ … ư … y, and only where
all letters are equal the tones, in the order ngang, huyền, hỏi, ngã, sắc, nặng. Blanks and signs come before digits,
digits before letters, and a number counts as a whole: Quận 2 before Quận 10. Case does not matter.
"""

import re
import unicodedata

Key = tuple[tuple[tuple[int, int], ...], tuple[int, ...], str]

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
"""Huyền, hỏi, ngã, sắc, nặng, as Unicode writes them beside a letter; none of them is ngang, 0."""

PIECE = re.compile(r"[0-9]+|.", re.DOTALL)
SIGN, NUMBER, LETTER, FOREIGN = range(4)


def vietnamese(name: str) -> Key:
    """Return the key by which names are sorted; two names with one key are the same text."""
    composed = unicodedata.normalize("NFC", name)
    read = [_read(piece) for piece in PIECE.findall(composed.casefold())]
    return tuple(letter for letter, _ in read), tuple(tone for _, tone in read), composed


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
