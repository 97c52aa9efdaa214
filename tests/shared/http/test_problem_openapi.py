"""The OpenAPI document describes our problem documents, and none of the framework's error schemas."""

from fastapi import FastAPI
from pydantic import BaseModel
from tests.shared.http.answers import asking

from parindex.http.problem_handlers import install
from parindex.http.problems import problems


class SetIn(BaseModel):
    name: str


def make_app() -> FastAPI:
    app = FastAPI()

    @app.get("/frozen", responses=problems(409))
    async def frozen() -> None: ...

    @app.post("/sets")
    async def enact(body: SetIn) -> str:
        return body.name

    install(app)
    return app


async def test_openapi_documents_problems_and_nothing_of_the_frameworks_own() -> None:
    async with asking(make_app()) as http:
        document = (await http.get("/openapi.json")).json()
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert document["paths"]["/frozen"]["get"]["responses"]["409"]["content"] == problem
    assert document["paths"]["/sets"]["post"]["responses"]["422"]["content"] == problem
    assert document["paths"]["/frozen"]["get"]["responses"]["default"]["content"] == problem
    assert set(document["components"]["schemas"]) >= {"Problem", "ProblemPlace", "SetIn"}
    assert "ValidationError" not in str(document)


async def test_openapi_follows_routes_that_are_added_later() -> None:
    app = make_app()
    app.openapi()

    @app.get("/later")
    async def later(limit: int) -> int:
        return limit

    assert "application/problem+json" in app.openapi()["paths"]["/later"]["get"]["responses"]["422"]["content"]
