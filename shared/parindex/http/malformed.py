"""Translates pydantic's validation errors into places of a problem: a JSON pointer, and a sentence in each language."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from parindex.http.fields import FAULT
from parindex.http.json_text import pointer
from parindex.refusal import Place

LONGEST_POINTER = 500
"""Characters of a pointer in an answer: the client chose the names in it, which may be of any length."""

# pydantic's error types in the reader's words; `{…}` is filled from the error's own context
_VI = {
    "missing": "Thiếu trường bắt buộc này.",
    "extra_forbidden": "Không có trường nào mang tên này.",
    "json_invalid": "Nội dung gửi lên không phải là JSON hợp lệ.",
    "model_attributes_type": "Phải là một đối tượng JSON.",
    "model_type": "Phải là một đối tượng JSON.",
    "dict_type": "Phải là một đối tượng JSON.",
    "list_type": "Phải là một danh sách.",
    "tuple_type": "Phải là một danh sách.",
    "too_short": "Cần ít nhất {min_length} phần tử.",
    "too_long": "Nhiều nhất {max_length} phần tử.",
    "string_type": "Phải là chuỗi ký tự.",
    "string_unicode": "Chuỗi có nửa ký tự (surrogate) lẻ.",
    "string_too_short": "Cần ít nhất {min_length} ký tự.",
    "string_too_long": "Nhiều nhất {max_length} ký tự.",
    "string_pattern_mismatch": "Không đúng định dạng quy định ({pattern}).",
    "bool_type": "Phải là true hoặc false.",
    "bool_parsing": "Phải là true hoặc false.",
    "int_type": "Phải là số nguyên.",
    "int_parsing": "Phải là số nguyên.",
    "int_from_float": "Phải là số nguyên, không có phần thập phân.",
    "decimal_type": "Phải là số thập phân viết thành chuỗi.",
    "decimal_parsing": "Phải là số thập phân hợp lệ.",
    "greater_than": "Phải lớn hơn {gt}.",
    "greater_than_equal": "Phải lớn hơn hoặc bằng {ge}.",
    "less_than": "Phải nhỏ hơn {lt}.",
    "less_than_equal": "Phải nhỏ hơn hoặc bằng {le}.",
    "enum": "Chỉ được là một trong: {expected}.",
    "literal_error": "Chỉ được là một trong: {expected}.",
    "union_tag_invalid": "Loại không được hỗ trợ; chỉ có: {expected_tags}.",
    "union_tag_not_found": "Thiếu trường cho biết loại ({discriminator}).",
    "date_parsing": "Phải là ngày dạng 2026-06-30.",
    "date_from_datetime_parsing": "Phải là ngày dạng 2026-06-30.",
    "datetime_parsing": "Phải là thời điểm dạng 2026-06-30T17:00:00Z.",
    "datetime_from_date_parsing": "Phải là thời điểm dạng 2026-06-30T17:00:00Z.",
    "timezone_aware": "Thời điểm phải có múi giờ (ví dụ Z hoặc +07:00).",
    "uuid_parsing": "Phải là UUID hợp lệ.",
}
_OR = re.compile(r"(?<=['\d]) or (?=['\d])")
_QUOTED = re.compile("'([^']*)'")
_OTHERWISE = "Giá trị không hợp lệ."


def places_of(errors: Sequence[Mapping[str, Any]], body: object) -> list[Place]:
    """Return one place per error. `body` is the body as sent, so that a pointer names what it really has."""
    return [Place(_where(error, body), _vietnamese(error), _english(error)) for error in errors]


def _where(error: Mapping[str, Any], body: object) -> str:
    """Return a pointer into the body, or `query/limit`, `path/unit`, `header/if-match` for another part."""
    door, *parts = error["loc"] or ("body",)
    if door != "body":
        return "/".join(str(part) for part in (door, *parts))
    if error["type"] == "json_invalid":
        return ""
    at = pointer(_real(parts, body, missing=error["type"] == "missing"))
    return at if len(at) <= LONGEST_POINTER else at[:LONGEST_POINTER] + "…"


def _real(parts: Sequence[str | int], body: object, *, missing: bool) -> list[str | int]:
    """Drop the parts that pydantic adds to its locations (names of union members, a mark at keys)."""
    if not isinstance(body, dict | list):
        return list(parts)
    for end in range(len(parts), 0, -1):
        found = _way(parts[:end], body, missing=missing and end == len(parts))
        if found is not None:
            return found
    return []


def _way(parts: Sequence[str | int], body: object, *, missing: bool) -> list[str | int] | None:
    """Return the path to the last part, or None.

    A part that pydantic adds may have the name of a real member: the kind of rule `steps` has a field `steps`. So both
    readings are tried.
    """
    part, rest = parts[0], parts[1:]
    if not rest:
        return [part] if _has(body, part) or (missing and isinstance(body, dict)) else None
    if _has(body, part):
        found = _way(rest, body[part], missing=missing)  # type: ignore[index]
        if found is not None:
            return [part, *found]
    return _way(rest, body, missing=missing)


def _has(here: object, part: str | int) -> bool:
    if isinstance(here, list):
        return isinstance(part, int) and part < len(here)
    return isinstance(here, dict) and part in here


def _vietnamese(error: Mapping[str, Any]) -> str:
    if error["type"] == FAULT:
        return str(error["ctx"]["vi"])
    try:
        return _VI.get(error["type"], _OTHERWISE).format_map(_read(error.get("ctx") or {}))
    except KeyError:  # pydantic's context lacks a value of the sentence
        return _OTHERWISE


def _read(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write pydantic's lists of allowed values (`'a', 'b' or 'c'`) in Vietnamese."""
    lists = {name: str(context[name]) for name in ("expected", "expected_tags", "discriminator") if name in context}
    quoted = {name: _QUOTED.sub(r"“\1”", _OR.sub(" hoặc ", text)) for name, text in lists.items()}
    return {**context, **quoted}


def _english(error: Mapping[str, Any]) -> str:
    if error["type"] == FAULT:
        return str(error["ctx"]["en"])
    if error["type"] == "json_invalid":
        return f"This is not JSON: {(error.get('ctx') or {}).get('error', 'it could not be read')}."
    return f"{str(error['msg']).rstrip('.')}."
