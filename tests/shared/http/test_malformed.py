"""A malformed request gets all mistakes in one answer, each with its place."""

import unicodedata
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal, get_args

import pytest
from fastapi import FastAPI, Query
from httpx import AsyncClient
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core._pydantic_core import list_all_errors
from pydantic_core.core_schema import ErrorType
from tests.shared.http.answers import asking, problem_in

from parindex.http.malformed import places_of
from parindex.http.malformed_texts import VIETNAMESE
from parindex.http.problem_handlers import install
from parindex.refusal import MOST_PLACES


class StepsRule(BaseModel):
    kind: Literal["steps"]
    bounds: list[int]


class ChoiceRule(BaseModel):
    kind: Literal["choice"]
    options: list[str]


class SetIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=3)
    year: int = Field(ge=2000)
    rule: Annotated[StepsRule | ChoiceRule, Field(discriminator="kind")] | None = None
    notes: list[int] = []


def make_app() -> FastAPI:
    app = FastAPI()

    @app.post("/sets")
    async def enact(body: SetIn, limit: Annotated[int, Query(le=5)] = 1) -> dict[str, int]:
        return {"year": body.year, "limit": limit}

    install(app)
    return app


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with asking(make_app()) as http:
        yield http


async def test_a_malformed_body_gets_every_mistake_at_once_each_with_its_place(client: AsyncClient) -> None:
    wrong = {"name": "x", "extra/field": 1, "rule": {"kind": "steps", "bounds": [1, "two"]}, "notes": [1, 2, "b"]}
    response = await client.post("/sets?limit=9", json=wrong)
    problem = problem_in(response)
    assert (response.status_code, problem["code"]) == (422, "malformed-request")
    assert {(place["at"], place["vi"]) for place in problem["places"]} == {
        ("query/limit", "Phải nhỏ hơn hoặc bằng 5."),
        ("/name", "Cần ít nhất 3 ký tự."),
        ("/year", "Thiếu trường bắt buộc này."),
        ("/extra~1field", "Không có trường nào mang tên này."),
        ("/rule/bounds/1", "Phải là số nguyên."),
        ("/notes/2", "Phải là số nguyên."),
    }
    assert "String should have at least 3 characters." in {place["en"] for place in problem["places"]}
    assert problem["detail"] == "Yêu cầu có 6 lỗi cần sửa."


def test_what_may_be_given_is_listed_as_vietnamese_lists_it() -> None:
    class Chosen(BaseModel):
        warning: Literal["a", "b", "c"]
        level: Literal[1, 2]

    with pytest.raises(ValidationError) as refused:
        Chosen.model_validate({"warning": "x", "level": 3})
    places = places_of(refused.value.errors(), {"warning": "x", "level": 3})
    assert [each.vi for each in places] == [
        "Chỉ được là một trong: “a”, “b” hoặc “c”.",
        "Chỉ được là một trong: 1 hoặc 2.",
    ]


async def test_an_unknown_member_of_a_union_is_placed_at_the_union(client: AsyncClient) -> None:
    response = await client.post("/sets", json={"name": "abc", "year": 2026, "rule": {"kind": "magic"}})
    [place] = problem_in(response)["places"]
    assert place["at"] == "/rule"
    assert place["vi"] == "Loại không được hỗ trợ; chỉ có: “steps”, “choice”."


async def test_what_is_not_json_is_said_to_be_so(client: AsyncClient) -> None:
    response = await client.post("/sets", content=b'{"name": ', headers={"content-type": "application/json"})
    [place] = problem_in(response)["places"]
    assert place == {
        "at": "",
        "vi": "Nội dung gửi lên không phải là JSON hợp lệ.",
        "en": "This is not JSON: Expecting value.",
    }


async def test_the_places_in_one_answer_are_bounded(client: AsyncClient) -> None:
    response = await client.post("/sets", json={"name": "abc", "year": 2026, "notes": ["x"] * 2_000})
    problem = problem_in(response)
    assert len(problem["places"]) == MOST_PLACES
    assert problem["detail"] == "Yêu cầu có 2000 lỗi cần sửa."


@pytest.mark.parametrize(
    ("loc", "kind", "at"),
    [
        (("rule", "steps", "otherwise"), "string_type", "/rule/otherwise"),
        (("rule", "steps", "steps"), "list_type", "/rule/steps"),
        (("rule", "steps", "steps", 0, "bound"), "string_type", "/rule/steps/0/bound"),
        (("rule", "steps", "steps", 0, "points"), "missing", "/rule/steps/0/points"),
        (("rule", "steps", "kind", "[key]"), "string_type", "/rule/kind"),
        (("rule", "steps", "unsent", "otherwise"), "missing", "/rule/otherwise"),
    ],
)
def test_a_member_of_a_union_may_be_named_as_one_of_its_fields(loc: tuple[str | int, ...], kind: str, at: str) -> None:
    body = {"rule": {"kind": "steps", "steps": [{"bound": 1}], "otherwise": 0}}
    [place] = places_of([{"type": kind, "loc": ("body", *loc), "msg": "x"}], body)
    assert place.at == at


CONTEXTS: dict[str, dict[str, Any]] = {each["type"]: each.get("example_context") or {} for each in list_all_errors()}


def test_every_kind_of_error_that_pydantic_has_says_in_vietnamese_what_is_wrong() -> None:
    assert set(VIETNAMESE) == set(get_args(ErrorType))


@pytest.mark.parametrize("kind", VIETNAMESE)
def test_a_vietnamese_text_names_values_that_its_kind_of_error_has(kind: str) -> None:
    said = VIETNAMESE[kind].format_map(CONTEXTS[kind])
    assert not set("{}") & set(said)
    assert unicodedata.is_normalized("NFC", said)
