"""The second factor over HTTP: set up once, asked for ever after, each code good for one sign-in."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from console.door import current_staff
from store.staff.devices import read_device
from store.staff.tries import at_door, begin_try
from store.tables import Caseworker
from tests.front_desk import FrontDesk, Visitor, code_at
from tests.house import House

NEW = "three quiet rivers"


async def say_who(request: Request) -> Response:
    return PlainTextResponse(current_staff(request).login)


@pytest.fixture
def desk(house: House) -> FrontDesk:
    """Others can reach these pages: a second factor is asked of everybody."""
    return FrontDesk(house, alone=False)


@pytest.fixture
def visitor(desk: FrontDesk) -> Iterator[Visitor]:
    with desk.open([Route("/inbox", say_who, middleware=desk.entrance.guard())]) as url:
        yield Visitor(url)


def set_up(desk: FrontDesk, visitor: Visitor) -> str:
    """Let Ana take her link up to the end; return the secret in her app."""
    token = desk.invite(desk.add(password=False))
    visitor.get(f"/invite/{token}")
    visitor.post(f"/invite/{token}", password=NEW, again=NEW)
    visitor.get("/signin/enrol")
    secret = visitor.secret
    visitor.post("/signin/enrol", code=code_at(secret, desk.house.clock()))
    return secret


def test_after_the_password_an_app_is_set_up_and_only_then_the_inbox_opens(desk: FrontDesk, visitor: Visitor) -> None:
    token = desk.invite(desk.add(password=False))
    visitor.get(f"/invite/{token}")
    after_password = visitor.post(f"/invite/{token}", password=NEW, again=NEW).headers["location"]
    half_way = visitor.get("/inbox").status_code
    visitor.get("/signin/enrol")
    picture = visitor.get("/signin/enrol.svg")

    wrong = visitor.post("/signin/enrol", code="000000").status_code
    entered = visitor.post("/signin/enrol", code=code_at(visitor.secret, desk.house.clock()))

    assert after_password.startswith("/signin/enrol")
    assert (half_way, wrong, entered.status_code) == (303, 422, 303)
    assert visitor.get("/inbox").text == "ana"
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.startswith("<svg")
    (row,) = desk.house.rows(select(Caseworker))
    assert row.totp_sealed is not None
    assert row.totp_step > 0


def test_a_later_sign_in_asks_for_the_code_and_each_code_works_once(desk: FrontDesk, visitor: Visitor) -> None:
    secret = set_up(desk, visitor)
    desk.house.clock.advance(60)
    code = code_at(secret, desk.house.clock())
    first, second = Visitor(visitor.url), Visitor(visitor.url)
    for each in (first, second):
        each.sign_in("ana", NEW)
        each.get("/signin/code")

    entered, repeated = (
        first.post("/signin/code", code=f" {code[:3]} {code[3:]} "),
        second.post("/signin/code", code=code),
    )

    assert (entered.status_code, repeated.status_code) == (303, 422)
    assert first.get("/inbox").text == "ana"
    assert second.get("/inbox").status_code == 303


def test_whoever_has_the_password_alone_cannot_set_up_another_app(desk: FrontDesk, visitor: Visitor) -> None:
    set_up(desk, visitor)
    thief = Visitor(visitor.url)
    thief.sign_in("ana", NEW)

    pages = [
        thief.get(path).status_code for path in ("/signin/enrol", "/signin/enrol.svg", "/inbox", "/signin/account")
    ]

    assert pages == [303, 404, 303, 303]
    assert 'class="secret"' not in thief.page


def test_after_two_days_the_password_alone_no_longer_sets_an_app_up(desk: FrontDesk, visitor: Visitor) -> None:
    token = desk.invite(desk.add(password=False))
    visitor.get(f"/invite/{token}")
    visitor.post(f"/invite/{token}", password=NEW, again=NEW)
    desk.house.clock.advance(timedelta(hours=48).total_seconds())

    late = visitor.sign_in("ana", NEW)
    visitor.get(late.headers["location"])

    assert late.headers["location"] == "/signin?ended=1"
    assert "Ask for a new link" in visitor.page


def test_half_a_sign_in_that_outlives_the_link_does_not_set_an_app_up(desk: FrontDesk, visitor: Visitor) -> None:
    token = desk.invite(desk.add(password=False))
    visitor.get(f"/invite/{token}")
    visitor.post(f"/invite/{token}", password=NEW, again=NEW)
    desk.house.clock.advance(timedelta(hours=47, minutes=55).total_seconds())
    visitor.sign_in("ana", NEW)
    visitor.get("/signin/enrol")
    secret = visitor.secret

    desk.house.clock.advance(timedelta(minutes=6).total_seconds())

    assert visitor.get("/signin/enrol.svg").status_code == 404
    assert visitor.post("/signin/enrol", code=code_at(secret, desk.house.clock())).headers["location"] == "/signin"
    assert visitor.get("/inbox").status_code == 303


def test_codes_are_guessed_slowly_even_with_a_new_sign_in_each_time(desk: FrontDesk, visitor: Visitor) -> None:
    set_up(desk, visitor)
    desk.house.clock.advance(90)
    statuses = []
    for number in range(7):
        guesser = Visitor(visitor.url)
        guesser.sign_in("ana", NEW)
        guesser.get("/signin/code")
        statuses.append(guesser.post("/signin/code", code=f"00000{number}").status_code)

    assert statuses == [422] * 5 + [429] * 2


def test_half_a_sign_in_ends_after_ten_minutes(desk: FrontDesk, visitor: Visitor) -> None:
    secret = set_up(desk, visitor)
    late = Visitor(visitor.url)
    late.sign_in("ana", NEW)
    late.get("/signin/code")

    desk.house.clock.advance(timedelta(minutes=10).total_seconds())

    assert late.post("/signin/code", code=code_at(secret, desk.house.clock())).status_code == 403


def guess_from_everywhere(desk: FrontDesk, login: str = "ana") -> None:
    """Let strangers at many addresses guess until a login's next guess has to wait."""
    for number in range(60):
        guessed = at_door(desk.house.vault, login=login, address=f"198.51.100.{number}")
        if desk.house.database.run_sync(lambda session, of=guessed: begin_try(session, of, desk.house.clock())).wait:
            return
    pytest.fail("nobody has to wait")


def test_who_guesses_from_everywhere_keeps_no_owner_out_of_the_browser_they_sign_in_from(
    desk: FrontDesk, visitor: Visitor
) -> None:
    set_up(desk, visitor)
    guess_from_everywhere(desk)
    del visitor.http.cookies["puente_session"]

    elsewhere, at_home = Visitor(visitor.url).sign_in("ana", NEW), visitor.sign_in("ana", NEW)

    assert elsewhere.status_code == 429
    assert (at_home.status_code, at_home.headers.get("location")) == (303, "/signin/code?next=/inbox")


def test_a_browser_is_known_for_one_login_for_half_a_year_and_a_forged_one_never(
    desk: FrontDesk, visitor: Visitor
) -> None:
    set_up(desk, visitor)
    (cookie,) = [one for one in visitor.http.cookies if "device" in one.name]
    vault, now = desk.house.vault, desk.house.clock()
    number, at, signature = str(cookie.value).split(".")
    forged = [None, "", "x", f"{number}.{at}.{'0' * 64}", f"{'0' * 32}.{at}.{signature}", f"{number}.{at}1.{signature}"]

    known = [read_device(vault, login, cookie.value, now) for login in ("ana", " Ana", "eva")]

    assert (cookie.path, cookie.has_nonstandard_attr("HttpOnly")) == ("/", True)
    assert known == [number, number, None]
    assert [read_device(vault, "ana", one, now) for one in forged] == [None] * len(forged)
    assert [read_device(vault, "ana", cookie.value, now + timedelta(days=days)) for days in (179, 181)] == [
        number,
        None,
    ]


def test_a_known_browser_has_few_guesses_too(desk: FrontDesk, visitor: Visitor) -> None:
    set_up(desk, visitor)
    (cookie,) = [one for one in visitor.http.cookies if "device" in one.name]
    number = read_device(desk.house.vault, "ana", cookie.value, desk.house.clock())

    def guess(address: str) -> timedelta:
        guessed = at_door(desk.house.vault, login="ana", address=address, device=number)
        return desk.house.database.run_sync(lambda session: begin_try(session, guessed, desk.house.clock())).wait

    waits = [guess(f"198.51.100.{number}") for number in range(6)]

    assert waits == [timedelta()] * 5 + [timedelta(seconds=1)]


def test_a_password_alone_makes_no_browser_known(desk: FrontDesk, visitor: Visitor) -> None:
    set_up(desk, visitor)
    thief = Visitor(visitor.url)

    thief.sign_in("ana", NEW)
    thief.post("/signin/code", code="000000")

    assert [one.name for one in thief.http.cookies if "device" in one.name] == []
