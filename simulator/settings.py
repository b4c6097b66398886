"""What the simulator must be told, and the one rule about where it may run: on this machine, nowhere else."""

import re
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import ip_address
from urllib.parse import urlsplit

from conversation.errors import ConfigurationError


class StopHandling(Enum):
    """Who answers STOP, START and HELP by SMS; the three ways a Twilio sender can be set up.

    Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (checked 2026-11).
    """

    CARRIER = "carrier"  # default keywords: Twilio blocks, answers, and calls the webhook as for any text
    ADVANCED = "advanced"  # the same, and the webhook says so in OptOutType
    OURS = "ours"  # switched off at Twilio: the application alone decides


class WindowRule(Enum):
    """Whether WhatsApp's 24 hours count from what came through this stand-in, or are taken as open (load tests)."""

    TRACKED = "tracked"
    ALWAYS_OPEN = "always_open"


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Settings of the simulator; the account must be the one the application uses.

    Attributes:
        public_url: where the application listens, without path ("http://127.0.0.1:8000"): webhooks go there.
        details_url: JSON about one outgoing message under {details_url}/{outbox_id}; None shows dashes.
        sms_number: the application's own SMS number, E.164.
        whatsapp_number: the application's own WhatsApp sender, E.164 without the prefix "whatsapp:".
        pace: how slow the phones' network is; 1 is lifelike, and tests are in a hurry.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    public_url: str
    details_url: str | None = None
    sms_number: str = "+12025550100"
    whatsapp_number: str = "+12025550100"
    stop_handling: StopHandling = StopHandling.CARRIER
    window_rule: WindowRule = WindowRule.TRACKED
    pace: float = 1.0

    @property
    def whatsapp_sender(self) -> str:
        return f"whatsapp:{self.whatsapp_number}"


def refuse_unless_loopback(bind: str, public_url: str, twilio_base_url: str | None) -> None:
    """Do nothing when the simulator may start; it may only where nobody else can reach it and it can reach nobody.

    Args:
        bind: address to listen on, with or without a port ("127.0.0.1", "[::1]:8100").
        public_url: where the application gets its webhooks.
        twilio_base_url: where the application's sender posts to; None or "" means the real Twilio.

    Raises:
        ConfigurationError: one plain sentence that names each setting that is not a loopback address.
    """
    wrong = []
    if not is_loopback_host(_host_of_bind(bind)):
        wrong.append("the bind address")
    if not is_loopback_url(public_url):
        wrong.append("PUBLIC_URL")
    if not is_loopback_url(twilio_base_url or ""):
        wrong.append("TWILIO_BASE_URL")
    if wrong:
        raise ConfigurationError(_sentence(wrong))


def check_settings(settings: SimulatorSettings) -> None:
    """Do nothing when the settings can work.

    Raises:
        ConfigurationError: one sentence naming every wrong setting; never its value.
    """
    wrong = []
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", settings.account_sid):
        wrong.append("the account id must be AC and 32 hexadecimal digits")
    if not settings.auth_token:
        wrong.append("the auth token is empty")
    if not all(re.fullmatch(r"\+[1-9]\d{6,14}", number) for number in (settings.sms_number, settings.whatsapp_number)):
        wrong.append("our own numbers must be in E.164 form")
    if not all(is_loopback_url(url) for url in (settings.public_url, settings.details_url) if url is not None):
        wrong.append("PUBLIC_URL and the details address must be loopback addresses (127.0.0.1, ::1 or localhost)")
    if wrong:
        raise ConfigurationError(f"The simulator cannot start: {'; '.join(wrong)}.")


def is_loopback_url(url: str) -> bool:
    """True for http and https addresses whose host is this machine; False for all else, malformed ones included."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and is_loopback_host(parts.hostname or "")
    except ValueError:
        return False


def is_loopback_host(host: str) -> bool:
    """True for localhost and loopback addresses. A name is never resolved: a resolver can be told anything."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host_of_bind(bind: str) -> str:
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::\d+)?", bind)
    if bracketed:
        return bracketed[1]
    return bind.rsplit(":", 1)[0] if bind.count(":") == 1 else bind


def _sentence(wrong: list[str]) -> str:
    names = wrong[0] if len(wrong) == 1 else f"{', '.join(wrong[:-1])} and {wrong[-1]}"
    verb = "is not a loopback address" if len(wrong) == 1 else "are not loopback addresses"
    return f"The simulator starts only on this machine: {names} {verb} (127.0.0.1, ::1 or localhost)."
