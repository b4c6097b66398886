"""Puts the simulator together: the phones and Twilio's API under one address, for this machine only."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from simulator.api.broken_connection import BreakableApp
from simulator.api.stand_in import StandIn
from simulator.loopback_server import build_server
from simulator.phones.acts import Table
from simulator.phones.arrivals import Arrivals
from simulator.phones.background import Background
from simulator.phones.details import DetailsClient
from simulator.phones.event_log import EventLog
from simulator.phones.handsets import Handsets
from simulator.phones.media_door import MediaDoor, MediaShelf
from simulator.phones.routes import Phones
from simulator.phones.texting import Texting
from simulator.settings import SimulatorSettings, refuse_unless_loopback


def build_simulator(settings: SimulatorSettings, pages: Sequence[BaseRoute] = ()) -> Starlette:
    """Return the app of the simulator, with other pages of the house; `app.state.stand_in` is its stand-in.

    Stop it with loopback_server (it ends open pages' streams first), or give uvicorn `timeout_graceful_shutdown`.

    Raises:
        ConfigurationError: settings that cannot work, or an address that is not of this machine.
    """
    stand_in, details = StandIn(settings), DetailsClient(settings.details_url)
    background, shelf = Background(), MediaShelf(settings.account_sid, stand_in.carrier)
    handsets = Handsets(settings)
    arrivals = Arrivals(stand_in, handsets, details, background)
    log = EventLog(stand_in, handsets, arrivals)
    texting = Texting(stand_in, handsets, shelf, background)
    phones = Phones(Table(stand_in, handsets, texting, arrivals))
    door = MediaDoor(settings, shelf, api=log.serve)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with stand_in.running():
            await details.open()
            try:
                yield
            finally:
                await background.close()
                await details.close()

    app = BreakableApp(routes=[*phones.routes(), *pages, *door.routes(), *_watched(stand_in, log)], lifespan=lifespan)
    app.state.stand_in = stand_in
    app.state.close_streams = phones.feed.close
    return app


def _watched(stand_in: StandIn, log: EventLog) -> list[Route]:
    """The routes of the stand-in, each request of which is noted."""
    return [
        Route(route.path, log.serve, methods=list(route.methods or ()))
        for route in stand_in.routes()
        if isinstance(route, Route)
    ]


def run_simulator(
    settings: SimulatorSettings, *, bind: str, port: int, twilio_base_url: str, pages: Sequence[BaseRoute] = ()
) -> None:
    """Serve the simulator until the process is told to stop (SIGINT, SIGTERM).

    Args:
        bind: a loopback address to listen on.
        twilio_base_url: where the application sends to, which must be this simulator.
        pages: other pages to serve beside the phones; they guard themselves.

    Raises:
        ConfigurationError: one of the three addresses is not of this machine.
    """
    refuse_unless_loopback(bind, settings.public_url, twilio_base_url)
    server = build_server(build_simulator(settings, pages), host=bind, port=port)
    with suppress(KeyboardInterrupt):  # uvicorn raises SIGINT again when it has stopped in good order
        server.run()
