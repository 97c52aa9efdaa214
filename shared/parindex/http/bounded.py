"""A bound on the validation errors of one body: each costs time, and a client can cause one for every few bytes."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import ValidationError

from parindex.refusal import Place, Refused

MOST_COUNTED = 5_000
"""Validation errors of one body that are listed; listing as many takes a tenth of a second."""


class TooManyMistakesError(Refused):
    """A body has more mistakes than are counted."""

    code = "too-many-mistakes"
    vi, en = "Yêu cầu có quá nhiều lỗi nên không liệt kê.", "The request has too many mistakes to list them."
    each = "all", Place("", f"Có hơn {MOST_COUNTED} lỗi.", f"There are more than {MOST_COUNTED} mistakes.")
    all = ("",)


def bound_mistakes(app: FastAPI) -> None:
    """Make every route of the app refuse a body with more than MOST_COUNTED validation errors, unlisted."""
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        for field in dependant.body_params if dependant else ():
            if not hasattr(field.validate, "bounded"):
                field.validate = _bounded(field._type_adapter.validate_python, field.validate)  # noqa: SLF001  # how FastAPI itself validates


def _bounded(count: Callable[..., Any], plain: Callable[..., Any]) -> Callable[..., Any]:
    def validate(value: Any, values: dict[str, Any] | None = None, *, loc: tuple[int | str, ...] = ()) -> Any:
        try:
            return count(value, from_attributes=True), []
        except ValidationError as error:
            if error.error_count() > MOST_COUNTED:
                raise TooManyMistakesError from None
        return plain(value, values or {}, loc=loc)

    validate.bounded = True  # type: ignore[attr-defined]  # a second call wraps nothing
    return validate
