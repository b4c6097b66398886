"""Answers in the shape of Twilio's REST API: messages, pages of messages, errors. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from simulator.api.kept_files import KeptFile
from simulator.api.memory import TwilioMessage
from simulator.api.rules import ApiError
from simulator.settings import SimulatorSettings

API_VERSION = "2010-04-01"
DEFAULT_PAGE_SIZE = 50
# What `error_message` says of a message that failed later: https://www.twilio.com/docs/api/errors/{code}
_LATER_ERRORS = {
    30003: "Unreachable destination handset",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30034: "US A2P 10DLC - Message from an Unregistered Number",
    63015: "Channel Sandbox can only send messages to phone numbers that have joined the Sandbox",
    63016: "Failed to send freeform message because you are outside the allowed window.",
    63018: "Rate limit exceeded for Channel",
    63024: "Invalid message recipient",
    63040: "Template rejected",
    63041: "Template paused",
    63042: "Template disabled",
}


def error_answer(error: ApiError) -> Response:
    return JSONResponse(error_json(error), status_code=error.status)


def error_json(error: ApiError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }


def account_json(settings: SimulatorSettings) -> dict[str, Any]:
    """The account as far as a client asks whether its credentials work."""
    uri = f"/{API_VERSION}/Accounts/{settings.account_sid}"
    return {
        "sid": settings.account_sid,
        "owner_account_sid": settings.account_sid,
        "friendly_name": "Simulated account",
        "status": "active",
        "type": "Full",
        "auth_token": None,
        "date_created": None,
        "date_updated": None,
        "subresource_uris": {"messages": f"{uri}/Messages.json"},
        "uri": f"{uri}.json",
    }


def message_json(message: TwilioMessage, account_sid: str) -> dict[str, Any]:
    uri = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{message.sid}"
    code = message.error_code
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": format_datetime(message.created),
        "date_sent": format_datetime(message.sent) if message.sent else None,
        "date_updated": format_datetime(message.updated),
        "direction": message.direction.value,
        "error_code": code,
        "error_message": _LATER_ERRORS.get(code, "The message was not delivered.") if code else None,
        "from": message.sender,
        "messaging_service_sid": message.service_sid,
        "num_media": str(message.num_media),
        "num_segments": str(message.num_segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status.value,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def message_page_json(messages: Sequence[TwilioMessage], query: Mapping[str, str], account_sid: str) -> dict[str, Any]:
    """One page of the account's messages, newest first.

    Args:
        messages: all of them, in the order they were made.
        query: To, From, DateSent, DateSent<, DateSent>, PageSize, Page, PageToken; all optional and well-formed.
    """
    found = [message for message in reversed(messages) if _matches(message, query)]
    size, page = int(query.get("PageSize", DEFAULT_PAGE_SIZE)), int(query.get("Page", 0))
    start = _start(found, query.get("PageToken"), page * size)
    shown = found[start : start + size]
    more = start + size < len(found)
    return {
        "end": page * size + max(len(shown) - 1, 0),
        "first_page_uri": _page_uri(account_sid, query, size, 0),
        "messages": [message_json(message, account_sid) for message in shown],
        "next_page_uri": _page_uri(account_sid, query, size, page + 1, shown[-1].sid) if more else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": _page_uri(account_sid, query, size, page - 1) if page else None,
        "start": page * size,
        "uri": _page_uri(account_sid, query, size, page),
    }


def media_json(file: KeptFile, account_sid: str) -> dict[str, Any]:
    moment = format_datetime(file.created)
    return {
        "account_sid": account_sid,
        "content_type": file.content_type,
        "date_created": moment,
        "date_updated": moment,
        "parent_sid": file.message_sid,
        "sid": file.sid,
        "uri": f"/{API_VERSION}/Accounts/{account_sid}/Messages/{file.message_sid}/Media/{file.sid}.json",
    }


def media_page_json(
    files: Sequence[KeptFile], message_sid: str, query: Mapping[str, str], account_sid: str
) -> dict[str, Any]:
    """One page of a message's files. Filters by date are not played: a message's files are as old as it is."""
    size, page = int(query.get("PageSize", DEFAULT_PAGE_SIZE)), int(query.get("Page", 0))
    base = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{message_sid}/Media.json"
    shown = files[page * size : (page + 1) * size]

    def url(number: int) -> str:
        return f"{base}?{urlencode({'PageSize': size, 'Page': number})}"

    return {
        "end": page * size + max(len(shown) - 1, 0),
        "first_page_uri": url(0),
        "media_list": [media_json(file, account_sid) for file in shown],
        "next_page_uri": url(page + 1) if len(files) > (page + 1) * size else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": url(page - 1) if page else None,
        "start": page * size,
        "uri": url(page),
    }


def _start(found: Sequence[TwilioMessage], token: str | None, by_page: int) -> int:
    """The token names the last message of the page before, so that new messages do not shift the next one."""
    last = (token or "").removeprefix("PA")
    return next((i + 1 for i, message in enumerate(found) if message.sid == last), by_page)


def _page_uri(account_sid: str, query: Mapping[str, str], size: int, page: int, last_sid: str | None = None) -> str:
    kept = {name: value for name, value in query.items() if name not in ("PageSize", "Page", "PageToken")}
    paging = {"PageSize": str(size), "Page": str(page)} | ({"PageToken": f"PA{last_sid}"} if last_sid else {})
    return f"/{API_VERSION}/Accounts/{account_sid}/Messages.json?{urlencode(kept | paging)}"


def _matches(message: TwilioMessage, query: Mapping[str, str]) -> bool:
    # A message that waits to be sent has no date_sent; it is found by the time of its making (not confirmed by Twilio).
    moment = message.sent or message.created
    if query.get("To", message.to) != message.to or query.get("From", message.sender) != message.sender:
        return False
    # The plain filter means a whole day, UTC; the official client adds a midnight to every date.
    if "DateSent" in query and moment.astimezone(UTC).date() != _first(query["DateSent"]).astimezone(UTC).date():
        return False
    if "DateSent<" in query and moment > _last(query["DateSent<"]):
        return False
    return not ("DateSent>" in query and moment < _first(query["DateSent>"]))


def _first(value: str) -> datetime:
    """The first moment a filter value means: itself, or midnight UTC of a plain date."""
    if len(value) == len("2026-01-01"):
        return datetime.combine(date.fromisoformat(value), time(), UTC)
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _last(value: str) -> datetime:
    first = _first(value)
    return first + timedelta(days=1, microseconds=-1) if len(value) == len("2026-01-01") else first
