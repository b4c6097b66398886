"""Whose account we use at Twilio, and the official client made ready for it."""

import logging
from dataclasses import dataclass, field

from twilio.rest import Client

from channels.twilio.transport import Transport


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Whose account sends, and how.

    Attributes:
        account_sid: "AC…", in every address of the API.
        username: id of an API key ("SK…", revocable, preferred) or the account SID again.
        password: secret of that key, or the account's auth token.
        messaging_service_sid: "MG…" when a Messaging Service chooses the SMS sender; WhatsApp never uses it.
    """

    account_sid: str
    username: str
    password: str = field(repr=False)
    messaging_service_sid: str | None = None


def build_client(account: TwilioAccount, transport: Transport) -> Client:
    """Return the official client over our own wire; nothing is opened yet."""
    logging.getLogger("twilio").setLevel(logging.WARNING)  # at INFO it logs every request, numbers included
    return Client(
        account.username,
        account.password,
        account_sid=account.account_sid,
        http_client=transport,
        environment={"TWILIO_EDGE": ""},  # else the client reads edge and region from the process environment
    )
