"""Signing in for tests: the real pages on loopback, and a browser's part of it without a browser."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from html import unescape
from typing import Any

import pyotp
import requests
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from console.door import Entrance
from console.signin.page import build_signin_routes
from simulator.loopback_server import serve_on_loopback
from store.staff.accounts import add_caseworker
from store.staff.invites import make_invite
from store.staff.passwords import hash_password, keep_password_hash
from store.staff.staff import Role, Staff, find_by_login
from tests.house import House

PASSWORD = "walnut kettle seven"
_CSRF = re.compile('name="csrf" value="([0-9a-f]+)"')
_SECRET = re.compile('class="secret">([A-Z2-7 ]+)<')


@cache
def kept_password() -> str:
    """The hash of PASSWORD, made once for all tests: it takes a tenth of a second."""
    return hash_password(PASSWORD)


@dataclass
class FrontDesk:
    """Accounts of a house, and its pages. `alone`: everything is on one machine, a password will do."""

    house: House
    alone: bool = True
    public_url: str = "http://127.0.0.1:8080"

    @property
    def entrance(self) -> Entrance:
        return Entrance(
            database=self.house.database, vault=self.house.vault, organisation_id=self.house.organisation_id,
            organisation="demo", public_url=self.public_url, alone=self.alone, clock=self.house.clock,
        )  # fmt: skip

    def add(self, login: str = "ana", *, role: Role = Role.CASEWORKER, password: bool = True, **more: Any) -> Staff:
        """Add an account, by default one that can sign in with PASSWORD."""

        def add_one(session: Any) -> Staff:
            now, home = self.house.clock(), self.house.organisation_id
            staff_id = add_caseworker(
                session, self.house.vault, home, login=login, name=login.title(), role=role, now=now, **more
            )
            if password and staff_id:
                keep_password_hash(session, staff_id, kept_password())
            found = find_by_login(session, self.house.vault, home, login)
            assert found is not None
            return found

        return self.house.database.run_sync(add_one)

    def invite(self, staff: Staff) -> str:
        return self.house.database.run_sync(
            lambda session: make_invite(session, self.house.vault, staff, now=self.house.clock())
        )

    @contextmanager
    def open(self, pages: Sequence[BaseRoute] = ()) -> Iterator[str]:
        """Serve the pages of signing in, and others behind the same door; yield their address."""
        signin = build_signin_routes(self.entrance, self.house.staff_news.mail)
        with serve_on_loopback(Starlette(routes=[*signin, *pages])) as url:
            yield url


@dataclass
class Visitor:
    """A browser without JavaScript, as far as signing in needs one. Redirects are not followed."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)
    page: str = ""

    def get(self, path: str, **more: Any) -> requests.Response:
        return self._keep(self.http.get(self.url + path, allow_redirects=False, timeout=20, **more))

    def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> requests.Response:
        """Post with the token of the page that was loaded last, unless another is given."""
        data = {"csrf": self.csrf, **form}
        return self._keep(
            self.http.post(self.url + path, data=data, headers=headers, allow_redirects=False, timeout=20)
        )

    def sign_in(self, login: str = "ana", password: str = PASSWORD, **form: str) -> requests.Response:
        self.get("/signin")
        return self.post("/signin", login=login, password=password, **form)

    @property
    def csrf(self) -> str:
        found = _CSRF.search(self.page)
        return found.group(1) if found else ""

    @property
    def secret(self) -> str:
        """The key of the authenticator app that the page shows."""
        found = _SECRET.search(self.page)
        assert found, "no key is shown"
        return found.group(1).replace(" ", "")

    def _keep(self, answer: requests.Response) -> requests.Response:
        if "text/html" in answer.headers.get("content-type", ""):
            self.page = unescape(answer.text)
        return answer


def code_at(secret: str, when: datetime) -> str:
    """The six digits an authenticator app shows at a moment."""
    return pyotp.TOTP(secret).at(when)
