"""Canonical JSON: a profile of JSON whose every text equals its RFC 8785 form.

Keys `[a-z0-9_]+` in sorted order, strings NFC, no floats, no null, integers below 2^53, no duplicate keys.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from parindex.refusal import Refused
from parindex.wording import Wording

BEYOND = 2**53
"""The first integer that other JSON readers may not hold exactly (RFC 8785, section 3.2.2.3)."""

KEY = re.compile(r"[a-z0-9_]+\Z")

_NOT_NORMAL = Wording("có văn bản không ở dạng chuẩn Unicode C", "a text is not in Unicode normal form C")
_NULL = Wording("có null: giá trị vắng mặt thì bỏ trường đi", "null: leave an absent value out")
_FLOAT = Wording("có số thực dấu phẩy động: số là chuỗi hoặc số nguyên", "a float: numbers are text or integers")
_LARGE = Wording("có số nguyên từ 2^53 trở lên", "an integer of 2^53 or more")


class ProfileError(Refused):
    """A value breaks a rule of the profile, which the text names; so its event cannot be written as an entry."""

    code = "entry-profile"
    vi, en = "Dữ kiện không ghi được vào sổ: {why}.", "The fact cannot be written to the log: {why}."

    why: Wording


_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> bytes:
    """Encode a value in the profile; raise ProfileError where it breaks a rule."""
    try:
        raw = _encoder.encode(value)
    except (TypeError, msgspec.MsgspecError) as error:
        raise ProfileError(Wording("có giá trị không có dạng JSON", str(error))) from error
    if not raw.isascii():
        check_nfc(raw)
    if not _is_plain(value):
        _walk(msgspec.json.decode(raw))
    return raw


def check_nfc(raw: bytes) -> None:
    """Raise ProfileError where a text in the bytes is not in Unicode normal form C."""
    if not unicodedata.is_normalized("NFC", raw.decode()):
        raise ProfileError(_NOT_NORMAL)


def _is_plain(value: Any) -> bool:
    """Return True where a value is surely in the profile; otherwise the encoded bytes must be checked."""
    kind: type = type(value)
    if kind is str or kind is bool:
        return True
    if kind is int:
        return bool(-BEYOND < value < BEYOND)
    if kind is dict:
        return all(type(key) is str and KEY.match(key) for key in value) and all(map(_is_plain, value.values()))
    if kind is tuple or kind is list:
        return all(map(_is_plain, value))
    members = _members_of(kind)
    return members is not None and all(map(_is_plain, members(value)))


@lru_cache(maxsize=1_000)
def _members_of(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """Return a getter of all encoded fields of a class; None where only the encoded bytes can be checked."""
    if issubclass(kind, msgspec.Struct):
        names, tag = kind.__struct_fields__, kind.__struct_config__.tag_field
        keys = kind.__struct_encode_fields__ if tag is None else (*kind.__struct_encode_fields__, tag)
    elif is_dataclass(kind) and kind.__dictoffset__ == 0:  # with slots: only its fields are encoded
        names = keys = tuple(field.name for field in fields(kind))
    else:
        return None
    if not names or not all(KEY.match(key) for key in keys):
        return None
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda value: (get(value),)


def _walk(value: Any) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not KEY.match(key):
                raise ProfileError(Wording(f"khóa “{key}”", f"the key {key!r}"))
            _walk(item)
    elif isinstance(value, list):
        for item in value:
            _walk(item)
    else:
        _check_plain(value)


def _check_plain(value: Any) -> None:
    if value is None:
        raise ProfileError(_NULL)
    if isinstance(value, float):
        raise ProfileError(_FLOAT)
    if isinstance(value, int) and abs(value) >= BEYOND:
        raise ProfileError(_LARGE)
