"""Signing in over HTTP, as a browser does it: passwords, one-time links, the second factor, and what is refused."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from console.door import current_staff, read_form
from store.staff.accounts import end_account
from store.staff.staff import Role
from store.tables import AuditEntry, Caseworker, LoginTry, StaffSession
from tests.front_desk import PASSWORD, FrontDesk, Visitor
from tests.house import House

NEW = "three quiet rivers"


@pytest.fixture
def desk(house: House) -> FrontDesk:
    return FrontDesk(house)


async def say_who(request: Request) -> Response:
    return PlainTextResponse(current_staff(request).login)


async def repeat(request: Request) -> Response:
    return PlainTextResponse(read_form(request).get("body"))


@pytest.fixture
def visitor(desk: FrontDesk) -> Iterator[Visitor]:
    """Somebody in front of the pages, with an inbox that tells who is signed in."""
    guard = desk.entrance.guard()
    inbox = [
        Route("/inbox", say_who, middleware=guard),
        Route("/inbox/text", repeat, methods=["POST"], middleware=guard),
        Route("/reports", say_who, middleware=desk.entrance.guard(Role.SUPERVISOR)),
    ]
    with desk.open(inbox) as url:
        yield Visitor(url)


@pytest.fixture
def strict(house: House) -> Iterator[tuple[FrontDesk, Visitor]]:
    """The same where others can reach it: a second factor is asked of everybody."""
    desk = FrontDesk(house, alone=False)
    with desk.open([Route("/inbox", say_who, middleware=desk.entrance.guard())]) as url:
        yield desk, Visitor(url)


def acts(house: House) -> list[str]:
    return house.rows(select(AuditEntry.act).order_by(AuditEntry.at, AuditEntry.id))


def place(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("location", "")


# Passwords


def test_the_right_password_leads_to_the_page_that_was_wanted(desk: FrontDesk, visitor: Visitor) -> None:
    desk.add()
    turned_away = visitor.get("/inbox?queue=urgent")

    entered = visitor.sign_in(next="/inbox?queue=urgent")

    assert place(turned_away) == (303, "/signin?next=/inbox%3Fqueue%3Durgent")
    assert place(entered) == (303, "/inbox?queue=urgent")
    assert visitor.get("/inbox").text == "ana"
    assert Visitor(visitor.url).sign_in("Ana ").status_code == 303  # as the keyboard of a telephone writes it
    assert "signed_in" in acts(desk.house)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("ana", "walnut kettle eight"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("new", ""),
        ("", ""),
        ("\x00", "\ud800"),
    ],
    ids=["a wrong password", "an unknown login", "somebody who left", "no password yet", "nothing", "odd bytes"],
)
def test_what_is_wrong_is_refused_in_one_sentence_for_all(
    desk: FrontDesk, visitor: Visitor, login: str, password: str
) -> None:
    desk.add()
    desk.add("gone")
    desk.add("new", password=False)
    desk.house.database.run_sync(
        lambda session: end_account(session, desk.house.organisation_id, "gone", now=desk.house.clock())
    )

    answer = visitor.sign_in(login, password.encode("utf-8", "ignore").decode())

    assert answer.status_code == 422
    assert "do not belong together" in visitor.page
    assert visitor.get("/inbox").status_code == 303
    assert desk.house.rows(select(StaffSession.id)) == []


def test_a_failure_is_written_down_without_what_was_typed(desk: FrontDesk, visitor: Visitor) -> None:
    visitor.sign_in("canario", "oh my password")

    (entry,) = desk.house.rows(select(AuditEntry).where(AuditEntry.act == "sign_in_failed"))
    assert (entry.actor, entry.subject_kind, len(entry.subject_id)) == ("visitor", "login", 64)
    assert "127.0.0.1" not in str(entry.details)


def test_who_guesses_waits_longer_and_longer_and_the_right_one_gets_in_then(desk: FrontDesk, visitor: Visitor) -> None:
    desk.add()
    guesses = [visitor.sign_in("ana", f"wrong guess {number}").status_code for number in range(6)]

    held_up = visitor.sign_in()
    desk.house.clock.advance(2)
    entered = visitor.sign_in()

    assert guesses == [422, 422, 422, 422, 422, 429]
    assert (held_up.status_code, held_up.headers["retry-after"]) == (429, "1")
    assert place(entered) == (303, "/inbox")
    assert len(desk.house.rows(select(LoginTry.id))) == 5  # the address keeps what was guessed from it


def test_an_unknown_login_is_held_up_like_a_known_one(desk: FrontDesk, visitor: Visitor) -> None:
    answers = [visitor.sign_in("nobody", f"wrong guess {number}").status_code for number in range(6)]

    assert answers == [422] * 5 + [429]


@pytest.mark.parametrize(
    "wanted", ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example", "/a\r\nX: y", "/signout", ""]
)
def test_nobody_is_led_to_another_site(desk: FrontDesk, visitor: Visitor, wanted: str) -> None:
    desk.add()

    assert place(visitor.sign_in(next=wanted)) == (303, "/inbox")


# One-time links


def test_a_link_sets_a_password_once(desk: FrontDesk, visitor: Visitor) -> None:
    token = desk.invite(desk.add(password=False))
    visitor.get(f"/invite/{token}", headers={"Accept-Language": "es"})
    greeting = visitor.page

    entered = visitor.post(f"/invite/{token}?language=es", password=NEW, again=NEW)
    second = Visitor(visitor.url)
    again = second.get(f"/invite/{token}")

    assert "Hola, Ana" in greeting
    assert place(entered) == (303, "/inbox")
    assert visitor.get("/inbox").text == "ana"
    assert (again.status_code, "does not work" in second.page) == (404, True)
    assert second.sign_in("ana", NEW).status_code == 303
    (row,) = desk.house.rows(select(Caseworker))
    assert (row.locale, NEW in row.password_hash, token in str(row.invite_key)) == ("es", False, False)


def test_to_look_at_a_link_does_not_use_it_up(desk: FrontDesk, visitor: Visitor) -> None:
    token = desk.invite(desk.add(password=False))

    looks = [Visitor(visitor.url).get(f"/invite/{token}").status_code for _ in range(3)]

    assert looks == [200, 200, 200]


def test_a_link_ends_after_two_days_or_when_a_newer_one_is_made(desk: FrontDesk, visitor: Visitor) -> None:
    ana = desk.add(password=False)
    first, second = desk.invite(ana), desk.invite(ana)

    replaced, new = visitor.get(f"/invite/{first}").status_code, visitor.get(f"/invite/{second}").status_code
    desk.house.clock.advance(timedelta(hours=48).total_seconds())
    old = visitor.post(f"/invite/{second}", password=NEW, again=NEW).status_code

    assert (replaced, new, old) == (404, 200, 404)


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [
        ("short", "short", "at least 12"),
        ("a" * 20, "a" * 20, "too easy"),
        ("ana ana ana ana", "ana ana ana ana", "too easy"),
        ("x y" * 100, "x y" * 100, "256"),
        (NEW, NEW + "s", "not the same"),
    ],
)
def test_a_password_that_will_not_do_is_told_why_and_the_link_stays(
    desk: FrontDesk, visitor: Visitor, password: str, again: str, told: str
) -> None:
    token = desk.invite(desk.add(password=False))
    visitor.get(f"/invite/{token}")

    answer = visitor.post(f"/invite/{token}", password=password, again=again)

    assert (answer.status_code, told in visitor.page) == (422, True)
    assert visitor.get(f"/invite/{token}").status_code == 200


def test_a_new_link_ends_every_sign_in_once_it_is_used(desk: FrontDesk, visitor: Visitor) -> None:
    ana = desk.add()
    visitor.sign_in()
    other = Visitor(visitor.url)
    token = desk.invite(ana)
    other.get(f"/invite/{token}")

    before = visitor.get("/inbox").status_code
    other.post(f"/invite/{token}", password=NEW, again=NEW)

    assert before == 200
    assert visitor.get("/inbox").status_code == 303
    assert other.get("/inbox").text == "ana"
