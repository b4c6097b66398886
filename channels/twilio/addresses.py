"""Twilio's way to write an address, and ours. Pure: the only place that knows the "whatsapp:" prefix."""

from conversation.errors import BadRequestFromCarrier
from conversation.messages import Address, Channel

WHATSAPP_PREFIX = "whatsapp:"


def parse_address(written: str) -> Address:
    """Read an address as Twilio writes it.

    Args:
        written: "+12025550123", a short code ("12345"), "whatsapp:+12025550123" or "whatsapp:US.1000000000000001".

    Returns:
        The channel and what follows the prefix, untouched: an opaque id, since a WhatsApp user may hide the number
        (https://www.twilio.com/en-us/changelog/whatsapp-bsuid-format-in-conversations-and-webhook-fields).

    Raises:
        BadRequestFromCarrier: empty, or of a channel we do not serve ("messenger:…", "rcs:…").
    """
    if written.startswith(WHATSAPP_PREFIX):
        channel, value = Channel.WHATSAPP, written.removeprefix(WHATSAPP_PREFIX)
    else:
        channel, value = Channel.SMS, written
    if not value.strip():
        raise BadRequestFromCarrier("an address is empty")
    if ":" in value:
        raise BadRequestFromCarrier("an address is of a channel that is not served")
    return Address(channel, value)


def render_address(address: Address) -> str:
    """Write an address in Twilio's form: the exact reverse of parse_address."""
    return (WHATSAPP_PREFIX if address.channel is Channel.WHATSAPP else "") + address.value
