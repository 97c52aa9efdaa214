"""Why an exception was raised: for a sentence in either language, or as one line for a status or a row."""

import errno
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from parindex.refusal import Refused
from parindex.wording import Wording

_SYSTEM: Mapping[int, Wording] = MappingProxyType(
    {
        errno.ENOSPC: Wording("đĩa đầy", "the disk is full"),
        errno.EDQUOT: Wording("hết hạn mức đĩa", "the disk quota is used up"),
        errno.EACCES: Wording("không có quyền", "there is no permission"),
        errno.EPERM: Wording("không có quyền", "there is no permission"),
        errno.EROFS: Wording("hệ thống tệp chỉ đọc", "the file system is read-only"),
        errno.EISDIR: Wording("là thư mục, không phải tệp", "it is a directory and no file"),
        errno.ENOTDIR: Wording("không phải thư mục", "it is not a directory, or something above it is none"),
        errno.EEXIST: Wording("có tệp mang tên này", "there is a file of this name"),
        errno.ENOENT: Wording("không có thư mục này", "there is no such directory"),
        errno.ENAMETOOLONG: Wording("tên quá dài", "the name is too long"),
        errno.ELOOP: Wording("liên kết vòng", "links lead in a circle"),
        errno.EMFILE: Wording("tiến trình mở quá nhiều tệp", "the process has too many files open"),
    }
)
_KINDS: Sequence[tuple[type[BaseException], str]] = (
    (UnicodeDecodeError, "không phải UTF-8"),
    (msgspec.ValidationError, "thiếu hoặc thừa trường, hoặc giá trị sai kiểu"),
    (msgspec.DecodeError, "không phải JSON hợp lệ"),
    (RecursionError, "lồng nhau quá sâu"),
    (TimeoutError, "quá thời gian chờ"),
    (OSError, "mất kết nối, hoặc hệ điều hành báo lỗi"),
    (ValueError, "giá trị không hợp lệ"),
    (TypeError, "kiểu giá trị không hợp lệ"),
)
_AT = re.compile(r" - at `(.*)`$")


def reason(error: BaseException) -> Wording:
    """Return the reason in one line, in Vietnamese and in the exception's own words."""
    return Wording(error.vi if isinstance(error, Refused) else _vietnamese(error), in_one_line(error))


def system_reason(error: OSError) -> Wording:
    """Return why the operating system refuses."""
    said = error.strerror or "?"
    name = errno.errorcode.get(error.errno or 0, "?")
    return _SYSTEM.get(error.errno or 0, Wording(f"hệ điều hành báo lỗi {name}", said))


def in_one_line(error: BaseException) -> str:
    """Return an error as one line for a status or a row: its type and its message, at most 2,000 characters.

    A database error is reduced to the driver's own message, without SQLAlchemy's copy of the statement and its
    parameters. Control characters become spaces, because a database cannot hold U+0000.
    """
    said = getattr(error, "orig", None) or error
    plain = "".join(max(character, " ") for character in f"{type(error).__name__}: {said}")
    return " ".join(plain.split())[:2_000]


def lost(error: BaseException) -> Wording:
    """Return why a connection brought no answer: the kind of error alone, its text may hold an address."""
    name = type(error).__name__
    return Wording("quá thời gian chờ" if "Timeout" in name else "mất kết nối", name)


def _vietnamese(error: BaseException) -> str:
    said = next((vi for kind, vi in _KINDS if isinstance(error, kind)), f"lỗi {type(error).__name__}")
    at = _AT.search(str(error))
    return f"{said} ở {at[1]}" if at else said
