"""Checks of pictures: sides from the header, and whether the file has its end. Nothing is decoded."""

import mmap
import zlib
from pathlib import Path
from typing import BinaryIO, Final

from parindex.files.refusals import FileDamagedError, PictureTooLargeError

LONGEST_SIDE: Final = 20_000
"""Pixels of a side."""
MOST_PIXELS: Final = 200_000_000
"""Pixels of a picture; the largest cameras of phones take 200 million."""

_BLOCK: Final = 2**20
_SIZED: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG segments with the size of the picture (SOF0 to SOF15)."""
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
"""JPEG markers without a length."""
_SCAN, _END = 0xDA, b"\xff\xd9"


def check_jpeg(path: Path) -> None:
    """Raise PictureTooLargeError or FileDamagedError."""
    with path.open("rb") as file:
        _check_sides(*_jpeg_sides(file))
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            if whole.find(_END, file.tell()) < 0:
                raise FileDamagedError


def check_png(path: Path) -> None:
    """Raise PictureTooLargeError or FileDamagedError."""
    with path.open("rb") as file:
        file.seek(8)
        first = True
        while True:
            length, kind = int.from_bytes(_exactly(file, 4)), _exactly(file, 4)
            if first != (kind == b"IHDR"):
                raise FileDamagedError
            data = _checked(file, kind, length)
            if first:
                _check_sides(int.from_bytes(data[:4]), int.from_bytes(data[4:8]))
            if kind == b"IEND":
                return
            first = False


def _jpeg_sides(file: BinaryIO) -> tuple[int, int]:
    """Return width and height; the file is read up to the beginning of the first scan."""
    file.seek(2)
    sides = None
    while True:
        if _exactly(file, 1) != b"\xff":
            raise FileDamagedError
        marker = 0xFF
        while marker == 0xFF:  # any number of them may fill  # noqa: PLR2004
            [marker] = _exactly(file, 1)
        if marker in _ALONE:
            continue
        data = _exactly(file, int.from_bytes(_exactly(file, 2)) - 2)
        if marker in _SIZED:
            sides = int.from_bytes(data[3:5]), int.from_bytes(data[1:3])
        if marker == _SCAN:
            if sides is None:
                raise FileDamagedError
            return sides


def _checked(file: BinaryIO, kind: bytes, length: int) -> bytes:
    """Read a PNG chunk, check its sum, and return its first bytes."""
    first, check, left = b"", zlib.crc32(kind), length
    while left:
        block = _exactly(file, min(left, _BLOCK))
        first, check, left = first or block[:16], zlib.crc32(block, check), left - len(block)
    if int.from_bytes(_exactly(file, 4)) != check:
        raise FileDamagedError
    return first


def _check_sides(width: int, height: int) -> None:
    if not (width and height):
        raise FileDamagedError
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise PictureTooLargeError(width, height, LONGEST_SIDE)


def _exactly(file: BinaryIO, count: int) -> bytes:
    found = file.read(count) if count >= 0 else b""
    if len(found) != count:
        raise FileDamagedError
    return found
