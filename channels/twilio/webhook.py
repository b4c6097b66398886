"""Twilio's door into the house: the signature first, then one call inwards, then an empty answer.

Nothing a person wrote is logged here, and nothing of an unsigned request is looked at.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from channels.twilio.parse import parse_message
from channels.twilio.signature import SETTINGS_HEADER, SIGNATURE_HEADER, Form, SignatureCheck
from channels.twilio.status import STATUS_PATH, parse_status
from conversation.errors import BadRequestFromCarrier
from conversation.messages import DeliveryReport, InboundMessage
from conversation.ports import Deliveries, Inbox

MESSAGES_PATH: Final = "/twilio/messages"
MAX_BODY_BYTES = 64 * 1024  # Twilio's own limit for what passes between it and us (its error 11750)
MAX_FIELDS = 500
READ_TIMEOUT_S = 10.0  # Twilio gives up after 15 s in total

_EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_FORM_TYPE = "application/x-www-form-urlencoded"
_log = logging.getLogger(__name__)


def build_twilio_routes(
    *,
    check: SignatureCheck,
    inbox: Inbox,
    deliveries: Deliveries,
    clock: Callable[[], datetime],
    read_timeout_s: float = READ_TIMEOUT_S,
) -> list[Route]:
    """Return the routes `POST /twilio/messages` and `POST /twilio/status`, for SMS and WhatsApp alike.

    Answers: 200 stored (or already there); 400 signed but not a message; 403 not signed, or not checkable; 405; 408;
    413; 500 not stored, so that Twilio repeats or calls the fallback. All bodies are empty but the empty TwiML of 200.

    Args:
        clock: current time, aware, UTC.
        read_timeout_s: seconds until a body must have arrived.
    """

    async def receive_message(request: Request) -> Response:
        form = await _signed_form(request, check, read_timeout_s)
        return form if isinstance(form, Response) else await _accept(form, inbox, received_at=clock())

    async def receive_status(request: Request) -> Response:
        form = await _signed_form(request, check, read_timeout_s)
        return form if isinstance(form, Response) else await _record(form, request, deliveries)

    return [
        Route(MESSAGES_PATH, receive_message, methods=["POST"]),
        Route(STATUS_PATH, receive_status, methods=["POST"]),
    ]


async def _accept(form: Form, inbox: Inbox, *, received_at: datetime) -> Response:
    try:
        message = parse_message(form, received_at)
    except BadRequestFromCarrier as error:
        return _unreadable(MESSAGES_PATH, error)
    return await _store_message(message, inbox)


async def _store_message(message: InboundMessage, inbox: Inbox) -> Response:
    try:
        await inbox.accept(message)
    except Exception as error:  # the edge of the house: whatever broke, Twilio must hear that we do not have it
        _log_failure("message", message.provider_message_id, message.kind, error)
        return Response(status_code=500)
    return Response(_EMPTY_TWIML, media_type="text/xml")


async def _record(form: Form, request: Request, deliveries: Deliveries) -> Response:
    try:
        report = parse_status(form, request.query_params)
    except BadRequestFromCarrier as error:
        return _unreadable(STATUS_PATH, error)
    if report is None:
        _log.warning("a status callback with an unknown status was ignored")
        return Response(status_code=200)
    return await _store_report(report, deliveries)


async def _store_report(report: DeliveryReport, deliveries: Deliveries) -> Response:
    try:
        await deliveries.record(report)
    except Exception as error:  # as above
        _log_failure("status", report.provider_message_id, report.status, error)
        return Response(status_code=500)
    return Response(status_code=200)


def _log_failure(what: str, sid: str, kind: str, error: Exception) -> None:
    # No traceback: an exception of a database may quote the row it failed on.
    _log.error("%s %s (%s) was not stored: %s", what, sid, kind, type(error).__name__)


def _unreadable(path: str, error: BadRequestFromCarrier) -> Response:
    _log.error("signed request to %s is unreadable: %s", path, error)  # our own errors never quote what came in
    return Response(status_code=400)


async def _signed_form(request: Request, check: SignatureCheck, read_timeout_s: float) -> Form | Response:
    """Read the fields of a signed request, or say how it is refused."""
    signature = request.headers.get(SIGNATURE_HEADER, "")
    if not signature or request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        return _refuse(request)
    body = await _read_body(request, read_timeout_s)
    if isinstance(body, Response):
        return body
    form = _parse_form(body)
    signed = form is not None and check.accepts(
        path=_raw_path(request),
        query=request.scope["query_string"].decode("latin-1"),
        form=form,
        signature=signature,
        settings=request.headers.get(SETTINGS_HEADER, ""),
    )
    return form if form is not None and signed else _refuse(request)


def _refuse(request: Request) -> Response:
    _log.warning("unsigned request to %s was refused", request.scope["path"])
    return Response(status_code=403)


async def _read_body(request: Request, read_timeout_s: float) -> bytes | Response:
    """Read the body; give up when it is too large, too slow, or its sender has left."""
    body = bytearray()
    try:
        async with asyncio.timeout(read_timeout_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    return Response(status_code=413, headers={"Connection": "close"})
    except (TimeoutError, ClientDisconnect):
        return Response(status_code=408, headers={"Connection": "close"})
    return bytes(body)


def _parse_form(body: bytes) -> Form | None:
    """Parse exactly what was sent: blank fields, white space and repeated names kept; None when it is no form.

    Bytes that are not UTF-8 become U+FFFD, as a browser would read them; Twilio itself sends UTF-8 only.
    """
    try:
        pairs = parse_qsl(
            body.decode("utf-8", errors="replace"), keep_blank_values=True, errors="replace", max_num_fields=MAX_FIELDS
        )
    except ValueError:
        return None
    return Form(pairs)


def _raw_path(request: Request) -> str:
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1")
