"""What a restored database must not do: answer or send again what was answered or sent after its backup (I1, I2).

docs/decisions/0019 says why each row goes where it goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from conversation.errors import SealError
from conversation.handoff import BOT_DOWN, make_plain_handoff
from conversation.messages import DeliveryStatus, Urgency
from service.failures import LATEST_REPEAT_S, show_to_people
from store import outbox
from store.backups.engine_work import forget_work
from store.cases.opening import open_or_join
from store.inbox import BODY, close_entry
from store.reminders.restoring import skip_due
from store.sealing.vault import Vault
from store.tables import InboxEntry, Message, OpenQuestionRow, OutboxEntry, WorkerLease

RESTORED = "restored"  # reason of what this module writes
LOOKED_UP_WITHIN = timedelta(seconds=LATEST_REPEAT_S)  # an older text would come out of the blue


@dataclass(frozen=True, slots=True)
class Settled:
    """What a restore left to others: texts to look up at the carrier, texts and messages for people."""

    looked_up: int
    texts_for_people: int
    messages_for_people: int


def settle(session: Session, vault: Vault, *, is_danger: Callable[[str], bool], now: datetime) -> Settled:
    """Bring every row that was not at its end into a state that repeats nothing; before anything else works on it."""
    forget_work(session)
    session.execute(delete(WorkerLease))
    session.execute(delete(OpenQuestionRow))  # "1" may be an answer to another question by now
    skip_due(session, now)
    looked_up, shown = _settle_texts(session, now)
    return Settled(looked_up, shown, _settle_messages(session, vault, is_danger=is_danger, now=now))


def _settle_texts(session: Session, now: datetime) -> tuple[int, int]:
    waiting = [status.value for status in DeliveryStatus if status not in outbox.FINAL]
    old = list(
        session.scalars(
            select(OutboxEntry.id).where(
                OutboxEntry.status.in_(waiting), OutboxEntry.created_at < now - LOOKED_UP_WITHIN
            )
        )
    )
    for outbox_id in old:
        values = {"reason": RESTORED, "settled_at": now}
        if outbox.move_forward(session, outbox_id, DeliveryStatus.UNSETTLED, now=now, values=values):
            show_to_people(session, outbox_id, reason=RESTORED, now=now)
    looked_up = session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.status.in_(waiting), OutboxEntry.id.not_in(old))
        .values(
            status=DeliveryStatus.SENDING, checks=0, due_at=now, updated_at=now, reason=RESTORED,
            attempt=func.coalesce(func.nullif(OutboxEntry.attempt, 0), 1),
            offered_at=OutboxEntry.created_at,  # it may have been sent at any time since it was written
        )
        .returning(OutboxEntry.id)
    )  # fmt: skip
    return len(looked_up.all()), len(old)


def _settle_messages(session: Session, vault: Vault, *, is_danger: Callable[[str], bool], now: datetime) -> int:
    """Show people the messages that were undecided: most have been answered since, and nobody knows which."""
    rows = session.execute(
        select(InboxEntry.id, InboxEntry.conversation_id, Message.id, Message.body_sealed)
        .join(Message, Message.id == InboxEntry.message_id)
        .where(InboxEntry.status == "new")
    ).all()
    for inbox_id, conversation_id, message_id, sealed in rows:
        urgency = Urgency.PAGE_NOW if _tells_danger(vault, sealed, is_danger) else Urgency.SAME_DAY
        handoff = make_plain_handoff(BOT_DOWN, RESTORED, urgency=urgency)
        close_entry(session, inbox_id, status="failed", now=now)
        open_or_join(session, conversation_id, handoff, language="und", message_id=message_id, now=now)
    return len(rows)


def _tells_danger(vault: Vault, sealed: bytes, is_danger: Callable[[str], bool]) -> bool:
    try:
        return is_danger(vault.open(sealed, BODY))
    except SealError:
        return False
