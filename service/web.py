"""The web process: takes the carrier's webhooks into the inbox, tells its health. It never waits for bot or carrier."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from channels.twilio.webhook import build_twilio_routes
from console.agenda.page import AgendaPage
from console.check_ins.page import CheckInPage
from console.headers import Dressed, list_headers
from console.inbox.means import Means
from console.inbox.page import InboxPage
from console.signin.page import build_signin_routes
from console.team.page import build_team_routes
from conversation.errors import ConfigurationError
from service import wiring
from service.engine import EngineClient
from service.file_door import build_file_routes
from service.inbox_page import build_means, build_report_page
from service.settings import Settings
from service.signing_in import build_entrance
from service.watching.alerting import watching
from service.watching.health import build_health_routes
from service.watching.measured_app import MeasuredApp
from service.watching.metrics import Meters
from simulator.settings import refuse_unless_loopback
from store.database import Database
from store.outbox import find_details
from store.sql.reader import Reader


def build_web_app(settings: Settings) -> Starlette:
    """Build the public application.

    Raises:
        ConfigurationError: settings, keys or data are wrong; the message lists what to mend.
    """
    database = wiring.build_database(settings)
    engine = EngineClient(wiring.engine_settings(settings, executor_id="web"), engine=database.engine)
    reader, meters = Reader(settings.database), Meters()
    routes = build_twilio_routes(
        check=wiring.build_signature_check(settings), inbox=wiring.build_inbox(settings, database, engine),
        deliveries=wiring.build_deliveries(settings, database), clock=wiring.utc_now,
    )  # fmt: skip
    entrance, files = build_entrance(settings, database), wiring.build_media(settings)
    means = build_means(settings, entrance, engine, files)
    inbox_page = InboxPage(means)
    pages = [*_list_pages(settings, means, engine), *inbox_page.routes()]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with watching(settings, database, reader):
            yield
        await files.close()
        for one in (engine, reader, database):
            one.close()

    app = Starlette(
        routes=[
            *routes, *pages, *build_file_routes(database, entrance.vault, wiring.utc_now),
            *build_health_routes(settings, reader, meters), *_simulator_routes(settings, database),
        ],
        middleware=[
            Middleware(MeasuredApp, meters=meters, timed=frozenset(route.path for route in routes)),
            Middleware(Dressed, secure=entrance.cookies.secure),
        ],
        exception_handlers={500: _own_up(list_headers(secure=entrance.cookies.secure))},
        lifespan=lifespan,
    )  # fmt: skip
    app.state.close_streams = inbox_page.live.close  # before the server stops it would wait for open pages
    return app


def _list_pages(settings: Settings, means: Means, engine: EngineClient) -> list[BaseRoute]:
    """Return the routes of the pages that go before those of the inbox, which take any code."""
    vault = means.entrance.vault
    mail = wiring.build_staff_news(settings, engine, catalogue=means.rules.catalogue, vault=vault).mail
    signing_in = build_signin_routes(means.entrance, mail)
    of_dates = [*AgendaPage(means).routes(), *CheckInPage(means).routes()]
    return [*signing_in, *build_team_routes(means), *of_dates, *build_report_page(settings, means).routes()]


def _own_up(headers: dict[str, str]) -> Callable[[Request, Exception], Response]:
    """Return what answers when something of ours broke: Starlette makes this answer outside of all middleware."""
    return lambda _request, _error: PlainTextResponse("Internal Server Error", status_code=500, headers=headers)


def _simulator_routes(settings: Settings, database: Database) -> list[Route]:
    """Where everything is on this machine only: the way to the phones, and what they show under a bubble."""
    try:
        refuse_unless_loopback(settings.bind, settings.public_url, settings.twilio_base_url)
    except ConfigurationError:
        return []

    async def elsewhere(request: Request) -> Response:
        return RedirectResponse(f"http://127.0.0.1:{settings.simulator_port}{request.url.path}", status_code=307)

    async def details(request: Request) -> Response:
        outbox_id = request.path_params["outbox_id"]
        found = await database.read(lambda session: find_details(session, outbox_id))
        return JSONResponse(found, status_code=200 if found else 404)

    there = [Route(path, elsewhere) for path in ("/phones", "/answers")]
    return [*there, Route("/simulator/details/{outbox_id}", details)]
