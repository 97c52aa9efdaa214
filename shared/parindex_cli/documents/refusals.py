"""Generates the catalogue of refusals: every subclass of `Refused`, and the refusals of the framework."""

import errno
import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any

from parindex.http.openapi_examples import door_name, doors_of
from parindex.http.problem_handlers import HTTP_REFUSALS
from parindex.http.problems import STATUS, ProblemPlace
from parindex.http.refusal_pages import PACKED, RefusalOut, what_to_do
from parindex.refusal import Kind, Place, Refused
from parindex.service import installed_services
from parindex.wording import Wording
from parindex_cli.documents.describing import described, described_sign_in
from parindex_cli.documents.reaching import refusals_of

LEFT_OUT = (".migrations.env", ".migrations.versions", ".testing", ".__main__")
SAMPLES: Mapping[str, Any] = MappingProxyType(
    {
        **dict.fromkeys(("round_id", "round"), "tinh-2026"),
        **dict.fromkeys(("vi", "en"), "…"),
        "unit": "H09.05",
        "kiosk": "h09-05-1",
        "criterion": "1.1.2",
        "set_code": "tinh-2026",
        "node": "H09",
        "roles": ("office",),
        "criteria": ("1.1.2",),
        "units": ("H09.05",),
        "sources": ("survey",),
        "codes": ("2026",),
        "authority": "H09",
        "at": "2026-11-30T17:00:00Z",
        "until": "2026-11-30T17:00:00Z",
        "stream": "round/tinh-2026",
        "places": (Place("/0/criterion", "Không có tiêu chí này.", "There is no such criterion."),),
        "confirmation-needed.places": (Place("/0/figures/done", "…", "…", "…"),),
        "id_": "tinh-2026",
        "source": "survey",
        "consumer": "scoring",
        "checksum": "0" * 64,
        "url": "http://127.0.0.1:8000",
        "missing": None,
        "why": Wording("…", "…"),
        "error": OSError(errno.ENOSPC, "…"),
        "given": "1e5",
        "taken": ("application/json",),
        "basic": False,
        "writing": True,
        "most": 1000,
        "max_bytes": 1048576,
        "expected": 6,
        "got": 9,
    }
)
"""Values of the examples, by the name of a parameter, or by a code and that name. Other counts are 3, other texts `…`.
"""


class _Something:
    """Replaces a record in an example that would need many values."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return 3 if name in {"position", "epoch", "head", "number", "status_code"} else "…"

    def __str__(self) -> str:
        return "…"

    def __format__(self, spec: str) -> str:
        return "…"


def members() -> Sequence[type[Refused]]:
    """Return every class of refusals of the installed services, the kernel and the command line."""
    for package in ("parindex", "parindex_cli", *installed_services()):
        _import_all(package)
    return sorted(set(_members(Refused)), key=lambda each: each.__qualname__)


def entries() -> Sequence[RefusalOut]:
    """Return every refusal of the installed services and the kernel, by code."""
    known, doors = members(), _doors()
    found = {each.code: _entry(each, sorted(doors.get(each, []))) for each in known}
    return [each for _, each in sorted({**_of_the_framework(), **found}.items())]


def documents() -> Mapping[Path, str]:
    """Return the catalogue as a page, and as the JSON that every service serves, by their paths from `docs/`."""
    found = entries()
    packed = json.dumps([each.model_dump() for each in found], ensure_ascii=False, indent=1) + "\n"
    return {Path("refusals.md"): _page(found), Path("..", "shared", "parindex", "http", PACKED): packed}


def _import_all(package: str) -> None:
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if not any(left in module.name for left in LEFT_OUT):
            importlib.import_module(module.name)


def _members(family: type[Refused]) -> Iterator[type[Refused]]:
    for member in family.__subclasses__():
        if not any(left in member.__module__ for left in LEFT_OUT) and not member.__module__.startswith("tests."):
            yield member
        yield from _members(member)


def _doors() -> Mapping[type[Refused], set[str]]:
    """Return the names of the endpoints that answer each refusal."""
    services, found = installed_services(), dict[type[Refused], set[str]]()
    for app in (*map(described, services.values()), described_sign_in()):
        for _, _, endpoint in doors_of(app):
            for refusal in refusals_of(endpoint, ("parindex", *services)):
                found.setdefault(refusal, set()).add(door_name(endpoint))
    return found


def _entry(refusal: type[Refused], doors: Sequence[str]) -> RefusalOut:
    example = _example(refusal)
    status, title = STATUS[refusal.kind]
    when = " ".join((refusal.__doc__ or "").split()) if refusal.__dict__.get("__doc__") else example.en
    vi, en = refusal.advice or what_to_do(refusal.kind)
    return RefusalOut(
        code=refusal.code,
        status=status,
        title=title,
        when=when,
        vi=example.vi,
        en=example.en,
        do_vi=vi,
        do_en=en,
        places=[ProblemPlace(at=each.at, vi=each.vi, en=each.en, code=each.code) for each in example.places],
        members=dict(getattr(example, "members", {})),
        doors=list(doors),
    )


def _example(refusal: type[Refused]) -> Refused:
    given: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(refusal.__init__).parameters.items())[1:]:
        if parameter.default is inspect.Parameter.empty and parameter.kind is not inspect.Parameter.VAR_POSITIONAL:
            known = f"{refusal.code}.{name}"
            given[name] = _sample(known if known in SAMPLES else name, str(parameter.annotation))
    return refusal(**given)


def _sample(name: str, annotation: str) -> Any:
    if name in SAMPLES:
        return SAMPLES[name]
    if "int" in annotation or "float" in annotation:
        return 3
    return "…" if "str" in annotation else _Something()


_BY_ADDRESS = {
    405: ("Dùng phương thức mà `Allow` nêu.", "Use a method that `Allow` names."),
    406: (
        "Xin một loại nội dung mà tài liệu nêu (`Accept`).",
        "Ask for a type that the OpenAPI document names (`Accept`).",
    ),
}
"""The remedies for refusals of the framework, by status."""


def _of_the_framework() -> dict[str, RefusalOut]:
    found = {}
    for status, (code, vi) in {**HTTP_REFUSALS, 500: ("internal-error", "Hệ thống gặp lỗi.")}.items():
        kind = next((kind for kind, (known, _) in STATUS.items() if known == status), Kind.INVALID)
        do_vi, do_en = _BY_ADDRESS.get(status) or what_to_do(kind)
        en = f"{HTTPStatus(status).phrase}."
        found[code] = RefusalOut(
            code=code, status=status, title=vi.rstrip("."), when=en, vi=vi, en=en, do_vi=do_vi, do_en=do_en
        )
    return found


def _page(found: Sequence[RefusalOut]) -> str:
    head = (
        "# Các lời từ chối / Refusals\n\n"
        "Mỗi mã có một mục; `…` thay cho phần tùy yêu cầu. One section for each `code` of a problem document, made "
        "from the code by `parindex docs`. In examples `…` stands for what depends on the request. Every service "
        "has the same at `/problems/{code}`, where the `type` of a problem points.\n"
    )
    return head + "".join(_section(each) for each in found)


def _section(each: RefusalOut) -> str:
    besides = ", ".join(f"`{name}`" for name in each.members)
    members = f"- Có thêm / members besides: {besides}\n" if besides else ""
    return (
        f"\n## {each.code}\n\n**{each.status}** {each.title}. {each.when}\n\n"
        f"- vi: {each.vi}\n- en: {each.en}\n- Cần làm: {each.do_vi}\n- What to do: {each.do_en}\n{members}"
    )
