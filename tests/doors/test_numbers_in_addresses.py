"""A number in a query or a path has one spelling at every route, including parameters that are added later."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Mount
from tests.doors.announced_round import REAL

from parindex.auth import Role
from parindex.auth.principal import OWN_NODE, SERVICE_RIGHT
from parindex.http.openapi_shape import operations
from parindex.values.wholes import NotWholeError, seconds, whole
from parindex_cli.local.embedded import System

PEOPLES = [role for role in Role if role not in {Role.SERVICE, Role.KIOSK}]
EVERYTHING = [SERVICE_RIGHT, *(f"{role}@{'H10.01' if role in OWN_NODE else 'H10'}" for role in PEOPLES)]
OTHERWISE = ["1_0", "+1", "01", " 1", "1 ", "1e0", "１", "٣", "-0", "1\n", "0x1", "", "true", "1,0", "9" * 30, "nan"]
PAGES = "/publication/rounds/{round}", "/publication/rounds/{round}/units/{unit}"


def kind_of(schema: dict[str, Any]) -> str:
    options = [schema, *schema.get("anyOf", ()), schema.get("items", {})]
    return next((one["type"] for one in options if one.get("type") in {"integer", "number"}), "")


def numbers(system: System) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Yield every number in an address: method, address with its other parameters, and all query parameters."""
    for route in system.app.routes:
        if isinstance(route, Mount) and isinstance(route.app, FastAPI):
            for path, method, operation in operations(route.app.openapi()):
                for parameter in operation.get("parameters", ()):
                    if parameter["in"] != "header" and kind_of(parameter["schema"]):
                        yield method.upper(), route.path + path, parameter, operation
    for path in PAGES:
        yield "GET", path, {"in": "query", "name": "edition", "schema": {"type": "integer"}}, {}


async def test_every_number_in_an_address_has_one_spelling(embedded_system: System) -> None:
    wrong, seen = [], set()
    async with embedded_system.client("moi-vai", *EVERYTHING) as http:
        http.headers["Accept"] = "application/json"
        for method, path, parameter, operation in numbers(embedded_system):
            name, kind = parameter["name"], kind_of(parameter["schema"])
            seen.add((parameter["in"], name))
            required = {
                each["name"]: "0"
                for each in operation.get("parameters", ())
                if each["in"] == "query" and each["required"]
            }
            for text in [*OTHERWISE, *(["1.0"] if kind == "integer" else ["1.", ".5", "1.0000000"])]:
                values = {**REAL, name: text} if parameter["in"] == "path" else REAL
                address = path
                for part, value in values.items():
                    address = address.replace("{" + part + "}", quoted(value))
                query = {**required, name: [text] * 8 if parameter["schema"].get("type") == "array" else text}
                answer = await http.request(method, address, params=query if parameter["in"] == "query" else None)
                right = refused_there(answer, f"{parameter['in']}/{name}")
                wrong += [] if right else [f"{method} {path} {name}={text!r}: {answer.status_code} {answer.text[:200]}"]
    assert wrong == []
    assert {
        ("query", "after"),
        ("query", "limit"),
        ("query", "wait"),
        ("query", "edition"),
        ("path", "edition"),
    } <= seen


def refused_there(answer: httpx.Response, at: str) -> bool:
    if answer.status_code in {308, 404} and at.startswith("path/"):
        return True  # an empty part of a path is another address
    return answer.status_code == 422 and any(place["at"].startswith(at) for place in answer.json()["places"])


def quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode()) if not text.isalnum() or not text.isascii() else text


@given(st.integers(-(10**18), 10**18))
def test_a_whole_number_is_read_as_it_is_written(number: int) -> None:
    assert whole(str(number)) == number


@given(st.text(st.characters(categories=["Nd", "Zs", "Cc"]) | st.sampled_from("+-_.eE0 "), max_size=6))
def test_another_spelling_is_none(text: str) -> None:
    if re.fullmatch("0|-?[1-9][0-9]*", text, re.ASCII):
        assert whole(text) == int(text)
        return
    with pytest.raises(NotWholeError):
        whole(text)


@pytest.mark.parametrize("text", ["1e1", "nan", "inf", "-1", "+1", "01", "1.", ".5", " 1", "1_0", "１", "1\n"])
def test_seconds_have_one_spelling_too(text: str) -> None:
    with pytest.raises(NotWholeError):
        seconds(text)
    assert seconds("0.5") == 0.5
