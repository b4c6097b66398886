"""What is wrong between settings that are right one by one."""

from typing import TYPE_CHECKING

from conversation.errors import ConfigurationError
from store.database import parse_database_url

if TYPE_CHECKING:
    from service.settings import Settings


def find_contradictions(settings: "Settings") -> list[str]:
    """Return one sentence for each contradiction."""
    found = []
    try:
        parse_database_url(settings.database)
    except ConfigurationError as error:
        found.append(str(error))
    if bool(settings.twilio_api_key) != bool(settings.twilio_api_secret):
        found.append("TWILIO_API_KEY and TWILIO_API_SECRET: give both or neither")
    ports = {"PORT": settings.port, "ACTIONS_PORT": settings.actions_port, "SIMULATOR_PORT": settings.simulator_port}
    if len(set(ports.values())) < len(ports):
        found.append(f"{', '.join(ports)}: must be three different ports")
    return found
