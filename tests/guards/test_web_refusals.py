"""Every door of the public web process refuses what nobody has signed, and every page whoever is not signed in."""

import asyncio
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from console.door import Door
from console.headers import Dressed
from service.running.preparing import prepare
from service.settings import Settings
from service.web import build_web_app

FORM = b"MessageSid=SM00000000000000000000000000000001&From=%2B12025550123&To=%2B12025550100&Body=hola"
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starlette]:
    """The public application as it runs, on an empty SQLite."""
    settings = replace(Settings(), var=tmp_path_factory.mktemp("var"), twilio_auth_tokens=(TOKEN,))
    prepare(settings)
    app = build_web_app(settings)
    yield app
    asyncio.run(close(app))


async def close(app: Starlette) -> None:
    """Live and end, as a server lets an application do."""
    async with app.router.lifespan_context(app):
        pass


async def post(app: Starlette, path: str, body: bytes, *headers: tuple[bytes, bytes]) -> int:
    return await send(app, "POST", path, body, *headers)


async def send(app: Starlette, method: str, path: str, body: bytes, *headers: tuple[bytes, bytes]) -> int:
    """Ask over ASGI and return the status."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def note(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "scheme": "http", "server": ("127.0.0.1", 8080), "http_version": "1.1",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "headers": [(b"content-type", b"application/x-www-form-urlencoded"), (b"host", b"127.0.0.1"), *headers],
    }  # fmt: skip
    await app(scope, receive, note)
    return int(sent[0]["status"])


def find_post_paths(app: Starlette) -> list[str]:
    return [route.path for route in app.routes if isinstance(route, Route) and "POST" in (route.methods or ())]


def test_all_doors_are_known(web: Starlette) -> None:
    others = [route for route in web.routes if not isinstance(route, Route)]

    assert all(isinstance(route, Mount) and isinstance(find_innermost(route.app), StaticFiles) for route in others)
    assert {"/twilio/messages", "/twilio/status"} <= set(find_post_paths(web))


@pytest.mark.parametrize(
    "headers",
    [[], [(b"x-twilio-signature", b"")], [(b"x-twilio-signature", b"bm90IGEgc2lnbmF0dXJlIGF0IGFsbA==")]],
    ids=["unsigned", "an empty signature", "a wrong signature"],
)
@pytest.mark.parametrize("body", [FORM, b""], ids=["a form", "nothing"])
async def test_an_unsigned_post_is_refused_at_every_door(
    web: Starlette, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    statuses = {path: await post(web, path, body, *headers) for path in find_post_paths(web)}

    assert set(statuses.values()) == {403}, statuses


async def test_what_only_reads_accepts_no_post(web: Starlette) -> None:
    posted = find_post_paths(web)
    others = [route.path for route in web.routes if isinstance(route, Route) and route.path not in posted]

    assert {path: await post(web, path, b"") for path in others if "{" not in path} == {
        path: 405 for path in others if "{" not in path
    }


# Pages

# they have doors of their own
OF_THE_CARRIER = ("/twilio/", "/media/", "/health/", "/metrics", "/phones", "/simulator/")
FOR_ANYBODY = {"/signin", "/invite/{token}", "/signin/static/{name}"}


def find_pages(app: Starlette) -> list[Route]:
    return [route for route in app.routes if isinstance(route, Route) and not route.path.startswith(OF_THE_CARRIER)]


def find_innermost(app: object) -> object:
    """What stands behind a guard."""
    return find_innermost(app._app) if isinstance(app, Door | Dressed) else app


def test_every_page_has_a_door(web: Starlette) -> None:
    pages = find_pages(web)

    assert {"/signin", "/inbox"} <= {route.path for route in pages}
    assert [route.path for route in pages if not isinstance(route.app, Door | Dressed)] == []
    assert {route.path for route in pages if isinstance(route.app, Dressed)} <= FOR_ANYBODY


async def test_no_page_shows_itself_to_who_has_not_signed_in(web: Starlette) -> None:
    asked = [
        route.path for route in find_pages(web) if "GET" in (route.methods or ()) and route.path not in FOR_ANYBODY
    ]

    answers = {path: await send(web, "GET", path.replace("{", "").replace("}", ""), b"") for path in asked}

    assert {path: answer for path, answer in answers.items() if answer != 303} == {}
