"""Twilio's business rules for messages, which its description does not hold, with Twilio's own codes. Pure.

Codes: https://www.twilio.com/docs/api/errors (checked 2026-11). The texts carry the number they complain about, as
Twilio's do: an application that logs them unread leaks a number, and its canary test should notice that here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_BODY = 1600  # characters of one message body, error 21617
MAX_MEDIA = 10  # error 21623
_ADDRESS = re.compile(r"\+[1-9]\d{6,14}|whatsapp:\+[1-9]\d{6,14}|whatsapp:[A-Z]{2}\.[A-Za-z0-9]{1,60}")


@dataclass(frozen=True, slots=True)
class ApiError:
    """An answer that is not a success: HTTP status, Twilio's code and its text."""

    status: int
    code: int
    message: str


AUTHENTICATE = ApiError(401, 20003, "Authenticate")
NOT_FOUND = ApiError(404, 20404, "The requested resource was not found")
NOT_FINAL = ApiError(409, 20009, "Resource not complete: the message is still on its way")
NOT_CANCELABLE = ApiError(400, 30409, "This message cannot be canceled")
BODY_NOT_EMPTY = ApiError(400, 20001, "Body can only be set to the empty string")

# Numbers of Twilio's test credentials. Source: https://www.twilio.com/docs/iam/test-credentials (checked 2026-11).
MAGIC_SENDER = "+15005550006"
_MAGIC_FROM = {
    "+15005550001": ApiError(400, 21212, "The 'From' number +15005550001 is not a valid phone number"),
    "+15005550007": ApiError(400, 21606, "The 'From' phone number +15005550007 is not owned by your account"),
    "+15005550008": ApiError(400, 21611, "This 'From' number has exceeded the maximum number of queued messages"),
}
_MAGIC_TO = {
    "+15005550001": ApiError(400, 21211, "Invalid 'To' Phone Number: +15005550001"),
    "+15005550002": ApiError(400, 21612, "The message cannot be sent with this combination of 'To' and 'From'"),
    "+15005550003": ApiError(400, 21408, "Permission to send an SMS has not been enabled for the region of 'To'"),
    "+15005550004": ApiError(400, 21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": ApiError(400, 21614, "'To' number is not a valid mobile number"),
}


@dataclass(frozen=True, slots=True)
class NewMessage:
    """The fields of a create request that the rules look at; None where the field was not sent."""

    to: str
    sender: str | None
    service_sid: str | None
    body: str | None
    media: tuple[str, ...]
    content_sid: str | None
    content_variables: str | None
    status_callback: str | None

    @property
    def is_template(self) -> bool:
        return self.content_sid is not None


def parse_new_message(form: Sequence[tuple[str, str]]) -> NewMessage:
    """Read a create form that the description allows: scalars come once, `MediaUrl` any number of times."""
    one = dict(form)
    return NewMessage(
        to=one.get("To", ""),
        sender=one.get("From"),
        service_sid=one.get("MessagingServiceSid"),
        body=one.get("Body"),
        media=tuple(value for name, value in form if name == "MediaUrl"),
        content_sid=one.get("ContentSid"),
        content_variables=one.get("ContentVariables"),
        status_callback=one.get("StatusCallback"),
    )


def find_refusal(
    message: NewMessage, *, our_senders: frozenset[str], has_stopped: Callable[[str, str], bool]
) -> ApiError | None:
    """Return why Twilio would not take this message at once, None when it takes it.

    What a template brings with it is judged by content_rules.py; 63016 comes later, by callback.

    Args:
        our_senders: addresses of the account ("+1…", "whatsapp:+1…").
        has_stopped: whether a person (second) has stopped one of our senders (first).
    """
    return (
        _refuse_recipient(message)
        or _refuse_content(message)
        or _refuse_sender(message, our_senders)
        or _refuse_callback(message)
        or _refuse_stopped(message, our_senders, has_stopped)
    )


def _refuse_recipient(message: NewMessage) -> ApiError | None:
    if not message.to:
        return ApiError(400, 21604, "A 'To' phone number is required.")
    if message.to in _MAGIC_TO:
        return _MAGIC_TO[message.to]
    if not _ADDRESS.fullmatch(message.to):
        return ApiError(400, 21211, f"Invalid 'To' Phone Number: {message.to[:80]}")
    if message.to == message.sender:
        return ApiError(400, 21266, "'To' and 'From' number cannot be the same")
    return None


def _refuse_content(message: NewMessage) -> ApiError | None:
    if not message.body and not message.media and not message.is_template:
        if message.body is None:
            return ApiError(400, 21619, "A text message body or media urls must be specified.")
        return ApiError(400, 21602, "Message body is required.")
    if message.body and len(message.body) > MAX_BODY:
        return ApiError(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if len(message.media) > MAX_MEDIA:
        return ApiError(400, 21623, "Number of media files exceeds allowed limit")
    if not all(_is_http_url(url) for url in message.media):
        return ApiError(400, 21620, "Invalid media URL(s)")
    return None


def _refuse_sender(message: NewMessage, our_senders: frozenset[str]) -> ApiError | None:
    if not message.sender:
        return None if message.service_sid else ApiError(400, 21603, "A 'From' phone number is required.")
    if message.sender in _MAGIC_FROM:
        return _MAGIC_FROM[message.sender]
    if _is_whatsapp(message.sender) != _is_whatsapp(message.to):
        return ApiError(400, 21910, "Invalid From and To pair. From and To should be of the same channel")
    if message.sender in our_senders or message.sender == MAGIC_SENDER:
        return None
    if _is_whatsapp(message.sender):
        return ApiError(400, 63007, "Twilio could not find a Channel with the specified From address")
    return ApiError(400, 21606, f"The 'From' phone number {message.sender[:80]} is not owned by your account")


def _refuse_callback(message: NewMessage) -> ApiError | None:
    url = message.status_callback
    if url is None or (_is_http_url(url) and "_" not in (urlsplit(url).hostname or "")):
        return None
    return ApiError(400, 21609, "The 'StatusCallback' URL is not a valid URL.")


def _refuse_stopped(
    message: NewMessage, our_senders: frozenset[str], has_stopped: Callable[[str, str], bool]
) -> ApiError | None:
    senders = [message.sender] if message.sender else sorted(our_senders)
    if any(has_stopped(sender, message.to) for sender in senders):
        return ApiError(400, 21610, "Attempt to send to unsubscribed recipient")
    return None


def _is_whatsapp(address: str) -> bool:
    return address.startswith("whatsapp:")


def _is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
