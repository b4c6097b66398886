"""What Twilio posts to an application: the plain forms, the signature, the one retry. Loopback addresses only.

Everything a person can send beyond a plain text is in person_messages.py.

Field names: https://www.twilio.com/docs/messaging/guides/webhook-request and …/track-outbound-message-status, and
requests seen in public captures (checked 2026-11).
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from urllib.parse import urldefrag, urlencode

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

from simulator.api.memory import Status, TwilioMessage
from simulator.numbers import Place, find_place
from simulator.settings import StopHandling, is_loopback_url

TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)  # Twilio's defaults for webhooks
_API_VERSION = "2010-04-01"


@dataclass(frozen=True, slots=True)
class PostOutcome:
    """What a webhook came to: the HTTP status, or None and a short reason when there was no answer."""

    status: int | None
    problem: str = ""
    content_type: str = ""

    @property
    def is_ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300 and not self.problem


class Signature(Enum):
    """Whether a post is signed. Twilio always signs; a stranger who has found the address cannot."""

    VALID = "valid"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Post:
    """One form that was posted, and what came of it."""

    url: str
    form: Mapping[str, str] = field(repr=False)
    outcome: PostOutcome


class WebhookClient:
    """Posts forms with one pooled session, and tells each to `on_post`. Open and close it inside the running loop."""

    def __init__(self, auth_token: str) -> None:
        self.on_post: list[Callable[[Post], None]] = []
        self._validator = RequestValidator(auth_token)
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(timeout=TIMEOUT, headers={"User-Agent": "TwilioProxy/1.1"})

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(
        self, url: str, form: Mapping[str, str], *, token: str | None = None, signature: Signature = Signature.VALID
    ) -> PostOutcome:
        """Post a form; once more when there was no connection, as Twilio does by default.

        Args:
            token: the request's idempotency token; give the same one to say that a second post is a repeat.
        """
        address = urldefrag(url).url  # connection overrides travel in the fragment, which is neither sent nor signed
        if not is_loopback_url(address):
            return PostOutcome(None, "not a loopback address, nothing was posted")
        headers = self._headers(address, form, token or str(uuid.uuid4()))
        if signature is Signature.ABSENT:
            del headers["X-Twilio-Signature"]
        outcome = await self._post_once(address, form, headers)
        if outcome.problem == _NO_CONNECTION:
            outcome = await self._post_once(address, form, headers)
        for tell in self.on_post:
            tell(Post(address, form, outcome))
        return outcome

    def _headers(self, address: str, form: Mapping[str, str], token: str) -> dict[str, str]:
        return {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Home-Region": "us1",
            "I-Twilio-Idempotency-Token": token,
            "X-Twilio-Signature": self._validator.compute_signature(address, dict(form)),
        }

    async def _post_once(self, address: str, form: Mapping[str, str], headers: dict[str, str]) -> PostOutcome:
        assert self._session is not None, "open() comes first"
        try:
            async with self._session.post(
                URL(address, encoded=True), data=urlencode(form).encode(), headers=headers, allow_redirects=False
            ) as response:
                await response.read()
                return PostOutcome(response.status, content_type=response.content_type)
        except aiohttp.ClientConnectorError:
            return PostOutcome(None, _NO_CONNECTION)
        except TimeoutError:
            return PostOutcome(None, "no answer within 15 seconds")
        except (aiohttp.ClientError, asyncio.IncompleteReadError):
            return PostOutcome(None, "the connection broke")


_NO_CONNECTION = "nobody listens there"


def sms_form(message: TwilioMessage, account_sid: str, opt_out: str | None = None) -> dict[str, str]:
    """Fields of an inbound SMS. `opt_out` is STOP, START or HELP when Advanced Opt-Out recognised one."""
    sender, ours = message.sender or "", message.to
    form = {
        **_place_fields("To", find_place(ours)),
        **_place_fields("From", find_place(sender)),
        "SmsStatus": "received",
        **_common_fields(message, account_sid),
    }
    return {**form, "OptOutType": opt_out} if opt_out else form


def whatsapp_form(message: TwilioMessage, account_sid: str, profile_name: str) -> dict[str, str]:
    """Fields of an inbound WhatsApp text. No places: Twilio looks them up for SMS alone.

    A sender of the form "whatsapp:US.…" hides the number: then there is no WaId.
    """
    sender = (message.sender or "").removeprefix("whatsapp:")
    number = sender.removeprefix("+") if sender.startswith("+") else None
    profile = {"ProfileName": profile_name, **({"WaId": number} if number else {})}
    return {
        **profile,
        "MessageType": "text",
        "SmsStatus": "received",
        "ReferralNumMedia": "0",
        "ChannelMetadata": json.dumps({"type": "whatsapp", "data": {"context": profile}}, separators=(",", ":")),
        "ExternalUserId": user_id(number) if number else sender,
        **_common_fields(message, account_sid),
    }


def user_id(number: str) -> str:
    """Return the business-scoped id of the WhatsApp user with this number (digits, with or without the plus sign)."""
    return f"US.10000{number.removeprefix('+')}"


def status_form(message: TwilioMessage, status: Status, account_sid: str) -> dict[str, str]:
    """Fields of a status callback for a message that has reached `status`."""
    form = {
        "SmsSid": message.sid,
        "SmsStatus": status.value,
        "MessageStatus": status.value,
        "To": message.to,
        "MessageSid": message.sid,
        "AccountSid": account_sid,
        "From": message.sender or "",
        "ApiVersion": _API_VERSION,
    }
    if message.service_sid:
        form["MessagingServiceSid"] = message.service_sid
    if message.error_code and status in (Status.FAILED, Status.UNDELIVERED):
        form["ErrorCode"] = str(message.error_code)
    return {**form, **(_whatsapp_status_fields(message, status) if message.is_whatsapp else _sms_status_fields(status))}


def opt_out_type(handling: StopHandling, keyword: str | None) -> str | None:
    """What OptOutType says: the keyword under Advanced Opt-Out, nothing otherwise."""
    return keyword if handling is StopHandling.ADVANCED else None


def _common_fields(message: TwilioMessage, account_sid: str) -> dict[str, str]:
    return {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "AccountSid": account_sid,
        "From": message.sender or "",
        "To": message.to,
        "Body": message.body,
        "NumMedia": str(message.num_media),
        "NumSegments": str(message.num_segments),
        "ApiVersion": _API_VERSION,
    }


def _place_fields(prefix: str, place: Place) -> dict[str, str]:
    return {
        f"{prefix}City": place.city,
        f"{prefix}State": place.state,
        f"{prefix}Zip": place.zip_code,
        f"{prefix}Country": "US",
    }


def _whatsapp_status_fields(message: TwilioMessage, status: Status) -> dict[str, str]:
    fields = {
        "ChannelPrefix": "whatsapp",
        "ChannelInstallSid": "XE" + "0" * 31 + "1",
        "ChannelToAddress": message.to.removeprefix("whatsapp:")[:-4] + "XXXX",
        "StructuredMessage": "false",
    }
    if status in (Status.DELIVERED, Status.READ, Status.UNDELIVERED):
        fields["EventType"] = status.value.upper()
    if status in (Status.FAILED, Status.UNDELIVERED):
        fields["ChannelStatusMessage"] = "the channel did not deliver the message"
    return fields


def _sms_status_fields(status: Status) -> dict[str, str]:
    if status not in (Status.DELIVERED, Status.UNDELIVERED):
        return {}
    return {"RawDlrDoneDate": datetime.now(UTC).strftime("%y%m%d%H%M")}
