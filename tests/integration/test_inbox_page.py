"""The inbox in a real browser: two caseworkers and a texter at once, live, by keyboard, on a phone, after a restart."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from conversation.messages import Author, Channel, Urgency
from service import wiring
from service.settings import Settings
from store.people import get_or_add_organisation
from store.sealing.vault import KeyRing, Vault
from store.staff.staff import Role, Staff
from store.tables import Message, OutboxEntry, ReplyDraft
from tests.databases import make_template, open_copy
from tests.house import House
from tests.inbox_house import InboxHouse
from tests.month import JUST_AFTER, MonthBook, lay_march

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template") / "puente.db")


@pytest.fixture(scope="module")
def house_of() -> Callable[..., House]:
    rules = wiring.build_rules(Settings(drafts=True))
    vault = Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32)))
    return lambda database: House(database, vault, rules)


@pytest.fixture
def office(template: Path, tmp_path: Path, house_of: Callable[..., House]) -> Iterator[InboxHouse]:
    with open_copy(template, tmp_path / "house.db") as database:
        yield InboxHouse(house_of(database))


@pytest.fixture
def ana(office: InboxHouse) -> Staff:
    return office.add_staff("ana", "Ana López", disciplines=("school", "safety"))


@pytest.fixture
def address(office: InboxHouse) -> Iterator[str]:
    with office.serving() as url:
        yield url


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Browsers of their own, each signed in; what one of them complains about fails the test."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_context(office: InboxHouse, staff: Staff, **more: object) -> BrowserContext:
        context = browser.new_context(**more)  # type: ignore[arg-type]
        context.add_cookies([office.sign_in(staff)])  # type: ignore[list-item]
        context.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def page(contexts: Callable[..., BrowserContext], office: InboxHouse, ana: Staff) -> Page:
    return contexts(office, ana, viewport={"width": 1280, "height": 900}).new_page()


@pytest.fixture
def plain(contexts: Callable[..., BrowserContext], office: InboxHouse, ana: Staff) -> Page:
    """A browser without JavaScript."""
    return contexts(office, ana, java_script_enabled=False).new_page()


def typed_by_staff(office: InboxHouse) -> list[str]:
    rows = office.house.rows(select(Message).where(Message.author == Author.CASEWORKER).order_by(Message.seq))
    return [office.house.vault.open(row.body_sealed, "message.body") for row in rows]


def drafts(office: InboxHouse) -> list[str]:
    rows = office.house.rows(select(ReplyDraft))
    return [office.house.vault.open(row.body_sealed, "reply_draft.body") for row in rows]


def test_of_two_who_claim_at_once_one_has_it_and_the_other_is_told_who(
    office: InboxHouse, ana: Staff, address: str, page: Page, contexts: Callable[..., BrowserContext]
) -> None:
    case = office.open_case("Necesito hablar con alguien")
    bo = office.add_staff("bo", "Bo Kim", disciplines=("school",))
    other = contexts(office, bo, java_script_enabled=False).new_page()  # whose page does not learn of it meanwhile
    for one in (page, other):
        one.goto(f"{address}/inbox/{case.code}")

    page.get_by_role("button", name="Take this case").click()
    expect(page.locator("#said")).to_contain_text("The case is yours")
    other.get_by_role("button", name="Take this case").click()

    expect(other.locator("main")).to_contain_text(f"Ana López has case {case.code} already")
    assert office.case(case.code).owner_id == ana.id


def test_what_a_person_writes_arrives_on_the_open_page_and_in_the_list(
    office: InboxHouse, ana: Staff, address: str, page: Page
) -> None:
    case = office.open_case("Hola")
    office.claim(case, ana)
    listed = page.context.new_page()
    listed.goto(f"{address}/inbox?queue=all")
    page.goto(f"{address}/inbox/{case.code}")
    expect(page.locator("#live")).to_have_text("Live")

    office.hear("¿Está ahí? <b>Soy yo</b>")
    office.open_case("Tengo una pregunta", person="+12025550124")

    expect(page.locator("#timeline .person .words").last).to_have_text("¿Está ahí? <b>Soy yo</b>")
    expect(listed.locator(".case")).to_have_count(2)


def test_a_page_whose_case_somebody_else_takes_says_so_by_itself(office: InboxHouse, address: str, page: Page) -> None:
    case = office.open_case("Hola")
    bo = office.add_staff("bo", "Bo Kim")
    page.goto(f"{address}/inbox/{case.code}")
    expect(page.locator("#live")).to_have_text("Live")

    office.claim(case, bo)

    expect(page.locator("main")).to_contain_text(f"There is no case {case.code} for you")


def test_after_a_restart_of_the_server_the_page_catches_up_and_no_typed_word_is_lost(
    office: InboxHouse, ana: Staff, page: Page
) -> None:
    case = office.open_case("Hola")
    office.claim(case, ana)
    with office.serving() as url:
        page.goto(f"{url}/inbox/{case.code}")
        page.get_by_label("Your text").press_sequentially("Buenos días")
        expect(page.locator("#count")).to_contain_text("1 segment · UCS-2")
        expect(page.locator("#live")).to_have_text("Live")
    expect(page.locator("#live")).to_contain_text("Not live")
    page.get_by_label("Your text").press_sequentially(", señora")
    expect(page.locator("#lost")).to_be_visible()
    office.hear("Sigo aquí")

    with office.serving(urlsplit(url).port or 0):
        expect(page.locator("#timeline .person .words").last).to_have_text("Sigo aquí")
        expect(page.locator("#lost")).to_be_hidden()
        expect(page.get_by_label("Your text")).to_have_value("Buenos días, señora")
        page.reload()

        expect(page.get_by_label("Your text")).to_have_value("Buenos días, señora")


def test_a_case_is_answered_by_keyboard_alone(office: InboxHouse, ana: Staff, address: str, page: Page) -> None:
    case = office.open_case("Hola")
    office.claim(case, ana)
    page.goto(f"{address}/inbox")

    tab_to(page, f"case-{case.code}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/inbox/{case.code}")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the second way past everything: to the reply
    page.keyboard.type("Hola, soy Ana.")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#said")).to_contain_text("Your text is on its way")
    expect(page.locator("#timeline .caseworker .words")).to_have_text("Hola, soy Ana.")
    assert typed_by_staff(office) == ["Hola, soy Ana."]


def tab_to(page: Page, wanted: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == wanted:
            return
    raise AssertionError(f"{wanted} is not reached by the Tab key")


def test_without_javascript_a_ready_made_answer_is_found_put_into_the_text_and_sent_once(
    office: InboxHouse, ana: Staff, address: str, plain: Page
) -> None:
    case = office.open_case("Hola")
    office.claim(case, ana)
    plain.goto(f"{address}/inbox/{case.code}")
    plain.get_by_label("Your text").fill("Mire:")
    plain.get_by_text("Ready-made answers").click()
    plain.get_by_label("Search by title").fill("vacunas gratis")
    plain.get_by_label("Search by title").press("Enter")

    expect(plain.get_by_label("Your text")).to_have_value("Mire:")
    expect(plain.locator(".found")).to_contain_text("draft: nobody has reviewed it")
    plain.get_by_role("button", name="Insert: ").first.click()
    expect(plain.get_by_label("Your text")).to_have_value(re.compile("^Mire:\n.*vacunas", re.DOTALL))
    plain.get_by_role("button", name="Send", exact=True).dblclick()

    expect(plain.locator("#timeline .caseworker .words")).to_contain_text("Mire:")
    assert len(typed_by_staff(office)) == 1
    assert drafts(office) == []


def test_the_first_text_of_a_safety_case_is_neutral_or_has_a_reason(
    office: InboxHouse, ana: Staff, address: str, page: Page
) -> None:
    case = office.open_case("Tengo miedo", topic="safety.abuse", discipline="safety", urgency=Urgency.PAGE_NOW)
    office.claim(case, ana)
    page.goto(f"{address}/inbox/{case.code}")
    page.get_by_label("Your text").fill("¿Quién le pega?")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.locator("#said")).to_contain_text("the first text must be the neutral opening")
    expect(page.get_by_label("Your text")).to_have_value("¿Quién le pega?")
    assert typed_by_staff(office) == []
    page.get_by_text("Write something else first").click()
    page.get_by_label("Why?").fill("We spoke by telephone")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.locator("#timeline .note")).to_contain_text("We spoke by telephone")
    assert typed_by_staff(office) == ["¿Quién le pega?"]


def test_the_neutral_opening_goes_as_the_catalogue_has_it_and_what_was_typed_stays(
    office: InboxHouse, ana: Staff, address: str, plain: Page
) -> None:
    case = office.open_case("Tengo miedo", topic="safety.abuse", discipline="safety", urgency=Urgency.PAGE_NOW)
    office.claim(case, ana)
    plain.goto(f"{address}/inbox/{case.code}")
    plain.get_by_label("Your text").fill("Después esto")
    plain.get_by_role("button", name="Send the neutral opening").click()

    expect(plain.locator("#said")).to_contain_text("Your text is on its way")
    expect(plain.get_by_label("Your text")).to_have_value("Después esto")
    assert office.case(case.code).opening == "asked"
    assert typed_by_staff(office) == [office.house.rules.catalogue.wordings["system.safe_opening", "es"].text]


def test_with_whatsapp_closed_the_page_says_that_a_text_will_be_held(
    office: InboxHouse, ana: Staff, address: str, plain: Page
) -> None:
    case = office.open_case("Hola", channel=Channel.WHATSAPP)
    office.claim(case, ana)
    plain.goto(f"{address}/inbox/{case.code}")
    expect(plain.locator("#window")).to_contain_text("WhatsApp: open until")
    office.house.later(25 * 3600)
    plain.context.add_cookies([office.sign_in(ana)])  # type: ignore[list-item]

    plain.goto(f"{address}/inbox/{case.code}")
    expect(plain.locator("#window")).to_contain_text("the window is closed")
    plain.get_by_label("Your text").fill("Buenas tardes")
    plain.get_by_role("button", name="Send", exact=True).click()

    expect(plain.locator("#said")).to_contain_text("Your text is held")


def test_a_case_is_offered_accepted_and_closed_by_plain_forms(
    office: InboxHouse, ana: Staff, address: str, plain: Page, contexts: Callable[..., BrowserContext]
) -> None:
    case = office.open_case("Hola")
    office.claim(case, ana)
    bo = office.add_staff("bo", "Bo Kim")
    plain.goto(f"{address}/inbox/{case.code}")
    plain.get_by_text("Transfer", exact=True).click()
    plain.get_by_label("To whom").first.select_option(label="Bo Kim · es, en")
    plain.get_by_role("button", name="Offer the case").click()
    expect(plain.locator("#said")).to_contain_text("stays yours until they accept")

    other = contexts(office, bo, java_script_enabled=False).new_page()
    other.goto(f"{address}/inbox")
    other.get_by_role("link", name=case.code).click()
    other.get_by_role("button", name="Accept the transfer").click()
    other.get_by_text("Close", exact=True).click()
    other.get_by_label("referred to others").check()
    other.get_by_role("button", name="Close the case").click()

    expect(other.locator("#said")).to_contain_text("The case is closed")
    assert (office.case(case.code).owner_id, office.case(case.code).outcome) == (bo.id, "referred")


def test_names_and_texts_with_html_are_shown_as_they_were_typed(office: InboxHouse, address: str, plain: Page) -> None:
    eve = office.add_staff("eve", "<img src=x onerror=alert(1)>")
    case = office.open_case('<script>alert("x")</script> \u202eolleh')
    office.claim(case, eve)
    plain.context.add_cookies([office.sign_in(eve)])  # type: ignore[list-item]
    plain.goto(f"{address}/inbox/{case.code}")

    expect(plain.locator("#timeline .person .words").first).to_contain_text('<script>alert("x")</script>')
    expect(plain.locator(".me")).to_contain_text("<img src=x")
    expect(plain.locator("main script, main img, header img")).to_have_count(0)


def test_a_dead_link_and_a_case_of_another_organisation_look_the_same(
    office: InboxHouse, address: str, plain: Page
) -> None:
    case = office.open_case("Hola")
    elsewhere = office.house.database.run_sync(
        lambda session: get_or_add_organisation(session, "other", time_zone="UTC", now=office.house.clock())
    )
    stranger = office.add_staff("zoe", "Zoe", role=Role.SUPERVISOR, organisation_id=elsewhere)
    plain.context.add_cookies([office.sign_in(stranger)])  # type: ignore[list-item]

    said = []
    for code in (case.code, "Q9"):
        plain.goto(f"{address}/inbox/{code}")
        said.append(plain.locator("main").inner_text().replace(code, "?"))

    assert said[0] == said[1]
    assert "There is no case ? for you" in said[0]


def test_a_number_finds_its_cases_and_never_stands_in_an_address(office: InboxHouse, address: str, plain: Page) -> None:
    case = office.open_case("Hola", person="+12025550188")
    office.open_case("Hola", person="+12025550189")
    plain.goto(f"{address}/inbox")
    plain.get_by_label("Case code or telephone number").fill("(202) 555-0188")
    plain.get_by_role("button", name="Find").click()

    expect(plain.locator(".case .code")).to_have_text([case.code])
    assert "555" not in plain.url


def test_a_forged_or_foreign_event_id_only_makes_the_page_look_again(
    office: InboxHouse, ana: Staff, address: str
) -> None:
    case = office.open_case("Hola")
    cookie = office.sign_in(ana)
    for forged in ("' OR 1=1 --", "0" * 16, "9" * 5000, "\u00ff"):
        headers = {"Last-Event-ID": forged.encode("latin-1"), "Accept": "text/event-stream"}
        with requests.get(
            f"{address}/inbox/live?case={case.code}", headers=headers, cookies={cookie["name"]: cookie["value"]},
            stream=True, timeout=20,
        ) as stream:  # fmt: skip
            told = next(line for line in stream.iter_lines() if line.startswith(b"data:"))

        assert re.fullmatch(rb"data: [0-9a-f]{16}", told)


def test_who_is_signed_out_gets_no_page_no_stream_and_no_act(office: InboxHouse, address: str) -> None:
    case = office.open_case("Hola")
    session = requests.Session()

    shown = session.get(f"{address}/inbox/{case.code}", allow_redirects=False, timeout=10)
    streamed = session.get(f"{address}/inbox/live", headers={"Accept": "text/event-stream"}, timeout=10)
    done = session.post(f"{address}/inbox/{case.code}/claim", timeout=10)

    assert shown.status_code == 303
    assert {streamed.status_code, done.status_code} <= {401, 403}
    assert office.case(case.code).owner_id is None


def test_the_pages_speak_spanish_to_who_reads_them_in_spanish(
    office: InboxHouse, ana: Staff, address: str, plain: Page
) -> None:
    case = office.open_case("Hola")
    plain.goto(f"{address}/signin/account")
    plain.get_by_label("Language of these pages").select_option("es")
    plain.get_by_role("button", name="Change", exact=True).click()
    plain.goto(f"{address}/inbox/{case.code}")

    expect(plain.locator("html")).to_have_attribute("lang", "es")
    plain.get_by_role("button", name="Tomar este caso").click()
    expect(plain.locator("#said")).to_contain_text("El caso es suyo")


def test_the_shift_switch_turns(office: InboxHouse, address: str, plain: Page) -> None:
    plain.goto(f"{address}/inbox")
    plain.get_by_role("button", name="End my shift").click()

    expect(plain.locator("#said")).to_contain_text("You are off shift")
    expect(plain.get_by_role("button", name="Begin my shift")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_is_wider_than_the_screen_and_axe_finds_nothing(
    office: InboxHouse, ana: Staff, address: str, page: Page, width: int, scheme: str
) -> None:
    case = office.open_case("Hola " + "x" * 200, topic="safety.abuse", discipline="safety", urgency=Urgency.PAGE_NOW)
    office.claim(case, ana)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 844})
    for path in ("", "?queue=all&language=es", f"/{case.code}?q=escuela", "/Q9"):
        page.goto(f"{address}/inbox{path}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

        found = Axe().run(page, options=AXE)

        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert [(one["id"], one["nodes"][0]["target"]) for one in found.response["violations"]] == [], path


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_figures_of_a_month_fit_the_screen_and_axe_finds_nothing(
    office: InboxHouse, contexts: Callable[..., BrowserContext], width: int, scheme: str
) -> None:
    office.house.clock.now = JUST_AFTER
    book = MonthBook(office.house)
    lay_march(book, ana="a" * 32, bo="b" * 32)
    book.write()
    eva = office.add_staff("eva", "Eva", role=Role.SUPERVISOR)
    page = contexts(office, eva, color_scheme=scheme, viewport={"width": width, "height": 844}).new_page()
    with office.serving() as address:
        page.goto(f"{address}/inbox")
        page.get_by_role("link", name="Report", exact=True).click()
        page.get_by_label("Month").select_option("2026-03")
        page.get_by_role("button", name="Show").click()

        found = Axe().run(page, options=AXE)

        expect(page.get_by_role("table", name="People by language")).to_contain_text("hidden")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert [(one["id"], one["nodes"][0]["target"]) for one in found.response["violations"]] == []
        with page.expect_download() as file:
            page.get_by_role("link", name="As a file (CSV)").click()
        assert file.value.suggested_filename == "puente-2026-03.csv"


def test_a_text_is_sent_once_however_often_its_form_comes(office: InboxHouse, ana: Staff, address: str) -> None:
    case = office.open_case("Hola")
    office.claim(case, ana)
    cookie = office.sign_in(ana)
    with signed_in(cookie) as session:
        html = session.get(f"{address}/inbox/{case.code}", timeout=10).text
        fields = dict(re.findall('name="(csrf|form_key)" value="(.*?)"', html))
        form = {**fields, "act": "send", "body": "Hola, soy Ana."}
        for _ in range(3):
            answer = session.post(f"{address}/inbox/{case.code}/reply", data=form, timeout=10)
        late = session.post(f"{address}/inbox/{case.code}/draft", data=form, timeout=10)

    assert "said=again" in answer.url
    assert late.status_code == 200
    assert typed_by_staff(office) == ["Hola, soy Ana."]
    assert len(office.house.rows(select(OutboxEntry).join(Message).where(Message.author == "caseworker"))) == 1
    assert drafts(office) == []


@contextmanager
def signed_in(cookie: dict[str, str]) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.cookies.set(cookie["name"], cookie["value"])
        yield session
