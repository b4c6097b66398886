"""A signed status callback becomes a delivery report. Pure; what we do not know is not obeyed.

Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

import re
from collections.abc import Mapping
from typing import Final

from channels.twilio.parse import PROVIDER, parse_message_sid
from conversation.messages import DeliveryReport, DeliveryStatus

STATUS_PATH: Final = "/twilio/status"
OUTBOX_PARAMETER: Final = "o"  # in the query of the callback address, which Twilio signs: our opaque outbox id

_OUTBOX_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUSES = {
    "accepted": DeliveryStatus.ACCEPTED,
    "scheduled": DeliveryStatus.ACCEPTED,
    "queued": DeliveryStatus.ACCEPTED,
    "sending": DeliveryStatus.ACCEPTED,
    "sent": DeliveryStatus.SENT,
    "partially_delivered": DeliveryStatus.SENT,  # a part is missing: not delivered, and nothing more is known
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "undelivered": DeliveryStatus.UNDELIVERED,
    "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.DROPPED,
}


def parse_status(form: Mapping[str, str], query: Mapping[str, str]) -> DeliveryReport | None:
    """Read one status callback.

    Args:
        form: every field Twilio posted.
        query: parameters of the callback address; "o" brings our outbox id back.

    Returns:
        The report; None for a status we do not know or that belongs to inbound messages ("received").

    Raises:
        BadRequestFromCarrier: MessageSid is missing or unusable.
    """
    sid = parse_message_sid(form)
    status = _STATUSES.get((form.get("MessageStatus") or form.get("SmsStatus") or "").strip().lower())
    if status is None:
        return None
    outbox_id = query.get(OUTBOX_PARAMETER, "")
    return DeliveryReport(
        provider=PROVIDER,
        provider_message_id=sid,
        status=status,
        outbox_id=outbox_id if _OUTBOX_ID.fullmatch(outbox_id) else None,
        error_code=_error_code(form.get("ErrorCode") or ""),
    )


def _error_code(written: str) -> int | None:
    written = written.strip()
    return int(written) or None if re.fullmatch(r"[0-9]{1,6}", written) else None
