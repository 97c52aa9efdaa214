"""The kit: templates of a step over those of the kit, files under a content hash, headers, and problems as pages."""

import re
from collections.abc import AsyncIterator

import jinja2
import pytest
from fastapi import FastAPI, Request, Response
from httpx import ASGITransport, AsyncClient

from parindex.auth.fastapi import public
from parindex.http import problem_handlers
from parindex.http.routes import add_routes
from parindex.http.way_in import check_requests
from parindex.refusal import Kind, Refused
from parindex.web.answering import cached_page, page
from parindex.web.assets import AssetTwiceError, address_of, asset_routes, assets_of
from parindex.web.parts import AccountPart
from parindex.web.problem_pages import ProblemPages, for_people
from parindex.web.rendering import NotPrintableError, Templates, Visitor

STEP = "tests.shared.web.step"
TEMPLATES = Templates(STEP, layout="own_layout.html")
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LAN = Visitor("Nguyễn <Lan>", "/sign-in/sign-out")


class AwayError(Refused):
    code, kind = "away", Kind.DAMAGED
    vi, en = "Đi <vắng>.", "Away."


@pytest.fixture
async def http() -> AsyncIterator[AsyncClient]:
    app = FastAPI()

    @app.get("/sheets/one", dependencies=[public])
    async def sheet() -> Response:
        return page(TEMPLATES.render("plain.html", "../", LAN, text="<b>"))

    @app.get("/results", dependencies=[public])
    async def results(request: Request) -> Response:
        return cached_page(request, TEMPLATES.render("plain.html", "", text="all"))

    @app.get("/away/here", dependencies=[public])
    async def away() -> Response:
        raise AwayError

    add_routes(app, asset_routes(STEP))
    check_requests(app)
    problem_handlers.install(app)
    app.state.problem_page = ProblemPages(TEMPLATES)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://service") as client:
        yield client


def test_a_step_names_the_steps_whose_macros_its_templates_import() -> None:
    assert b"<p>one</p>" in Templates(STEP, macros_of=(STEP,)).render("step/plain.html", "", text="one")
    with pytest.raises(jinja2.TemplateNotFound):
        Templates(STEP).render("step/plain.html", "", text="one")


async def test_a_page_of_a_signed_in_person_names_them_and_is_stored_nowhere(http: AsyncClient) -> None:
    answer = await http.get("/sheets/one")
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert "Nguyễn &lt;Lan&gt;" in answer.text
    assert '<form class="visitor" method="post" action="/sign-in/sign-out">' in answer.text
    assert "<p>&lt;b&gt;</p>" in answer.text


async def test_a_page_may_send_forms_home_and_run_our_own_files_alone(http: AsyncClient) -> None:
    headers = (await http.get("/sheets/one")).headers
    policy = dict(rule.strip().split(" ", 1) for rule in headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "script-src": "'self'",
        "connect-src": "'self'",
    }
    assert headers["referrer-policy"] == "same-origin", "no-referrer makes a form's origin null"


async def test_the_scripts_of_the_kit_come_with_the_pages_of_people_alone(http: AsyncClient) -> None:
    [script] = re.findall(r'<script type="module" src="([^"]+)"></script>', (await http.get("/sheets/one")).text)
    answer = await http.get(script.removeprefix("../"))
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    public_page = await http.get("/results")
    assert "<script" not in public_page.text
    assert "script-src" not in public_page.headers["content-security-policy"]


async def test_a_public_page_is_cached_and_not_sent_twice(http: AsyncClient) -> None:
    first = await http.get("/results")
    again = await http.get("/results", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert first.headers["cache-control"].startswith("public, max-age=60")
    assert "form-action 'none'" in first.headers["content-security-policy"]
    assert "Đăng xuất" not in first.text
    assert (again.status_code, again.content) == (304, b"")


async def test_every_file_of_a_page_is_kept_for_ever_under_its_hash(http: AsyncClient) -> None:
    html = (await http.get("/sheets/one")).text
    named = re.findall(r'<link [^>]*href="([^"]+)"', html)
    assert [re.sub(r"v=[0-9a-f]{12}$", "v=", each) for each in named] == [
        f"../assets/{name}?v=" for name in ("kit.css", "own.css", "icon.svg")
    ]
    for link in named:
        answer = await http.get(link.removeprefix("../"))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")


async def test_a_file_under_another_hash_is_not_kept_for_ever(http: AsyncClient) -> None:
    for address in ("/assets/kit.css", "/assets/kit.css?v=0123456789ab"):
        answer = await http.get(address)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, False)
    for unknown in ("/assets/none.css", "/assets/..%2Fassets.py"):
        assert (await http.get(unknown)).status_code == 404


def test_two_files_of_one_name_are_refused() -> None:
    with pytest.raises(AssetTwiceError, match=r"own\.css"):
        assets_of(STEP, STEP)


def test_a_template_that_names_what_is_missing_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="text"):
        TEMPLATES.render("plain.html", "")
    with pytest.raises(KeyError):
        address_of("none.css", STEP)


@pytest.mark.parametrize("value", [["a", AccountPart("a00000lan")], AccountPart("a00000lan"), None, 0.5])
def test_a_template_that_prints_what_is_no_text_is_an_error(value: object) -> None:
    with pytest.raises(NotPrintableError):
        TEMPLATES.render("plain.html", "", text=value)


async def test_a_person_gets_a_problem_as_a_page_with_a_way_on(http: AsyncClient) -> None:
    answer = await http.get("/away/here", headers=BROWSER)
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert "Đi &lt;vắng&gt;." in answer.text
    assert '<a href="../">Về trang đầu</a>' in answer.text
    assert "The step's own footer" in answer.text
    assert f"<code>{answer.headers['x-correlation-id']}</code>" in answer.text


@pytest.mark.parametrize(("path", "accept"), [("/v1/none", "text/html"), ("/away/here", "application/json")])
async def test_a_program_gets_the_problem_document(http: AsyncClient, path: str, accept: str) -> None:
    answer = await http.get(path, headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("*/*", True),
        (BROWSER["Accept"], True),
        ("application/json", False),
        ("text/html;q=0.5, application/json", False),
        ("text/html;q=0.5, application/json;q=0.4", True),
        ("text/html;q=0", False),
        ("text/html;q=viel", False),
    ],
)
def test_a_page_is_for_those_who_rank_it_as_high_as_json(accept: str, *, is_page: bool) -> None:
    assert for_people(accept) is is_page
