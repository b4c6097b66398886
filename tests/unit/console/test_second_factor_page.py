"""The second factor over HTTP: set up once, asked for ever after, each code good for one sign-in."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from console.door import current_staff
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
