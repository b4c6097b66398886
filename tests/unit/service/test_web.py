"""The public application: webhooks end in the database, health is told, the simulator's doors are for loopback only."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from conversation.turn import Rules
from service import wiring
from service.running.preparing import as_demo, prepare
from service.settings import Settings
from service.web import build_web_app
from store.database import Database, build_engine
from store.tables import InboxEntry
from tests.house import OURS, PERSON

SID = "SM" + "1" * 32
FORM = {"MessageSid": SID, "From": PERSON, "To": OURS, "Body": "STOP", "NumMedia": "0"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = as_demo(Settings(var=tmp_path_factory.mktemp("web")))
    prepare(settings)
    return settings


@pytest.fixture(autouse=True)
def known_rules(monkeypatch: pytest.MonkeyPatch, rules: Rules) -> None:
    monkeypatch.setattr(wiring, "build_rules", lambda _: rules)  # reading them takes half a second


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Starlette]:
    app = build_web_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    async with serving(settings) as app:
        yield app


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(build_engine(settings.database))
    yield database
    database.close()


async def ask(
    app: Starlette, path: str, form: Mapping[str, str] | None = None, *,
    signature: str = "", method: str = "", told: list[Any] | None = None,
) -> tuple[int, dict[str, str], bytes]:  # fmt: skip
    """Return status, headers and body; `told` gets what was sent even when the application raises then."""
    body = urlencode(form or {}).encode()
    headers = [(b"x-twilio-signature", signature.encode()), (b"content-type", b"application/x-www-form-urlencoded")]
    scope: dict[str, Any] = {
        "type": "http", "method": method or ("POST" if form else "GET"), "scheme": "http", "http_version": "1.1",
        "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers,
        "root_path": "", "server": ("x", 80),
    }  # fmt: skip
    sent: list[dict[str, Any]] = [] if told is None else told

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await app(scope, receive, send)
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, b"".join(part.get("body", b"") for part in sent[1:])


def sign(settings: Settings, path: str, form: Mapping[str, str]) -> str:
    signature: str = RequestValidator(settings.twilio_auth_tokens[0]).compute_signature(
        settings.public_url + path, form
    )
    return signature


async def test_a_signed_message_is_stored_once_before_it_is_acknowledged(
    app: Starlette, settings: Settings, database: Database
) -> None:
    signature = sign(settings, "/twilio/messages", FORM)

    answers = [await ask(app, "/twilio/messages", FORM, signature=signature) for _ in range(2)]

    stored = database.run_sync(lambda session: list(session.scalars(select(InboxEntry.provider_message_id))))
    queued = database.run_sync(
        lambda session: session.execute(
            text("SELECT count(*) FROM workflow_status WHERE queue_name = 'decide'")
        ).scalar()
    )
    assert [status for status, *_ in answers] == [200, 200]
    assert (stored, queued) == ([SID], 1)


async def test_an_unsigned_message_is_refused(app: Starlette) -> None:
    status, _, body = await ask(app, "/twilio/messages", {**FORM, "MessageSid": "SM" + "2" * 32}, signature="x")

    assert (status, body) == (403, b"")


async def test_health_is_told(app: Starlette) -> None:
    assert (await ask(app, "/health/live"))[0] == 200
    assert (await ask(app, "/health/ready"))[0] == 200


async def test_a_database_that_is_away_is_told_and_nothing_is_acknowledged(settings: Settings, tmp_path: Path) -> None:
    fragile = replace(settings, database_url=f"sqlite:///{tmp_path / 'one.db'}")
    prepare(fragile)

    async with serving(fragile) as app:
        (tmp_path / "one.db").write_bytes(b"no database at all" * 1000)
        ready = await ask(app, "/health/ready")
        stored = await ask(app, "/twilio/messages", FORM, signature=sign(settings, "/twilio/messages", FORM))

    assert ready[0] == 503
    assert stored[0] == 500


async def test_the_simulators_doors_are_open_on_this_machine_only(app: Starlette, settings: Settings) -> None:
    status, headers, _ = await ask(app, "/phones")
    details = await ask(app, "/simulator/details/unknown")

    async with serving(replace(settings, bind="0.0.0.0")) as outside:
        closed = [(await ask(outside, path))[0] for path in ("/phones", "/simulator/details/unknown")]

    assert (status, headers["location"]) == (307, f"http://127.0.0.1:{settings.simulator_port}/phones")
    assert (details[0], details[2]) == (404, b"null")
    assert closed == [404, 404]


async def test_no_answer_tells_what_is_inside(app: Starlette) -> None:
    _, _, body = await ask(app, "/health/ready")

    assert json.loads(body) == {"status": "ready"}


@pytest.mark.parametrize("path", ["/nothing", "/health/live", "/health/ready", "/phones", "/twilio/messages", "/inbox"])
async def test_every_answer_tells_the_browser_to_load_and_keep_nothing(app: Starlette, path: str) -> None:
    read, posted = await ask(app, path), await ask(app, path, FORM, signature="x")

    for status, headers, _ in (read, posted):
        assert status in (200, 303, 307, 403, 404, 405)
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")


async def test_every_route_answers_a_method_it_does_not_know_with_the_same_headers(app: Starlette) -> None:
    paths = sorted({route.path.replace("{", "").replace("}", "") for route in app.routes if isinstance(route, Route)})

    answers = {path: await ask(app, path, method="DELETE") for path in paths}

    assert {answer[0] for answer in answers.values()} == {405}
    assert [path for path, (_, headers, _) in answers.items() if headers.get("x-frame-options") != "DENY"] == []


async def test_what_breaks_answers_with_the_same_headers_and_by_https_with_one_more(settings: Settings) -> None:
    async def fail(_: Request) -> Response:
        raise ValueError

    async with serving(replace(settings, public_url="https://puente.example.org")) as app:
        app.router.routes.append(Route("/broken", fail))
        answers: list[Any] = []
        with pytest.raises(ValueError, match=r"^$"):
            await ask(app, "/broken", told=answers)

    headers = {name.decode(): value.decode() for name, value in answers[0]["headers"]}
    assert (answers[0]["status"], answers[1]["body"]) == (500, b"Internal Server Error")
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "strict-transport-security" in headers
