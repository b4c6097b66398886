"""The page of answers in a real browser: found, readable at any width, printable, and for this machine only."""

from collections.abc import Iterator

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from starlette.middleware import Middleware

from service.answers_page import build_answers_page
from service.settings import Settings
from simulator.app import build_simulator
from simulator.loopback_server import serve_on_loopback
from simulator.phones.page_guard import PageGuard
from simulator.settings import SimulatorSettings


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The simulator's own host, with the page in it as `puente run` serves it."""
    settings = SimulatorSettings(account_sid="AC" + "0" * 32, auth_token="0" * 32, public_url="http://127.0.0.1:8080")
    pages = build_answers_page(Settings(drafts=True), [Middleware(PageGuard)])
    with serve_on_loopback(build_simulator(settings, pages)) as url:
        yield f"{url}/answers"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without JavaScript, which the page of answers does not need; what the browser complains about fails."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert complaints == []


def test_an_answer_stands_in_all_its_languages_beside_its_source(address: str, page: Page) -> None:
    page.goto(f"{address}?topic=court")

    answer = page.locator("[id='court.missed']")
    expect(answer.locator(".text")).to_have_count(6)
    expect(answer.locator(".phone[lang=es]")).to_contain_text("1-800-898-7180")
    expect(answer.get_by_text("language: draft").first).to_be_visible()
    expect(answer.get_by_text("segments").first).to_be_visible()


def test_a_search_finds_words_of_any_language_and_keeps_what_was_typed(address: str, page: Page) -> None:
    page.goto(address)
    page.get_by_label("Search").fill("vacunas GRATIS")
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_label("Search")).to_have_value("vacunas GRATIS")
    expect(page.locator("[id='health.vaccines_free']")).to_be_visible()
    expect(page.locator("[id='court.missed']")).to_have_count(0)


def test_languages_are_chosen_and_stay_chosen_in_another_topic(address: str, page: Page) -> None:
    page.goto(address)
    for name in ("English", "Português", "Français"):
        page.get_by_role("checkbox", name=name).uncheck()
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="safety", exact=True).click()

    first = page.locator("article").first.locator(".text h3 small")
    expect(first).to_have_text(["es", "quc", "ht"])


def test_a_search_that_finds_nothing_says_so_and_shows_hostile_words_as_text(address: str, page: Page) -> None:
    page.goto(address)
    page.get_by_label("Search").fill("<script>alert(1)</script> zzzz")
    page.get_by_role("button", name="Show").click()

    expect(page.locator("main")).to_contain_text("Nothing was found")
    expect(page.locator("main script")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_is_wider_than_the_screen_and_axe_finds_nothing(
    address: str, page: Page, width: int, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{address}?topic=safety")

    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [(one["id"], one["nodes"][0]["target"]) for one in found.response["violations"]] == []


def test_on_paper_there_are_answers_and_nothing_to_press(address: str, page: Page) -> None:
    page.emulate_media(media="print")
    page.goto(f"{address}?topic=safety")

    expect(page.locator(".find")).to_be_hidden()
    expect(page.locator(".topics")).to_be_hidden()
    expect(page.locator(".bubble").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_name_that_is_not_of_this_machine_is_refused(address: str) -> None:
    answer = requests.get(address, headers={"Host": "answers.example"}, timeout=10)

    assert answer.status_code == 403


def test_nothing_can_be_posted(address: str) -> None:
    assert requests.post(address, data={"text": "x"}, timeout=10).status_code == 405
