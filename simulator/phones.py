"""The page /phones: two phones side by side, live, and usable without JavaScript. For this machine's browser only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from conversation.messages import Channel
from simulator.handsets import Bubble, Handset, Handsets
from simulator.live import LiveFeed, render_event
from simulator.page_guard import PageGuard
from simulator.rules import MAX_BODY
from simulator.settings import SimulatorSettings

_PAGES = Path(__file__).parent / "pages"
_MAX_FORM = 64_000  # bytes


@dataclass(frozen=True, slots=True)
class Example:
    """A message to try, under its language's own name."""

    language: str
    name: str
    text: str


EXAMPLES = (
    Example("es", "Español", "¿Qué papeles necesito para inscribir a mi sobrina en la escuela?"),
    Example("en", "English", "What papers do I need to enroll my niece in school?"),
    Example("quc", "K'iche'", "Jas taq wuj kajawaxik rech kinb'an inscribir ri wal pa ri escuela?"),
)


class Phones:
    """The routes of the page and of what it posts."""

    def __init__(self, settings: SimulatorSettings, handsets: Handsets) -> None:
        self.feed = LiveFeed()
        self._handsets = handsets
        self._webhook_url = settings.public_url.rstrip("/") + "/twilio/messages"
        self._environment = _environment()
        handsets.on_bubble.append(self._tell_bubble)
        handsets.on_person.append(self._tell_person)

    def routes(self) -> list[BaseRoute]:
        guard = [Middleware(PageGuard)]
        return [
            Route("/phones", self._page, methods=["GET"], middleware=guard),
            Route("/phones/events", self._events, methods=["GET"], middleware=guard),
            Route("/phones/{channel}/messages", self._send, methods=["POST"], middleware=guard),
            Route("/phones/{channel}/person", self._new_person, methods=["POST"], middleware=guard),
            Mount("/phones/static", StaticFiles(directory=_PAGES / "static"), middleware=guard),
        ]

    async def _page(self, request: Request) -> Response:
        """Show both phones. `?phone=sms&example=es` fills that phone's input, for browsers without JavaScript."""
        wanted = next((e for e in EXAMPLES if e.language == request.query_params.get("example")), None)
        html = self._environment.get_template("phones.html").render(
            handsets=list(self._handsets.by_channel.values()),
            examples=EXAMPLES,
            filled_channel=request.query_params.get("phone"),
            filled_text=wanted.text if wanted else "",
            webhook_url=self._webhook_url,
            max_body=MAX_BODY,
        )
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    async def _events(self, request: Request) -> Response:
        stream = self.feed.subscribe(render_event("snapshot", self._snapshot()))
        return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def _send(self, request: Request) -> Response:
        channel = _parse_channel(request)
        if channel is None:
            return PlainTextResponse("There is no such phone.", status_code=404)
        if int(request.headers.get("content-length", _MAX_FORM + 1)) > _MAX_FORM:
            return PlainTextResponse("That is more than a phone can send.", status_code=413)
        text = str((await request.form()).get("text", ""))
        if len(text) > MAX_BODY:
            return PlainTextResponse(f"A message has at most {MAX_BODY} characters.", status_code=400)
        if text:
            self._handsets.send(channel, text)
        return _done(request, channel)

    async def _new_person(self, request: Request) -> Response:
        channel = _parse_channel(request)
        if channel is None:
            return PlainTextResponse("There is no such phone.", status_code=404)
        self._handsets.give_to_new_person(channel)
        return _done(request, channel)

    def _snapshot(self) -> list[dict[str, Any]]:
        """All that is on both screens, for a page that was opened, or was away, for a while."""
        return [
            {
                "phone": handset.channel.value,
                "number": handset.number,
                "bubbles": [self._bubble_event(handset, bubble) for bubble in handset.bubbles.values()],
            }
            for handset in self._handsets.by_channel.values()
        ]

    def _tell_bubble(self, handset: Handset, bubble: Bubble) -> None:
        self.feed.publish("bubble", self._bubble_event(handset, bubble))

    def _tell_person(self, handset: Handset) -> None:
        self.feed.publish("person", {"phone": handset.channel.value})

    def _bubble_event(self, handset: Handset, bubble: Bubble) -> dict[str, str]:
        html = self._environment.get_template("bubble.html").render(bubble=bubble, channel=handset.channel)
        return {"phone": handset.channel.value, "id": bubble.id, "html": html}


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Sequence[tuple[str, Callable[..., str]]] = (
        ("spaced", spaced_number),
        ("clock", lambda moment: moment.astimezone().strftime("%H:%M")),
    )
    environment.filters.update(filters)
    return environment


def spaced_number(number: str) -> str:
    """Return an E.164 number of the US as people read it ("+1 202 555 0123"), any other as it is."""
    digits = number.removeprefix("whatsapp:")
    if len(digits) == 12 and digits.startswith("+1"):
        return f"+1 {digits[2:5]} {digits[5:8]} {digits[8:]}"
    return digits


def _parse_channel(request: Request) -> Channel | None:
    try:
        return Channel(request.path_params["channel"])
    except ValueError:
        return None


def _done(request: Request, channel: Channel) -> Response:
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({}, status_code=202)
    return RedirectResponse(f"/phones#{channel.value}", status_code=303)
