"""What a person typed and has not saved: kept in the browser, offered again, and gone when it is saved or dropped."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from parindex.auth.fastapi import public
from parindex.hosting.server import listening
from parindex.http.problem_handlers import install
from parindex.http.routes import add_routes
from parindex.http.way_in import check_requests
from parindex.testing.browser import asks, barriers, complaints
from parindex.web.answering import page
from parindex.web.assets import asset_routes
from parindex.web.rendering import Templates, Visitor

pytestmark = pytest.mark.browser
TEMPLATES = Templates("tests.shared.web.step")
OFFER, RESTORE, DROP = ".kept", ".kept button", ".kept button.second"
KEPT = "Object.entries(sessionStorage).filter(([key]) => key.startsWith('parindex:')).map(([, text]) => text).join()"
WARNS = "!window.dispatchEvent(new Event('beforeunload', {cancelable: true}))"


@dataclass
class Site:
    """A page with a form: the person who sees it, the saved note, and whether the server refuses."""

    address: str = ""
    person: str = "lan"
    version: int = 1
    note: str = "Cũ"
    refuses: bool = False
    sent: list[dict[str, list[str]]] = field(default_factory=list)

    def page(self, *, saved: str = "", refused: bool = False, note: str = "", lines: int = 0) -> Response:
        values = {"person": self.person, "version": self.version, "saved": saved, "refused": refused, "lines": lines}
        html = TEMPLATES.render("unsaved.html", "", Visitor("Lan", "sign-out"), note=note or self.note, **values)
        return page(html, 422 if refused else 200)

    def takes(self, body: dict[str, list[str]]) -> Response:
        self.sent.append(body)
        [note] = body["note"]
        if "more" in body:
            return self.page(note=note, lines=sum(name.startswith("line-") for name in body) + 1)
        if self.refuses:
            return self.page(refused=True, note=note)
        self.note, self.version = note, self.version + 1
        return RedirectResponse("other?saved=yes", 303)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    app, site = FastAPI(), Site()

    @app.get("/form", dependencies=[public])
    async def form() -> Response:
        return site.page()

    @app.post("/form", dependencies=[public], openapi_extra={"requestBody": {"content": {}}})
    async def take(request: Request) -> Response:
        return site.takes(parse_qs((await request.body()).decode(), keep_blank_values=True))

    @app.get("/other", dependencies=[public])
    async def other(saved: str = "") -> Response:
        return site.page(saved=saved)

    @app.post("/sign-out", dependencies=[public], openapi_extra={"requestBody": {"content": {}}})
    async def sign_out() -> Response:
        return RedirectResponse("other", 303)

    add_routes(app, asset_routes("tests.shared.web.step"))
    check_requests(app)
    install(app)
    async with listening(app) as site.address:
        yield site


async def becomes(browser: WebDriver, script: str) -> None:
    await asyncio.to_thread(WebDriverWait(browser, 60).until, lambda _: browser.execute_script(f"return {script}"))


async def opens(browser: WebDriver, site: Site, path: str = "/form") -> None:
    await asyncio.to_thread(browser.get, site.address + path)
    await becomes(browser, "document.readyState === 'complete'")


async def presses(browser: WebDriver, selector: str) -> None:
    await asyncio.to_thread(browser.find_element(By.CSS_SELECTOR, selector).send_keys, Keys.ENTER)


async def types(browser: WebDriver, text: str, name: str = "note") -> None:
    element = browser.find_element(By.NAME, name)
    await asyncio.to_thread(element.send_keys, text)


async def types_and_keeps(browser: WebDriver, text: str, name: str = "note") -> None:
    await types(browser, text, name)
    await becomes(browser, f"{KEPT}.includes({text!r})")


async def offers(browser: WebDriver) -> object:
    return await asks(browser, f"document.querySelectorAll({OFFER!r}).length")


async def test_typed_text_is_offered_after_a_reload_and_restored(browser: WebDriver, site: Site) -> None:
    await opens(browser, site)
    assert await offers(browser) == 0
    assert await asks(browser, WARNS) is False
    await asks(browser, "document.querySelector('[name=tick]').click()")
    await asks(browser, "document.querySelector('[value=b]').click()")
    await types_and_keeps(browser, " và mới")
    assert await asks(browser, WARNS) is True
    await opens(browser, site)
    assert await offers(browser) == 1
    assert "một bản khác" not in str(await asks(browser, f"document.querySelector({OFFER!r}).innerText"))
    assert await asyncio.to_thread(barriers, browser, "color-contrast") == []
    await presses(browser, RESTORE)
    assert await asks(browser, "document.querySelector('[name=note]').value") == "Cũ và mới"
    assert await asks(browser, "document.querySelector('[name=tick]').checked") is True
    assert await asks(browser, "document.querySelector('[name=kind]:checked').value") == "b"
    assert await offers(browser) == 0
    assert await asks(browser, "document.activeElement.name") == "note"
    assert complaints(browser) == []


async def test_what_was_dropped_is_not_offered_again(browser: WebDriver, site: Site) -> None:
    await opens(browser, site)
    await types_and_keeps(browser, "mới")
    await opens(browser, site)
    await presses(browser, DROP)
    assert await asks(browser, KEPT) == ""
    await opens(browser, site)
    assert await offers(browser) == 0


async def test_a_text_that_is_saved_is_no_longer_kept(browser: WebDriver, site: Site) -> None:
    await opens(browser, site)
    await types_and_keeps(browser, " và mới")
    await presses(browser, "main button")
    await becomes(browser, "document.querySelector('[data-saved]') !== null")
    assert await asks(browser, KEPT) == ""
    assert site.note == "Cũ và mới"


async def test_what_is_typed_after_a_save_is_kept_when_the_page_is_opened_again(browser: WebDriver, site: Site) -> None:
    await opens(browser, site)
    await types_and_keeps(browser, " và mới")
    await presses(browser, "main button")
    await becomes(browser, "document.querySelector('[data-saved]') !== null")
    await types_and_keeps(browser, ", và mới hơn")
    await asyncio.to_thread(browser.refresh)
    await becomes(browser, "document.readyState === 'complete'")
    assert await offers(browser) == 1
    assert await asks(browser, "document.querySelector('[data-saved]')") is None


async def test_a_refused_text_is_kept_and_leaving_it_is_warned_of(browser: WebDriver, site: Site) -> None:
    site.refuses = True
    await opens(browser, site)
    await types(browser, " và mới")
    await presses(browser, "main button")
    await becomes(browser, "document.querySelector('[data-unsaved]') !== null")
    assert await offers(browser) == 0
    assert await asks(browser, WARNS) is True
    await opens(browser, site)
    assert await offers(browser) == 1


async def test_a_text_over_which_someone_saved_is_offered_with_a_warning(browser: WebDriver, site: Site) -> None:
    await opens(browser, site)
    await types_and_keeps(browser, " của tôi")
    site.note, site.version = "Của người khác", 2
    await opens(browser, site)
    assert "một bản khác" in str(await asks(browser, f"document.querySelector({OFFER!r}).innerText"))
    await presses(browser, "[data-drop]")
    await becomes(browser, f"{KEPT} === ''")
    await opens(browser, site)
    assert await offers(browser) == 0


async def test_fields_that_the_page_no_longer_has_are_restored_by_the_server(browser: WebDriver, site: Site) -> None:
    await opens(browser, site)
    await presses(browser, "[data-more]")
    await becomes(browser, "document.querySelector('[name=line-0]') !== null")
    await types_and_keeps(browser, "một", "line-0")
    await opens(browser, site)
    await presses(browser, RESTORE)
    await becomes(browser, "document.querySelector('[name=line-1]') !== null")
    assert site.sent[-1]["line-0"] == ["một"]


async def test_a_password_is_never_kept(browser: WebDriver, site: Site) -> None:
    await opens(browser, site)
    await types(browser, "bi-mat", "secret")
    await types_and_keeps(browser, "mới")
    assert "bi-mat" not in str(await asks(browser, KEPT))


async def test_a_sign_out_drops_what_is_kept(browser: WebDriver, site: Site) -> None:
    await opens(browser, site)
    await types_and_keeps(browser, "mới")
    await asks(browser, "document.querySelector('form.visitor').requestSubmit()")
    await becomes(browser, "location.pathname === '/other' && document.readyState === 'complete'")
    assert await asks(browser, KEPT) == ""


async def test_another_person_in_the_same_tab_is_offered_nothing(browser: WebDriver, site: Site) -> None:
    await opens(browser, site)
    await types_and_keeps(browser, "mới")
    site.person = "mai"
    await opens(browser, site)
    assert await offers(browser) == 0
    assert await asks(browser, KEPT) == ""
