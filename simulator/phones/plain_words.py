"""What happened to a message, in words for people who do not know the carrier's codes. Pure.

Codes: https://www.twilio.com/docs/api/errors (checked 2026-11).
"""

from simulator.api.memory import Status, TwilioMessage
from simulator.api.webhooks import PostOutcome

_TWIML_TYPES = ("text/xml", "application/xml")
_CODES = {
    20003: "the credentials are wrong",
    20429: "too many requests at once: it was not processed, try again later",
    20500: "the carrier had an error of its own",
    21211: "there is no such number",
    21408: "sending to this country is not switched on",
    21610: "this person has stopped us: the carrier takes no text for them",
    21611: "too many texts wait for this sender",
    21614: "this is no mobile number",
    21617: "the text is longer than 1,600 characters",
    21656: "the values of the template are wrong",
    30001: "too many texts were waiting",
    30003: "the phone is off or out of reach",
    30004: "the carrier or the phone blocks us",
    30005: "nobody has this number",
    30006: "a landline, or a network that takes no texts",
    30007: "the network filtered it as unwanted",
    30008: "the network did not say why",
    30036: "it waited too long to be of use",
    63003: "nobody has WhatsApp under this number",
    63013: "WhatsApp found it against its rules",
    63014: "this person has blocked us",
    63016: "the last 24 hours brought no message from them: only an approved template may go",
    63024: "WhatsApp cannot reach this person",
}


def explain_code(code: int | None) -> str:
    """Return what a code of Twilio means, "" for none; unknown ones are said to be unknown."""
    return "" if code is None else _CODES.get(code, "a code that is not explained here")


def describe_delivery(message: TwilioMessage) -> str:
    """Return Twilio's word for the state, with the error code of a failure."""
    return f"{message.status.value} ({message.error_code})" if message.error_code else message.status.value


def is_lost(status: Status) -> bool:
    """True when a message has ended without reaching its phone."""
    return status in (Status.FAILED, Status.UNDELIVERED, Status.CANCELED)


def describe_webhook(outcome: PostOutcome) -> str | None:
    """Return what is wrong with the application's answer, in words; None when Twilio would be content."""
    if outcome.status is None:
        return f"webhook: {outcome.problem}"
    if outcome.status != 200:
        return f"webhook answered {outcome.status}"
    if outcome.content_type not in _TWIML_TYPES:
        return "webhook answered 200, but not TwiML (12300)"
    return None
