"""What follows when a text did not reach its person: a stop is copied, somebody looks, the operator is told."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from conversation.handoff import DELIVERY, make_plain_handoff
from conversation.messages import Command, Urgency
from conversation.ports import Refused
from store import outbox
from store.cases import open_or_join
from store.people import get_address_of, is_stopped, record_consent
from store.vault import Vault

log = logging.getLogger(__name__)

_WISHED = ("stopped", "opted_out", "claimed")  # the person's own wish, or a caseworker has them anyway


def show_to_people(session: Session, outbox_id: str, *, reason: str, now: datetime) -> None:
    """Put a text that did not arrive before a person, unless it was wished so."""
    place = outbox.find_place(session, outbox_id)
    if place is None or reason in _WISHED:
        return
    conversation_id, message_id = place
    handoff = make_plain_handoff(DELIVERY, reason, urgency=Urgency.SAME_DAY)
    open_or_join(session, conversation_id, handoff, language="und", message_id=message_id, now=now)


def follow_refusal(session: Session, vault: Vault, outbox_id: str, refused: Refused, *, now: datetime) -> str | None:
    """Copy a stop the carrier knows of, tell the operator what only they can mend; return "opted_out" or None."""
    if refused.operator:
        log.error("the carrier refuses our configuration", extra={"outbox": outbox_id, "code": refused.code})
    if not refused.opted_out:
        return None
    place = outbox.find_place(session, outbox_id)
    known = get_address_of(session, vault, place[0]) if place else None
    if known and not is_stopped(session, known.organisation_id, known.number_key):  # each act is written down once
        record_consent(session, known, Command.STOP, source="carrier", language=None, message_id=None, now=now)
    return "opted_out"
