"""Signing in in a real browser: found by labels, readable at any width and in both languages, nothing blocked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conversation.turn import Rules
from service import wiring
from service.settings import Settings
from store.sealing.vault import KeyRing, Vault
from tests.databases import make_template, open_copy
from tests.front_desk import PASSWORD, FrontDesk, code_at
from tests.house import House

NEW = "three quiet rivers"
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDesk]:
    """A house that others can reach: a second factor is asked of everybody."""
    folder: Path = tmp_path_factory.mktemp("signin")
    vault = Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32)))
    rules: Rules = wiring.build_rules(Settings(drafts=True))
    with open_copy(make_template(folder / "template.db"), folder / "house.db") as database:
        yield FrontDesk(House(database, vault, rules), alone=False)


@pytest.fixture(scope="module")
def url(desk: FrontDesk) -> Iterator[str]:
    async def greet(request: Request) -> Response:
        return desk.entrance.render(request, "refused.html", why="absent", kept="")

    with desk.open([Route("/inbox", greet, middleware=desk.entrance.guard())]) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser that runs no JavaScript of ours; what it complains about, a blocked style or picture, fails."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="es-GT")
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert [one for one in complaints if "the server responded with a status of 4" not in one] == []


def look_at(page: Page) -> None:
    """Nothing is wider than the screen, in light and dark, on a desk and on a telephone, and axe finds nothing."""
    for width in (1280, 360):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 800})
            found = Axe().run(page, options=AXE)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert [(one["id"], one["nodes"][0]["target"]) for one in found.response["violations"]] == []


def test_a_worker_comes_in_by_a_link_sets_up_an_app_and_signs_in_again_by_keyboard(
    desk: FrontDesk, url: str, page: Page
) -> None:
    token = desk.invite(desk.add(password=False))
    page.goto(f"{url}/invite/{token}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Elija una contraseña")
    look_at(page)
    page.get_by_label("Contraseña nueva").fill(NEW)
    page.get_by_label("La misma otra vez").fill(NEW)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Configurar el segundo paso")
    assert page.get_by_role("img").evaluate("picture => picture.complete && picture.naturalWidth > 0")
    secret = page.locator(".secret").inner_text().replace(" ", "")
    look_at(page)
    page.get_by_label("Escriba los seis números").fill(code_at(secret, desk.house.clock()))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{url}/inbox")

    page.goto(f"{url}/signin/account")
    look_at(page)
    page.get_by_role("button", name="Salir aquí").click()
    expect(page.get_by_role("status")).to_have_text("Ha salido.")

    desk.house.clock.advance(60)
    page.keyboard.type("ana")  # the field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Segundo paso")
    look_at(page)
    page.keyboard.type(code_at(secret, desk.house.clock()))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{url}/inbox")


def test_a_mistake_is_said_aloud_and_the_language_can_be_changed(desk: FrontDesk, url: str, page: Page) -> None:
    desk.add("eva")
    page.goto(f"{url}/signin")
    look_at(page)
    page.get_by_label("Usuario").fill("eva")
    page.get_by_label("Contraseña").fill(f"{PASSWORD}!")
    page.get_by_role("button", name="Entrar").click()

    expect(page.get_by_role("alert")).to_contain_text("no corresponden")
    look_at(page)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_what_is_refused_is_a_page_too(url: str, page: Page) -> None:
    page.goto(f"{url}/invite/unknown")
    expect(page.get_by_role("heading", level=1)).to_have_text("Este enlace no funciona")
    look_at(page)
