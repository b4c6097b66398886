"""The page /phones: several phones, live, and usable without JavaScript. For this machine's browser only."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from simulator.phones.acts import Acts, PhoneAct, PhonePost, Table, TableAct
from simulator.phones.handsets import Bubble, CarrierEvent, Handset
from simulator.phones.html import EXAMPLES, PAGES, Pages
from simulator.phones.live import LiveFeed, render_event
from simulator.phones.page_guard import PageGuard
from simulator.phones.phone_forms import FormRefused
from simulator.phones.sample_media import FOLDER

_MAX_FORM = 64_000  # bytes
_MAX_FIELDS = 50


class Phones:
    """The routes of the page and of what it posts."""

    def __init__(self, table: Table) -> None:
        self.feed = LiveFeed()
        self._acts = Acts(table)
        self._table = table
        self._handsets = table.handsets
        self._pages = Pages(table.arrivals.describe)
        self._handsets.on_bubble.append(lambda phone, bubble: self.feed.publish("bubble", self._bubble(phone, bubble)))
        self._handsets.on_event.append(lambda phone, event: self.feed.publish("event", self._event(phone, event)))
        self._handsets.on_status.append(lambda phone: self.feed.publish("status", self._status(phone)))
        self._handsets.on_phones.append(lambda: self.feed.publish("phones", {}))

    def routes(self) -> list[BaseRoute]:
        guard = [Middleware(PageGuard)]
        return [
            Route("/phones", self._page, methods=["GET"], middleware=guard),
            Route("/phones/events", self._events, methods=["GET"], middleware=guard),
            *(
                Route(f"/phones/{name}", self._on_table(act), methods=["POST"], middleware=guard)
                for name, act in self._acts.on_table.items()
            ),
            *(
                Route(f"/phones/{{phone}}/{name}", self._on_phone(act), methods=["POST"], middleware=guard)
                for name, act in self._acts.on_phone.items()
            ),
            Route("/phones/{phone}/received/{bubble}/{number:int}", self._received, methods=["GET"], middleware=guard),
            Mount("/phones/static", StaticFiles(directory=PAGES / "static"), middleware=guard),
            Mount("/phones/media", StaticFiles(directory=FOLDER), middleware=guard),
        ]

    async def _page(self, request: Request) -> Response:
        """Show all phones. `?phone=sms&example=es` fills that phone's input, for browsers without JavaScript."""
        wanted = next((e for e in EXAMPLES if e.language == request.query_params.get("example")), None)
        return self._render(filled_phone=request.query_params.get("phone"), filled_text=wanted.text if wanted else "")

    def _render(
        self, *, filled_phone: str | None = None, filled_text: str = "", problem: str = "", status: int = 200
    ) -> Response:
        stand_in = self._table.stand_in
        html = self._pages.render_page(
            list(self._handsets.by_id.values()),
            filled_phone=filled_phone,
            filled_text=filled_text,
            problem=problem,
            webhook_url=stand_in.settings.public_url.rstrip("/") + "/twilio/messages",
            stop_handling=stand_in.carrier.stop_handling,
            first_stop_handling=stand_in.settings.stop_handling,
        )
        return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})

    async def _events(self, request: Request) -> Response:
        stream = self.feed.subscribe(render_event("snapshot", self._snapshot()))
        return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def _received(self, request: Request) -> Response:
        """Give a file that the application sent to a phone."""
        where = request.path_params
        handset = self._handsets.by_id.get(where["phone"])
        bubble = handset.bubbles.get(where["bubble"]) if handset else None
        if bubble is None or where["number"] >= len(bubble.received):
            return Response(status_code=404)
        file = bubble.received[where["number"]]
        return Response(file.content, headers={"Content-Type": file.content_type, "Cache-Control": "no-store"})

    def _on_phone(self, act: PhoneAct) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            handset = self._handsets.by_id.get(request.path_params["phone"])
            if handset is None:
                return self._refuse(request, "There is no such phone.", 404)

            def on_this_phone(form: FormData) -> str | None:
                act(PhonePost(handset, form, str(request.base_url)))
                return handset.id

            return await self._act(request, on_this_phone)

        return answer

    def _on_table(self, act: TableAct) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await self._act(request, act)

        return answer

    async def _act(self, request: Request, act: TableAct) -> Response:
        """Do what a form asks; the act names the phone to go back to."""
        if int(request.headers.get("content-length", _MAX_FORM + 1)) > _MAX_FORM:
            return self._refuse(request, "That is more than a phone can send.", 413)
        try:
            target = act(await request.form(max_files=0, max_fields=_MAX_FIELDS))
        except FormRefused as refusal:
            return self._refuse(request, str(refusal), 400)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({}, status_code=202)
        return RedirectResponse(f"/phones#{target}" if target else "/phones", status_code=303)

    def _refuse(self, request: Request, problem: str, status: int) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"problem": problem}, status_code=status)
        return self._render(problem=problem, status=status)

    def _snapshot(self) -> list[dict[str, Any]]:
        """All that is on the screens, for a page that was opened, or was away, for a while."""
        return [
            {
                **self._status(handset),
                "number": handset.number,
                "bubbles": [self._bubble(handset, bubble) for bubble in handset.bubbles.values()],
                "events": [self._event(handset, event) for event in handset.events.values()],
            }
            for handset in self._handsets.by_id.values()
        ]

    def _bubble(self, handset: Handset, bubble: Bubble) -> dict[str, str]:
        return {"phone": handset.id, "id": bubble.id, "html": self._pages.render_bubble(handset, bubble)}

    def _event(self, handset: Handset, event: CarrierEvent) -> dict[str, str]:
        return {"phone": handset.id, "id": event.id, "html": self._pages.render_event(event)}

    def _status(self, handset: Handset) -> dict[str, str]:
        now = handset.conditions
        html = self._pages.render_status(handset)
        return {"phone": handset.id, "html": html, "send": now.send.value, "post": now.post.value}
