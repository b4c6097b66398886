"""What one process did is measured without a word of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from conversation.messages import BotSession
from conversation.ports import Refused, RetryLater, Unknown
from service.logs import request_id
from service.watching.measured_app import MeasuredApp
from service.watching.metrics import MeasuredBot, MeasuredSender, Meters
from tests.fakes import START, FakeBot, FakeSender, Lost

SESSION = BotSession("s", 0, START)


@pytest.fixture
def meters() -> Meters:
    return Meters()


def samples(meters: Meters) -> Iterator[tuple[tuple[str, ...], float]]:
    for family in text_string_to_metric_families(meters.read()):
        for one in family.samples:
            if "le" not in one.labels:
                yield (one.name, *sorted(one.labels.values())), one.value


async def test_what_the_carrier_says_is_counted_by_code(meters: Meters) -> None:
    script = [Refused(21610), RetryLater(20429, 1.0), Lost(Unknown("timeout"))]
    sender: Any = MeasuredSender(FakeSender(script=script), meters)  # type: ignore[arg-type]

    for _ in range(4):
        await sender.send(outbox_id="x", sender="+12025550100", to="+12025550123", body="canario")

    counted = dict(samples(meters))
    assert counted[("puente_sends_total", "21610", "refused")] == 1
    assert counted[("puente_sends_total", "20429", "retrylater")] == 1
    assert counted[("puente_sends_total", "timeout", "unknown")] == 1
    assert counted[("puente_sends_total", "", "accepted")] == 1
    assert counted[("puente_send_seconds_count",)] == 4
    assert "canario" not in meters.read()


async def test_the_rest_of_a_sender_is_there_as_it_was(meters: Meters) -> None:
    sender: Any = MeasuredSender(FakeSender(), meters)

    assert await sender.find_sent(sender="a", to="b", since_s=0.0) == []


async def test_the_bots_time_and_silence_are_measured(meters: Meters) -> None:
    heard, silent = MeasuredBot(FakeBot(), meters), MeasuredBot(FakeBot(silence="timeout"), meters)

    await heard.converse("hola", session=SESSION, language="es", slots={})
    await silent.understand("hola")

    counted = dict(samples(meters))
    assert counted[("puente_bot_seconds_count", "converse", "heard")] == 1
    assert counted[("puente_bot_seconds_count", "timeout", "understand")] == 1


async def test_a_decision_that_fails_is_measured_as_such_and_still_fails(meters: Meters) -> None:
    async def decide(inbox_id: str) -> None:
        if inbox_id == "bad":
            raise RuntimeError

    measured = meters.timed_decide(decide)
    await measured("good")
    with pytest.raises(RuntimeError):
        await measured("bad")

    counted = dict(samples(meters))
    assert counted[("puente_decide_seconds_count", "done")] == counted[("puente_decide_seconds_count", "failed")] == 1


async def test_webhooks_are_timed_by_known_paths_only_and_each_request_has_its_own_id(meters: Meters) -> None:
    seen: list[str] = []

    async def answer(_: Any) -> Response:
        seen.append(request_id.get())
        return Response(status_code=403)

    inner = Starlette(routes=[Route(path, answer) for path in ("/twilio/messages", "/other")])
    app = MeasuredApp(inner, meters=meters, timed=frozenset({"/twilio/messages"}))
    for path in ("/twilio/messages", "/other", "/made-up"):
        await get(app, path)

    counted = {key: value for key, value in samples(meters) if key[0] == "puente_webhook_seconds_count"}
    assert counted == {("puente_webhook_seconds_count", "/twilio/messages", "403"): 1}
    assert len(set(seen)) == 2
    assert request_id.get() == ""


async def get(app: Any, path: str) -> None:
    scope = {
        "type": "http", "method": "GET", "scheme": "http", "http_version": "1.1", "path": path, "root_path": "",
        "raw_path": path.encode(), "query_string": b"", "headers": [],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: Any) -> None:
        pass

    await app(scope, receive, send)
