"""The door of the pages: sign-ins that end, forms that are believed, headers on everything, roles."""

import asyncio
import re
from collections.abc import Callable, Iterator, MutableMapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from console.door import current_staff, read_form
from console.origin import find_address, is_from_our_pages
from console.posted_form import Incomplete, parse_form
from store.staff.accounts import end_account, set_role
from store.staff.sessions import add_session, form_token
from store.staff.staff import Role
from store.tables import AuditEntry
from tests.front_desk import FrontDesk, Visitor
from tests.house import House

OURS = "https://puente.example"


async def say_who(request: Request) -> Response:
    return PlainTextResponse(current_staff(request).login)


async def repeat(request: Request) -> Response:
    form = read_form(request)
    return PlainTextResponse(f"{form.key} {form.get('body')}")


def build_pages(desk: FrontDesk) -> list[Route]:
    guard = desk.entrance.guard
    return [
        Route("/inbox", say_who, middleware=guard()),
        Route("/inbox/one/{id}", say_who, middleware=guard()),
        Route("/inbox/text", repeat, methods=["POST"], middleware=guard()),
        Route("/inbox/picture", repeat, methods=["POST"], middleware=guard(most_bytes=100_000)),
        Route("/reports", say_who, middleware=guard(Role.SUPERVISOR)),
    ]


@pytest.fixture
def desk(house: House) -> FrontDesk:
    return FrontDesk(house)


def give_cookie(visitor: Visitor, token: str) -> None:
    visitor.http.cookies.set("puente_session", token, domain="127.0.0.1", path="/")


@pytest.fixture
def visitor(desk: FrontDesk) -> Iterator[Visitor]:
    """Ana, signed in, with the form of her account page before her."""
    house, ana = desk.house, desk.add()
    token = house.database.run_sync(
        lambda session: add_session(session, house.vault, ana.id, whole=True, now=house.clock())
    )
    with desk.open(build_pages(desk)) as url:
        visitor = Visitor(url)
        give_cookie(visitor, token)
        visitor.get("/signin/account")
        yield visitor


# Sign-ins end


def test_a_sign_in_that_is_used_lasts_and_one_that_is_not_ends_after_half_an_hour(
    desk: FrontDesk, visitor: Visitor
) -> None:
    used = []
    for _ in range(4):
        desk.house.clock.advance(timedelta(minutes=29).total_seconds())
        used.append(visitor.get("/inbox").status_code)

    desk.house.clock.advance(timedelta(minutes=30).total_seconds())

    assert used == [200] * 4
    assert visitor.get("/inbox").status_code == 303


def test_even_a_busy_sign_in_ends_after_twelve_hours(desk: FrontDesk, visitor: Visitor) -> None:
    for _ in range(35):
        desk.house.clock.advance(timedelta(minutes=20).total_seconds())
        assert visitor.get("/inbox").status_code == 200

    desk.house.clock.advance(timedelta(minutes=20).total_seconds())

    assert visitor.get("/inbox").status_code == 303


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"Accept": "text/event-stream"}, 403),  # no page of signing in for a program
        ({"Puente-Refresh": "1"}, 303),  # what the page fetches by itself when it is told that something is new
    ],
)
def test_a_page_that_is_only_open_does_not_keep_a_sign_in_alive(
    desk: FrontDesk, visitor: Visitor, headers: dict[str, str], refused: int
) -> None:
    for _ in range(2):
        desk.house.clock.advance(timedelta(minutes=16).total_seconds())
        last = visitor.get("/inbox", headers=headers).status_code

    assert last == refused


def test_what_no_database_takes_is_left_out_of_a_form(visitor: Visitor) -> None:
    answer = visitor.post("/inbox/text", form_key="k" * 12, body="a\0b")

    assert answer.text == "k" * 12 + " ab"


def test_a_token_that_somebody_else_chose_is_never_made_valid(visitor: Visitor) -> None:
    chosen, victim = "chosen-by-somebody-else-" * 2, Visitor(visitor.url)
    give_cookie(victim, chosen)

    victim.sign_in()

    thief = Visitor(visitor.url)
    give_cookie(thief, chosen)
    assert victim.get("/inbox").text == "ana"
    assert thief.get("/inbox").status_code == 303


def test_signing_in_again_in_the_same_browser_ends_the_sign_in_of_before(desk: FrontDesk, visitor: Visitor) -> None:
    desk.add("eva")
    second = Visitor(visitor.url)
    second.get("/signin")
    give_cookie(second, visitor.http.cookies["puente_session"])

    second.post("/signin", login="eva", password="walnut kettle seven")

    assert second.get("/inbox").text == "eva"
    assert visitor.get("/inbox").status_code == 303


def test_to_sign_out_ends_this_sign_in_and_everywhere_ends_all(desk: FrontDesk, visitor: Visitor) -> None:
    second, third = Visitor(visitor.url), Visitor(visitor.url)
    for one in (second, third):
        one.sign_in()
        one.get("/signin/account")

    out = visitor.post("/signout")
    after_one = [one.get("/inbox").status_code for one in (visitor, second, third)]
    second.post("/signout/everywhere")
    after_all = [one.get("/inbox").status_code for one in (second, third)]

    assert (out.status_code, out.headers["location"]) == (303, "/signin?out=1")
    assert (after_one, after_all) == ([303, 200, 200], [303, 303])
    acts = desk.house.rows(select(AuditEntry.act))
    assert {"signed_out", "signed_out_everywhere"} <= set(acts)


def test_who_leaves_is_out_at_the_next_click(desk: FrontDesk, visitor: Visitor) -> None:
    home, now = desk.house.organisation_id, desk.house.clock()

    desk.house.database.run_sync(lambda session: end_account(session, home, "ana", now=now))

    assert visitor.get("/inbox").status_code == 303
    assert visitor.sign_in().status_code == 422


# Forms


def test_a_form_of_this_sign_in_is_taken_with_its_key(visitor: Visitor) -> None:
    key = "0123456789abcdef"

    assert visitor.post("/inbox/text", body="¿Cómo está?", form_key=key).text == f"{key} ¿Cómo está?"
    assert re.fullmatch("[0-9a-f]{32} x", visitor.post("/inbox/text", body="x", form_key="<odd>").text)


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é"], ids=["no token", "a wrong token", "an odd token"])
def test_a_form_without_the_token_is_refused_and_what_was_typed_is_shown(visitor: Visitor, csrf: str) -> None:
    answer = visitor.post("/inbox/text", csrf=csrf, body="<b>long answer</b>")

    assert answer.status_code == 403
    assert "&lt;b&gt;long answer&lt;/b&gt;" in answer.text


def test_a_token_of_another_sign_in_is_refused(desk: FrontDesk, visitor: Visitor) -> None:
    other = Visitor(visitor.url)
    other.sign_in()
    other.get("/signin/account")

    assert visitor.post("/inbox/text", csrf=other.csrf, body="x").status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_a_post_from_another_site_is_refused_even_with_the_token(visitor: Visitor, headers: dict[str, str]) -> None:
    assert visitor.post("/inbox/text", headers=headers, body="x").status_code == 403


def test_a_form_after_the_sign_in_has_ended_is_refused_and_kept(desk: FrontDesk, visitor: Visitor) -> None:
    desk.house.clock.advance(timedelta(hours=1).total_seconds())

    answer = visitor.post("/inbox/text", body="half an hour of typing")

    assert answer.status_code == 403
    assert "half an hour of typing" in answer.text
    assert "signed out" in answer.text


def test_a_form_is_read_up_to_what_its_page_allows(visitor: Visitor) -> None:
    csrf, pages = visitor.csrf, ("/inbox/text", "/inbox/picture")

    sizes = {path: visitor.post(path, csrf=csrf, body="x" * 80_000).status_code for path in pages}

    assert sizes == {"/inbox/text": 413, "/inbox/picture": 200}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("text/plain", b"csrf=1"),
        ("application/x-www-form-urlencoded", b"%ff%fe=%00&&&=;"),
    ],
)
def test_what_is_no_form_is_refused(visitor: Visitor, kind: str, body: bytes) -> None:
    answer = visitor.http.post(visitor.url + "/inbox/text", data=body, headers={"Content-Type": kind}, timeout=20)

    assert answer.status_code == 403


def test_a_form_with_a_file_is_read(visitor: Visitor) -> None:
    answer = visitor.http.post(
        visitor.url + "/inbox/picture",
        data={"csrf": visitor.csrf, "body": "see", "form_key": "a" * 16},
        files={"file": ("a.png", b"\x89PNG")},
        timeout=20,
    )

    assert answer.text == f"{'a' * 16} see"


# What takes long to come


class Line:
    """A browser's line to one page, over which a form comes piece by piece. `answer`: (status, what the page said)."""

    def __init__(self, desk: FrontDesk, token: str, *, most_bytes: int) -> None:
        self.desk, self.token, self.taken = desk, token, 0
        guard = desk.entrance.guard(most_bytes=most_bytes)
        self._page = Starlette(routes=[Route("/inbox/picture", repeat, methods=["POST"], middleware=guard)])

    async def post(self, *pieces: bytes | Callable[[], bytes]) -> tuple[int, str]:
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            if self.taken == len(pieces):
                return {"type": "http.disconnect"}
            piece, self.taken = pieces[self.taken], self.taken + 1
            body = piece if isinstance(piece, bytes) else piece()
            return {"type": "http.request", "body": body, "more_body": not body.endswith(END)}

        async def note(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        headers = [(b"cookie", f"puente_session={self.token}".encode()),
                   (b"content-type", b"multipart/form-data; boundary=b")]  # fmt: skip
        scope = {
            "type": "http", "method": "POST", "path": "/inbox/picture", "raw_path": b"/inbox/picture", "root_path": "",
            "query_string": b"", "headers": headers, "scheme": "http", "server": ("127.0.0.1", 80), "client": None,
        }  # fmt: skip
        await self._page(scope, receive, note)
        return int(sent[0]["status"]), b"".join(one.get("body", b"") for one in sent[1:]).decode()

    def field(self, name: str, value: str) -> bytes:
        return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()

    @property
    def csrf(self) -> bytes:
        return self.field("csrf", form_token(self.desk.house.vault, self.token))


END = b"--b--\r\n"
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'


@pytest.fixture
def line(desk: FrontDesk) -> Line:
    """Ana's, signed in, to a page that takes 4 MB."""
    house, ana = desk.house, desk.add()
    token = house.database.run_sync(
        lambda session: add_session(session, house.vault, ana.id, whole=True, now=house.clock())
    )
    return Line(desk, token, most_bytes=4_000_000)


async def test_a_large_file_of_a_stranger_is_not_read(line: Line) -> None:
    line.token = "no sign-in of anybody's"

    status, page = await line.post(FILE, *[bytes(64 * 1024)] * 50, b"\r\n" + END)

    assert (status, "signed out" in page) == (403, True)
    assert line.taken < 10


async def test_a_form_that_comes_whole_is_taken(line: Line) -> None:
    assert await line.post(line.csrf, line.field("form_key", "k" * 12), END) == (200, "k" * 12 + " ")


async def test_who_leaves_while_their_form_still_comes_does_nothing_with_it(line: Line) -> None:
    house = line.desk.house

    def leave() -> bytes:
        house.database.run_sync(lambda session: end_account(session, house.organisation_id, "ana", now=house.clock()))
        return END

    status, page = await line.post(line.csrf, line.field("body", "my last words"), leave)

    assert (status, "my last words" in page) == (403, True)


async def test_a_form_that_breaks_off_is_refused_in_words(line: Line) -> None:
    status, page = await line.post(line.csrf)

    assert (status, "did not arrive whole" in page) == (408, True)


async def test_nobody_is_waited_for_without_end() -> None:
    async def receive() -> MutableMapping[str, Any]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b".", "more_body": True}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/x-www-form-urlencoded")]}

    with pytest.raises(Incomplete):
        await parse_form(Request(scope, receive), 64, read_s=0.05)


def test_an_address_that_no_database_takes_is_none(visitor: Visitor) -> None:
    assert visitor.get("/inbox/one/a").text == "ana"
    assert visitor.get("/inbox/one/a%00b").status_code == 404


# Roles, headers, cookies


def test_a_page_of_another_role_looks_like_none_and_a_new_role_holds_at_once(desk: FrontDesk, visitor: Visitor) -> None:
    home, now = desk.house.organisation_id, desk.house.clock()
    before = visitor.get("/reports")

    desk.house.database.run_sync(lambda session: set_role(session, home, "ana", Role.SUPERVISOR, now=now))

    assert before.status_code == 404
    assert visitor.get("/reports").status_code == 200
    (entry,) = desk.house.rows(select(AuditEntry).where(AuditEntry.act == "role_changed"))
    assert entry.details == {"from": "caseworker", "to": "supervisor"}


@pytest.mark.parametrize(
    "path", ["/signin", "/invite/x", "/inbox", "/signin/account", "/signin/static/signin.css", "/reports"]
)
def test_every_answer_forbids_what_no_page_needs(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == ("max-age=3600" if "static" in path else "no-store")


def test_no_page_has_anything_inline(desk: FrontDesk, visitor: Visitor) -> None:
    for path in ("/signin", "/signin/account", "/signin/enrol", f"/invite/{desk.invite(desk.add('eva'))}"):
        visitor.get(path)
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:", visitor.page), path


def test_by_https_cookies_belong_to_this_host_alone(house: House) -> None:
    desk = FrontDesk(house, public_url=OURS)
    ana = desk.add()
    token = house.database.run_sync(
        lambda session: add_session(session, house.vault, ana.id, whole=True, now=house.clock())
    )

    with desk.open(build_pages(desk)) as url:
        asked = Visitor(url).get("/signin")
        inside = Visitor(url).get("/inbox", headers={"Cookie": f"__Host-puente_session={token}"})
        plain = Visitor(url).get("/inbox", headers={"Cookie": f"puente_session={token}"})
        headers = {"Cookie": f"__Host-puente_session={token}", "Origin": OURS, "Sec-Fetch-Site": "same-origin"}
        posted = Visitor(url).post("/signout", headers, csrf=form_token(house.vault, token))

    assert re.fullmatch(
        r"__Host-puente_form=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure", asked.headers["set-cookie"]
    )
    assert "max-age" in asked.headers["strict-transport-security"]
    assert (inside.text, plain.status_code) == ("ana", 303)
    assert posted.headers["set-cookie"].startswith(
        "__Host-puente_session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
    )


# Where a request comes from


def request_from(peer: str | None, **headers: str) -> Request:
    scope: dict[str, Any] = {
        "type": "http", "headers": Headers({name.replace("_", "-"): text for name, text in headers.items()}).raw,
        "client": (peer, 1) if peer else None,
    }  # fmt: skip
    return Request(scope)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("8.8.8.8", "198.51.100.7", "8.8.8.8"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("::ffff:8.8.8.8", "", "8.8.8.8"),
        ("2001:db8:1:2:aaaa::1", "", "2001:db8:1:2::/64"),
        (None, "198.51.100.7", "unknown"),
    ],
)
def test_the_address_is_that_of_the_visitor_of_our_own_proxy(peer: str | None, forwarded: str, address: str) -> None:
    assert find_address(request_from(peer, x_forwarded_for=forwarded)) == address


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"origin": OURS}, True),
        ({"origin": OURS, "sec_fetch_site": "same-origin"}, True),
        ({"origin": OURS, "sec_fetch_site": "none"}, False),
        ({"origin": "http://puente.example"}, False),
        ({"origin": "https://puente.example.elsewhere.example"}, False),
        ({"origin": "http://127.0.0.1:9", "host": "127.0.0.1:9"}, False),
    ],
)
def test_a_post_is_ours_when_the_browser_says_so(headers: dict[str, str], ours: bool) -> None:
    assert is_from_our_pages(request_from("127.0.0.1", **headers), OURS) is ours


def test_on_one_machine_it_may_be_called_by_another_name() -> None:
    here = request_from("127.0.0.1", origin="http://localhost:8080", host="localhost:8080")
    elsewhere = request_from("127.0.0.1", origin="http://localhost:9999", host="localhost:8080")

    assert is_from_our_pages(here, "http://127.0.0.1:8080")
    assert not is_from_our_pages(elsewhere, "http://127.0.0.1:8080")
