"""The simulator with the settings of this deployment."""

from service.settings import Settings
from simulator.app import run_simulator
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
    run_simulator(simulated, bind="127.0.0.1", port=settings.simulator_port, twilio_base_url=settings.twilio_base_url)
