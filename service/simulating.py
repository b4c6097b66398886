"""The simulator with the settings of this deployment, and the page of answers in its house."""

from starlette.middleware import Middleware

from service.answers_page import build_answers_page
from service.settings import Settings
from simulator.app import run_simulator
from simulator.phones.page_guard import PageGuard
from simulator.settings import SimulatorSettings, StopHandling


def simulate(settings: Settings) -> None:
    """Serve the phones and the stand-in of the carrier; refuses anything but this machine."""
    simulated = SimulatorSettings(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_tokens[0] if settings.twilio_auth_tokens else "",
        public_url=settings.public_url,
        details_url=f"http://127.0.0.1:{settings.port}/simulator/details",
        stop_handling=StopHandling.OURS if settings.confirm_stop else StopHandling.CARRIER,
    )
    pages = build_answers_page(settings, [Middleware(PageGuard)])
    port, carrier = settings.simulator_port, settings.twilio_base_url
    run_simulator(simulated, bind="127.0.0.1", port=port, twilio_base_url=carrier, pages=pages)
