"""Every door of the public web process refuses what nobody has signed."""

import asyncio
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

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
    """Post over ASGI and return the status."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "scheme": "http", "server": ("127.0.0.1", 8080), "http_version": "1.1",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "headers": [(b"content-type", b"application/x-www-form-urlencoded"), (b"host", b"127.0.0.1"), *headers],
    }  # fmt: skip
    await app(scope, receive, send)
    return int(sent[0]["status"])


def find_post_paths(app: Starlette) -> list[str]:
    return [route.path for route in app.routes if isinstance(route, Route) and "POST" in (route.methods or ())]


def test_all_doors_are_known(web: Starlette) -> None:
    assert all(isinstance(route, Route) for route in web.routes)
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
    others = [route.path for route in web.routes if isinstance(route, Route) and "POST" not in (route.methods or ())]

    assert {path: await post(web, path, b"") for path in others if "{" not in path} == {
        path: 405 for path in others if "{" not in path
    }
