"""Puts the simulator together: the phones and Twilio's API under one address, for this machine only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette

from simulator.broken_connection import BreakableApp
from simulator.callbacks import CallbackPlan
from simulator.details import DetailsClient
from simulator.handsets import Handsets
from simulator.loopback_server import build_server
from simulator.phones import Phones
from simulator.settings import SimulatorSettings, refuse_unless_loopback
from simulator.stand_in import StandIn

_LIFELIKE_DELAYS_S = (0.4, 1.0, 2.5)  # sent, delivered, read


def build_simulator(settings: SimulatorSettings) -> Starlette:
    """Return the app of the simulator; `app.state.stand_in` is its stand-in.

    Stop it with loopback_server (it ends open pages' streams first), or give uvicorn `timeout_graceful_shutdown`.

    Raises:
        ConfigurationError: settings that cannot work, or an address that is not of this machine.
    """
    stand_in = StandIn(settings)
    stand_in.callbacks.plan = CallbackPlan(delays_s=_LIFELIKE_DELAYS_S)
    details = DetailsClient(settings.details_url)
    handsets = Handsets(stand_in, details)
    phones = Phones(settings, handsets)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with stand_in.running():
            await details.open()
            try:
                yield
            finally:
                await handsets.close()
                await details.close()

    app = BreakableApp(routes=[*phones.routes(), *stand_in.routes()], lifespan=lifespan)
    app.state.stand_in = stand_in
    app.state.close_streams = phones.feed.close
    return app


def run_simulator(settings: SimulatorSettings, *, bind: str, port: int, twilio_base_url: str) -> None:
    """Serve the simulator until the process is told to stop (SIGINT, SIGTERM).

    Args:
        bind: a loopback address to listen on.
        twilio_base_url: where the application sends to, which must be this simulator.

    Raises:
        ConfigurationError: one of the three addresses is not of this machine.
    """
    refuse_unless_loopback(bind, settings.public_url, twilio_base_url)
    server = build_server(build_simulator(settings), host=bind, port=port)
    with suppress(KeyboardInterrupt):  # uvicorn raises SIGINT again when it has stopped in good order
        server.run()
