"""What follows when a text did not reach its person: a stop is copied, somebody looks, the operator is told."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from channels.twilio.error_codes import STATUS_OF_TEMPLATE
from conversation.handoff import DELIVERY, make_plain_handoff
from conversation.messages import Command, Urgency
from conversation.ports import Refused, RetryLater, Unknown
from store import lines, outbox
from store.cases.opening import open_or_join
from store.forgetting.erasure import is_being_erased
from store.people import find_recipient, is_stopped, record_consent
from store.sealing.vault import Vault
from store.staff_phones.registering import is_staff_conversation
from store.templates import note_refusal

log = logging.getLogger(__name__)

LATEST_REPEAT_S = 3600.0  # a text that would go later than this would come out of the blue: a person writes instead
# the person's own wish, a caseworker who has them anyway, or a knock at a door that was opened meanwhile
_WISHED = ("stopped", "opted_out", "erased", "claimed", "not_needed", "wrong_side")


def show_to_people(session: Session, outbox_id: str, *, reason: str, now: datetime) -> None:
    """Put a text that did not arrive before a person, unless it was wished so."""
    place = outbox.find_place(session, outbox_id)
    if place is None or reason in _WISHED or is_being_erased(session, place[1]):
        return
    conversation_id, message_id = place
    if is_staff_conversation(session, conversation_id):  # a phone of the team is nobody's case: the rota goes on
        log.warning("a text did not reach a caseworker", extra={"outbox": outbox_id, "reason": reason})
        return
    handoff = make_plain_handoff(DELIVERY, reason, urgency=Urgency.SAME_DAY)
    open_or_join(session, conversation_id, handoff, language="und", message_id=message_id, now=now)


def follow_report(
    session: Session,
    vault: Vault,
    outbox_id: str,
    outcome: RetryLater | Refused | Unknown,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Follow a report that a text did not arrive: once more where that is safe, else a person. docs/decisions/0013

    Args:
        outcome: what the carrier's code asks of us.
        reason: "undelivered" or "failed", for the case.
    """
    place = outbox.find_place(session, outbox_id)
    kept = place is not None and not is_being_erased(session, place[1])
    again = kept and isinstance(outcome, RetryLater) and outcome.after_s <= LATEST_REPEAT_S
    if isinstance(outcome, RetryLater) and again and lines.count_entries(session, outbox_id) == 1:
        lines.add_repeat(session, outbox_id, due_at=now + timedelta(seconds=outcome.after_s), now=now)
        if not lines.is_urgent(session, outbox_id):
            return
    if isinstance(outcome, Refused):
        reason = follow_refusal(session, vault, outbox_id, outcome, now=now) or reason
    show_to_people(session, outbox_id, reason=reason, now=now)


def follow_refusal(session: Session, vault: Vault, outbox_id: str, refused: Refused, *, now: datetime) -> str | None:
    """Copy a stop the carrier knows of, tell the operator what only they can mend; return "opted_out" or None."""
    if refused.operator:
        log.error("the carrier refuses our configuration", extra={"outbox": outbox_id, "code": refused.code})
    if refused.code in STATUS_OF_TEMPLATE:
        note_refusal(session, outbox_id, STATUS_OF_TEMPLATE[refused.code], now=now)
    if not refused.opted_out:
        return None
    known = find_recipient(session, vault, outbox_id)
    if known and not is_stopped(session, known.organisation_id, known.number_key):  # each act is written down once
        record_consent(session, known, Command.STOP, source="carrier", language=None, message_id=None, now=now)
    return "opted_out"
