"""What to do about each of Twilio's error codes: one table for answers of the API and for later status callbacks.

Meanings: https://www.twilio.com/docs/api/errors (each code has a page under that address). Twilio says that codes may
change, so a code that is not here is never a crash: refused by the API it goes to a person, reported later it is
unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from conversation.ports import Refused, RetryLater, TemplateStatus, Unknown

NOT_REACHED = 1  # ours: no connection to Twilio came about, nothing was sent
NOT_TEXT = 2  # ours: the text holds half a surrogate pair, which no request can carry
NO_ANSWER = 3  # ours: the answer was lost or could not be read; only for requests that may be repeated
TOO_MANY_REQUESTS = 20429
MAX_RETRY_AFTER_S = 3600.0  # a longer wish is treated as this one; the next answer may repeat it
TOO_MANY_REQUESTS_DELAY_S = 0.5  # first step; whoever repeats doubles it (https://www.twilio.com/docs/api/errors/20429)

_MINUTE, _HOUR = 60.0, 3600.0


class Do(Enum):
    """What a code asks of us. Everything but RETRY ends the attempts at this message."""

    RETRY = auto()  # surely not delivered; again after the delays, then refused
    REFUSE = auto()  # never again to this address as it is
    OPT_OUT = auto()  # never again, and the person's stop goes into our own list
    OPERATOR = auto()  # our account or configuration is wrong: tell a person


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: what the code means and what to do; `delays_s` holds one wait in seconds per repetition allowed."""

    meaning: str
    do: Do
    delays_s: tuple[float, ...] = ()


RULES: Mapping[int, Rule] = {
    NOT_REACHED: Rule("no connection to the carrier, nothing was sent", Do.RETRY, (2.0,)),
    NOT_TEXT: Rule("the text is not valid Unicode", Do.REFUSE),
    20003: Rule("credentials are wrong or revoked", Do.OPERATOR),
    20404: Rule("no such account", Do.OPERATOR),
    TOO_MANY_REQUESTS: Rule("too many concurrent requests, not processed", Do.RETRY, (TOO_MANY_REQUESTS_DELAY_S,)),
    21211: Rule("recipient number is invalid", Do.REFUSE),
    21212: Rule("sender number is invalid", Do.OPERATOR),
    21408: Rule("the recipient's country is not enabled", Do.OPERATOR),
    21602: Rule("the text is empty", Do.REFUSE),
    21603: Rule("no sender was given", Do.OPERATOR),
    21606: Rule("the sender cannot send to this recipient", Do.OPERATOR),
    21610: Rule("the recipient has opted out", Do.OPT_OUT),
    21611: Rule("the sender's queue is full", Do.RETRY, (5 * _MINUTE, 15 * _MINUTE, _HOUR)),
    21612: Rule("no route by this channel; another channel may do", Do.REFUSE),
    21614: Rule("recipient is no mobile number", Do.REFUSE),
    21617: Rule("the text is over 1,600 characters", Do.REFUSE),
    21619: Rule("neither text nor media", Do.REFUSE),
    21620: Rule("media address is invalid", Do.REFUSE),
    21623: Rule("too many media", Do.REFUSE),
    21635: Rule("recipient is a landline", Do.REFUSE),
    21654: Rule("content id is wrong", Do.OPERATOR),
    21655: Rule("content id is invalid", Do.OPERATOR),
    21656: Rule("content variables are invalid", Do.OPERATOR),
    21658: Rule("content parameters are wrong", Do.OPERATOR),
    21703: Rule("the messaging service has no sender", Do.OPERATOR),
    21704: Rule("the messaging service has no usable sender", Do.OPERATOR),
    30001: Rule("the carrier's queue overflowed", Do.RETRY, (5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR)),
    30002: Rule("our account is suspended", Do.OPERATOR),
    30003: Rule("phone is off or out of reach", Do.RETRY, (_HOUR, 6 * _HOUR, 24 * _HOUR)),
    30004: Rule("blocked by network or device", Do.REFUSE),
    30005: Rule("number unknown or no longer in use", Do.REFUSE),
    30006: Rule("landline or a network that cannot be reached", Do.REFUSE),
    30007: Rule("filtered as unwanted: look at wording and links", Do.OPERATOR),
    30008: Rule("unknown error on the way", Do.RETRY, (5 * _MINUTE,)),
    30011: Rule("recipient's network takes no media messages", Do.REFUSE),
    30019: Rule("media too large for the network", Do.REFUSE),
    30022: Rule("registered rate exceeded", Do.RETRY, (_MINUTE, 5 * _MINUTE, 30 * _MINUTE)),
    30023: Rule("daily limit of the network is used up", Do.RETRY, (12 * _HOUR, 24 * _HOUR)),
    30027: Rule("daily limit of the brand is used up", Do.RETRY, (12 * _HOUR, 24 * _HOUR)),
    30029: Rule("redaction was asked for but is not enabled", Do.OPERATOR),
    30032: Rule("toll-free number is not verified", Do.OPERATOR),
    30034: Rule("number is not registered for application traffic", Do.OPERATOR),
    30035: Rule("registration of the number is still being set up", Do.OPERATOR),
    30036: Rule("waited too long in the carrier's queue; whether it is still useful is for a person", Do.REFUSE),
    30410: Rule("the network's provider did not answer", Do.RETRY, (_MINUTE, 10 * _MINUTE)),
    30450: Rule("blocked for half an hour as suspected pumping", Do.RETRY, (30 * _MINUTE, _HOUR)),
    30610: Rule("held back by quiet hours", Do.RETRY, (10 * _HOUR,)),
    30640: Rule("recipient is on a list of known litigators", Do.REFUSE),
    63003: Rule("recipient is not on WhatsApp", Do.REFUSE),
    63007: Rule("no WhatsApp sender of that number", Do.OPERATOR),
    63012: Rule("internal error of WhatsApp", Do.RETRY, (_MINUTE, 10 * _MINUTE)),
    63013: Rule("against WhatsApp's policy", Do.OPERATOR),
    63014: Rule("the person has blocked us on WhatsApp", Do.OPT_OUT),
    63015: Rule("the sandbox writes only to people who have joined it", Do.OPERATOR),
    63016: Rule("outside WhatsApp's 24 hours: only an approved template", Do.REFUSE),
    63017: Rule("WhatsApp rate exceeded", Do.RETRY, (_MINUTE, 5 * _MINUTE, 30 * _MINUTE)),
    63018: Rule("WhatsApp messaging limit reached", Do.RETRY, (_HOUR, 24 * _HOUR)),
    63019: Rule("media could not be fetched", Do.RETRY, (_MINUTE,)),
    63020: Rule("WhatsApp business account problem", Do.OPERATOR),
    63021: Rule("WhatsApp does not accept the content", Do.REFUSE),
    63024: Rule("recipient is invalid on WhatsApp", Do.REFUSE),
    63027: Rule("template is missing in this language", Do.OPERATOR),
    63028: Rule("template parameters do not fit", Do.OPERATOR),
    63030: Rule("WhatsApp does not know a parameter", Do.REFUSE),
    63032: Rule("WhatsApp chose not to deliver; another channel may do", Do.REFUSE),
    63033: Rule("the person has blocked us on WhatsApp", Do.OPT_OUT),
    63034: Rule("media type does not fit the content", Do.REFUSE),
    63040: Rule("template was rejected", Do.OPERATOR),
    63041: Rule("template is paused", Do.OPERATOR),
    63042: Rule("template is disabled", Do.OPERATOR),
    63049: Rule("WhatsApp chose not to deliver; another channel may do", Do.REFUSE),
    63051: Rule("WhatsApp business account is locked", Do.OPERATOR),
}

# What a message refused for its template's sake tells of the template.
STATUS_OF_TEMPLATE: Mapping[int, TemplateStatus] = {
    63040: TemplateStatus.REJECTED,
    63041: TemplateStatus.PAUSED,
    63042: TemplateStatus.DISABLED,
}


def outcome_of_api_error(
    status: int, code: int | None, retry_after_s: float | None = None
) -> RetryLater | Refused | Unknown:
    """Tell what an error answer to a create request means.

    Args:
        status: HTTP status, anything but 2xx.
        code: Twilio's code from the body; None when there is none (a proxy's page).
        retry_after_s: the Retry-After header in seconds; None when there is none.

    Returns:
        429 was never processed: RetryLater, after what Twilio asks or a first half second (double it on repetition).
        5xx, 408 and whatever is no proper refusal: Unknown, the message may exist. Any other 4xx was refused: by the
        table; with a code we do not know it goes to a person.
    """
    if status == 429:
        wait_s = TOO_MANY_REQUESTS_DELAY_S if retry_after_s is None else retry_after_s
        return RetryLater(code or TOO_MANY_REQUESTS, min(max(wait_s, TOO_MANY_REQUESTS_DELAY_S), MAX_RETRY_AFTER_S))
    if status == 408 or not 400 <= status < 500:
        return Unknown(f"http_{status}")
    rule = RULES.get(code or status)
    if rule is None:
        return Refused(code or status, operator=True)
    return _outcome(rule, code=code or status, attempt=0)


def outcome_of_report(code: int | None, *, attempt: int = 0) -> RetryLater | Refused | Unknown:
    """Tell what to do about a message that Twilio reports as failed or undelivered.

    Args:
        code: ErrorCode of the status callback; None when it gave none.
        attempt: how often this text has been repeated already because of reports, 0 for the first.

    Returns:
        RetryLater with the wait for this attempt; Refused when the table says so or its repetitions are used up;
        Unknown for a code that is not in the table: not repeated, a person looks.
    """
    rule = RULES.get(code) if code is not None else None
    if rule is None or code is None:
        return Unknown("report_without_code" if code is None else f"report_{code}")
    return _outcome(rule, code=code, attempt=attempt)


def _outcome(rule: Rule, *, code: int, attempt: int) -> RetryLater | Refused:
    if rule.do is Do.RETRY and attempt < len(rule.delays_s):
        return RetryLater(code, rule.delays_s[attempt])
    return Refused(code, opted_out=rule.do is Do.OPT_OUT, operator=rule.do is Do.OPERATOR)
