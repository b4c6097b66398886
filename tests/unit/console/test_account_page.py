"""One's own account over HTTP: the present password first, and a phone by the code that is entered signed in."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from console.door import current_staff
from console.signin.own_phone import MOST_CODES
from console.signin.page import build_signin_routes
from simulator.loopback_server import serve_on_loopback
from store.tables import AuditEntry, Caseworker
from tests.front_desk import PASSWORD, FrontDesk, Visitor, code_at
from tests.house import House

NEW = "three quiet rivers"
PHONE = "+1 202 555 0150"
ACCOUNT = "/signin/account"


async def say_who(request: Request) -> Response:
    return PlainTextResponse(current_staff(request).login)


@pytest.fixture
def desk(house: House) -> FrontDesk:
    return FrontDesk(house)


@pytest.fixture
def visitor(desk: FrontDesk) -> Iterator[Visitor]:
    desk.add()
    with desk.open([Route("/inbox", say_who, middleware=desk.entrance.guard())]) as url:
        yield come_in(url)


def come_in(url: str, login: str = "ana", password: str = PASSWORD) -> Visitor:
    visitor = Visitor(url)
    assert visitor.sign_in(login, password).status_code == 303
    visitor.get(ACCOUNT)
    return visitor


def row_of(house: House, login: str = "ana") -> Caseworker:
    (found,) = house.rows(select(Caseworker).where(Caseworker.login == login))
    return found  # type: ignore[no-any-return]


async def sent_code(house: House) -> str:
    """Return the digits of the last text with a code."""
    await house.send_all()
    texts = [offer.body for offer in house.sender.texts if offer.to.endswith("5550150")]
    return re.findall(r"\d{6}", texts[-1])[0]


# The password


def test_a_new_password_ends_every_other_sign_in(visitor: Visitor) -> None:
    other = come_in(visitor.url)

    changed = visitor.post(f"{ACCOUNT}/password", old=PASSWORD, password=NEW, again=NEW)

    assert changed.headers["location"] == f"{ACCOUNT}?done=password"
    assert visitor.get("/inbox").status_code == 200
    assert other.get("/inbox").status_code == 303
    assert Visitor(visitor.url).sign_in("ana", PASSWORD).status_code == 422
    assert Visitor(visitor.url).sign_in("ana", NEW).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("not the password", NEW, NEW, "The present password is wrong"),
        (PASSWORD, NEW, f"{NEW}!", "not the same"),
        (PASSWORD, "short", "short", "too short"),
    ],
)
def test_a_password_that_cannot_be_changes_nothing(visitor: Visitor, old: str, new: str, again: str, said: str) -> None:
    answer = visitor.post(f"{ACCOUNT}/password", old=old, password=new, again=again)

    assert answer.status_code == 422
    assert said in visitor.page
    assert NEW not in visitor.page
    assert Visitor(visitor.url).sign_in("ana", PASSWORD).status_code == 303


def test_guessing_the_present_password_is_slowed_down(visitor: Visitor) -> None:
    for _ in range(5):
        visitor.post(f"{ACCOUNT}/password", old="wrong", password=NEW, again=NEW)

    answer = visitor.post(f"{ACCOUNT}/password", old=PASSWORD, password=NEW, again=NEW)

    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)


# The second factor


def test_a_new_app_counts_only_when_it_has_shown_a_code(desk: FrontDesk, visitor: Visitor) -> None:
    visitor.get("/signin/enrol")
    old = visitor.secret
    visitor.post("/signin/enrol", code=code_at(old, desk.house.clock()))
    visitor.get(ACCOUNT)

    visitor.post(f"{ACCOUNT}/second-factor", old=PASSWORD)
    new = visitor.secret
    wrong = visitor.post(f"{ACCOUNT}/second-factor/code", code=code_at(old, desk.house.clock()))
    shown_again = new in visitor.page.replace(" ", "") or "otpauth" in visitor.page  # whoever sits there now may guess
    before = row_of(desk.house).totp_step
    right = visitor.post(f"{ACCOUNT}/second-factor/code", code=code_at(new, desk.house.clock()))

    assert new != old
    assert (wrong.status_code, before > 0, shown_again) == (422, True, False)
    assert right.headers["location"] == f"{ACCOUNT}?done=second"
    desk.house.later(60)
    again = Visitor(visitor.url)
    again.sign_in()
    again.get("/signin/code")
    assert again.post("/signin/code", code=code_at(old, desk.house.clock())).status_code == 422
    assert again.post("/signin/code", code=code_at(new, desk.house.clock())).status_code == 303


def test_without_the_password_no_key_is_shown(desk: FrontDesk, visitor: Visitor) -> None:
    answer = visitor.post(f"{ACCOUNT}/second-factor", old="not the password")

    assert answer.status_code == 422
    assert "otpauth" not in visitor.page
    assert row_of(desk.house).totp_next_sealed is None


# The phone


def test_without_the_password_no_phone_is_registered(desk: FrontDesk, visitor: Visitor) -> None:
    answer = visitor.post(f"{ACCOUNT}/phone", act="ask", old="not the password", number=PHONE)

    assert answer.status_code == 422
    assert "The present password is wrong" in visitor.page
    assert row_of(desk.house).phone_key is None


async def test_a_phone_is_theirs_when_its_code_is_entered_signed_in(desk: FrontDesk, visitor: Visitor) -> None:
    await desk.house.hear("hola", person="+12025550199")  # so that a number of ours is known

    asked = visitor.post(f"{ACCOUNT}/phone", act="ask", old=PASSWORD, number=PHONE)
    code = await sent_code(desk.house)
    visitor.get(ACCOUNT)
    confirmed = visitor.post(f"{ACCOUNT}/phone", act="confirm", code=f"{code[:3]} {code[3:]}")

    assert asked.headers["location"].endswith("phone_sent")
    assert confirmed.headers["location"].endswith("phone_confirmed")
    assert row_of(desk.house).phone_confirmed_at is not None
    visitor.get(ACCOUNT)
    assert "ends in 0150" in visitor.page
    assert "202555" not in visitor.page


async def test_the_code_of_one_is_no_code_of_another(desk: FrontDesk, visitor: Visitor) -> None:
    await desk.house.hear("hola", person="+12025550199")
    desk.add("bo")
    visitor.post(f"{ACCOUNT}/phone", act="ask", old=PASSWORD, number=PHONE)
    code = await sent_code(desk.house)

    other = come_in(visitor.url, "bo").post(f"{ACCOUNT}/phone", act="confirm", code=code)

    assert other.headers["location"].endswith("phone_over")
    assert [row.phone_confirmed_at for row in desk.house.rows(select(Caseworker))] == [None, None]


async def test_nobody_has_codes_texted_without_end(desk: FrontDesk, visitor: Visitor) -> None:
    await desk.house.hear("hola", person="+12025550199")

    asked = [visitor.post(f"{ACCOUNT}/phone", act="ask", old=PASSWORD, number=PHONE) for _ in range(MOST_CODES + 1)]

    assert [one.headers["location"].rpartition("=")[2] for one in asked[-2:]] == ["phone_sent", "phone_many"]


async def test_a_number_of_a_person_is_refused_without_saying_whose_it_is(desk: FrontDesk, visitor: Visitor) -> None:
    await desk.house.hear("PERSONA", person="+12025550199")

    answer = visitor.post(f"{ACCOUNT}/phone", act="ask", old=PASSWORD, number="+12025550199")

    assert answer.headers["location"].endswith("phone_taken")


def test_a_code_that_cannot_be_texted_leaves_no_trace(desk: FrontDesk) -> None:
    desk.add()
    mail = replace(desk.house.staff_news.mail, sender="")  # and nobody has texted a number of ours yet
    with serve_on_loopback(Starlette(routes=build_signin_routes(desk.entrance, mail))) as url:
        answer = come_in(url).post(f"{ACCOUNT}/phone", act="ask", old=PASSWORD, number=PHONE)

    assert answer.headers["location"].endswith("phone_no_text")
    assert row_of(desk.house).phone_key is None


# Sign-ins


def test_the_others_are_signed_out_and_this_one_stays(desk: FrontDesk, visitor: Visitor) -> None:
    other = come_in(visitor.url)
    visitor.get(ACCOUNT)

    shown = visitor.page.count("last used")
    visitor.post(f"{ACCOUNT}/sign-ins")

    assert shown == 2
    assert (visitor.get("/inbox").status_code, other.get("/inbox").status_code) == (200, 303)
    assert "signed_out_others" in desk.house.rows(select(AuditEntry.act))


def test_off_and_on_is_the_switch_of_the_inbox(desk: FrontDesk, visitor: Visitor) -> None:
    visitor.post(f"{ACCOUNT}/shift", shift="off")

    assert row_of(desk.house).shift_override == "off"
