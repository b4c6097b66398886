"""GET /answers: every answer in all languages side by side. Read-only, without JavaScript, made to be printed."""

from collections.abc import Callable, Sequence
from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from console.catalogue.view import ALL, MOST_SEARCH, STATES, Sheet, Wanted, view_catalogue
from console.rendering import PAGES, build_environment
from conversation.errors import ContentError

FIRST_TOPIC = "school"  # what is shown before anything is asked for: all at once is long


class CataloguePage:
    """The routes of the page.

    Args:
        read: gives what there is to show, or raises ContentError; called for each page, in a thread.
        today: the day in UTC.
    """

    def __init__(self, read: Callable[[], Sheet], *, today: Callable[[], date]) -> None:
        self._read = read
        self._today = today
        self._template = build_environment().get_template("answers.html")

    def routes(self, guard: Sequence[Middleware] = ()) -> list[BaseRoute]:
        """Return the routes behind what the host puts before them: who may read this page is the host's to say."""
        return [
            Route("/answers", self._show, methods=["GET"], middleware=guard),
            Mount("/answers/static", StaticFiles(directory=PAGES / "static"), middleware=guard),
        ]

    async def _show(self, request: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        try:
            html = await run_in_threadpool(self._render, request.query_params)
        except ContentError as error:  # somebody is at work on the texts
            return PlainTextResponse(f"{error}\nMend the file and load this page again.\n", 503, headers)
        return HTMLResponse(html, headers=headers)

    def _render(self, query: QueryParams) -> str:
        view = view_catalogue(self._read(), read_wanted(query), self._today())
        return self._template.render(view=view, states=STATES, all=ALL)


def read_wanted(query: QueryParams) -> Wanted:
    """Read what is asked for. A search looks everywhere unless a topic is named with it."""
    search = query.get("q", "").strip()[:MOST_SEARCH]
    asked = search or query.get("state") or query.get("discipline")
    return Wanted(
        topic=query.get("topic") or (ALL if asked else FIRST_TOPIC),
        search=search,
        state=query.get("state", ""),
        discipline=query.get("discipline", ""),
        languages=tuple(query.getlist("language")),
    )
