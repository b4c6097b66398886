"""Forgetting a number: ordered in one transaction, carried out by sweeps that may be interrupted at any place.

order_erasure   marks what was said, drops what waits to go out, empties cases and memory, writes ledger and audit
erase_some      deletes marked messages once their envelopes are settled; queues the carrier's copies for deletion
finish_erasure  deletes conversations and addresses that nothing is left of, and what hangs on them

The confirmation ("system.erased") goes out before it is deleted. A message that came meanwhile is not marked: it is
answered, in a conversation that remembers nothing (I1, I7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from conversation.messages import BotSession, DeliveryStatus
from conversation.one_voice import ERASURE_DONE
from store.audit import record
from store.forgetting.carrier_erasure import DELETE_MESSAGE, queue_carrier_erasure
from store.forgetting.deleting import (
    delete_messages,
    empty_cases,
    forget_addresses,
    forget_appointments,
    forget_conversations,
    forget_homeless,
    forget_ways,
)
from store.forgetting.ledger_entries import ERASED, add_entry
from store.tables import (
    Address,
    Case,
    Conversation,
    Erasure,
    InboxEntry,
    Message,
    OpenQuestionRow,
    OutboxEntry,
    PersonAddress,
)
from store.tables.base import new_id

CONFIRMATION = ERASURE_DONE
BATCH = 200  # messages in one transaction, each with at most one envelope
PATIENCE = timedelta(hours=24)  # with a text that neither leaves nor settles; then it is deleted as it is
ARRIVES_WITHIN = timedelta(seconds=10)
_UNDER_WAY = (DeliveryStatus.ACCEPTED, DeliveryStatus.SENT)
_UNSENT = (DeliveryStatus.QUEUED, DeliveryStatus.WAITING)
_IN_HAND = (*_UNSENT, DeliveryStatus.SENDING)


@dataclass(frozen=True, slots=True)
class Order:
    """An erasure that is not finished."""

    id: str
    organisation_id: str
    number_key: str
    bot_sessions: tuple[str, ...]
    ordered_at: datetime


def order_erasure(
    session: Session, organisation_id: str, number_key: str, *,
    by: str, now: datetime, said_until: datetime | None = None, bot_sessions: Sequence[str] = (),
) -> str:  # fmt: skip
    """Order that all of a number is forgotten, on each of its channels; return the id of the order.

    Args:
        by: "person", "operator" or "ledger".
        said_until: leave alone what was said, and cases opened, later (a replay); None: everything there is now. What
            waits for its decision is then left alone as well when the person ordered, and closed when an operator did.
        bot_sessions: conversations with the bot that the caller knows of and that are not stored any more.
    """
    conversations = _hold_conversations(session, organisation_id, number_key)
    erasure_id = new_id()
    order = insert(Erasure).values(
        id=erasure_id, organisation_id=organisation_id, number_key=number_key, ordered_by=by, status="waiting",
        bot_sessions=sorted({*_find_bot_sessions(session, conversations), *bot_sessions}), ordered_at=now,
    )  # fmt: skip
    session.execute(order)
    if by != "person":
        _close_undecided(session, conversations, said_until, now)
    _mark_messages(session, conversations, erasure_id, said_until)
    _drop_unsent(session, erasure_id, now)
    forget_appointments(session, conversations, until=said_until)
    _empty_cases_of(session, conversations, said_until, now)
    if said_until is None or not _is_said_since(session, conversations, said_until):
        _forget_memory(session, conversations)
        _forget_persons_of(session, organisation_id, number_key)
    if by != "ledger":  # whose entry it is
        add_entry(session, organisation_id, number_key, ERASED, source=by, now=now)
    record(
        session, organisation_id,
        actor=by, act="erasure_ordered", subject_kind="erasure", subject_id=erasure_id, now=now,
    )  # fmt: skip
    return erasure_id


def order_erasure_of(session: Session, conversation_id: str, bot: BotSession | None, *, now: datetime) -> str:
    """Order the same for the person of a conversation, who wished it; `bot` is their last session with the bot."""
    organisation_id, number_key = session.execute(
        select(Address.organisation_id, Address.number_key)
        .join(Conversation, Conversation.address_id == Address.id)
        .where(Conversation.id == conversation_id)
    ).one()
    bots = [bot.id] if bot else []
    return order_erasure(session, organisation_id, number_key, by="person", now=now, bot_sessions=bots)


def find_orders(session: Session, *, limit: int = 20) -> list[Order]:
    """Return erasures that are not finished, oldest first."""
    rows = session.scalars(select(Erasure).where(Erasure.status == "waiting").order_by(Erasure.ordered_at).limit(limit))
    return [_read_order(row) for row in rows]


def find_order(session: Session, erasure_id: str) -> Order | None:
    """Return an erasure that is not finished; None when it is."""
    row = session.get(Erasure, erasure_id)
    return _read_order(row) if row is not None and row.status == "waiting" else None


def erase_some(session: Session, order: Order, now: datetime) -> int:
    """Delete up to BATCH marked messages whose envelopes are settled; return how many."""
    settled = ~exists().where(OutboxEntry.message_id == Message.id, OutboxEntry.status.in_(_IN_HAND))
    marked = select(Message.id).where(Message.erasure_id == order.id).limit(BATCH)
    if now - order.ordered_at < PATIENCE:
        marked = marked.where(settled)
    ids = list(session.scalars(marked))
    _queue_at_carrier(session, ids, now)
    delete_messages(session, ids)
    return len(ids)


def finish_erasure(session: Session, order: Order, now: datetime) -> bool:
    """Delete the conversations and addresses nothing is left of, and close the order. False: a marked text is left."""
    if session.scalar(select(exists().where(Message.erasure_id == order.id))):
        return False
    conversations = _hold_conversations(session, order.organisation_id, order.number_key)
    forget_conversations(session, conversations)
    of_number = Address.organisation_id == order.organisation_id, Address.number_key == order.number_key
    forget_addresses(session, list(session.scalars(select(Address.id).where(*of_number))))
    session.execute(update(Erasure).where(Erasure.id == order.id).values(status="done", done_at=now))
    record(
        session, order.organisation_id,
        actor="system", act="erased", subject_kind="erasure", subject_id=order.id, now=now,
    )  # fmt: skip
    return True


def is_being_erased(session: Session, message_id: str) -> bool:
    """Return whether a message is to be deleted: nothing follows from it any more, for nobody."""
    return bool(session.scalar(select(exists().where(Message.id == message_id, Message.erasure_id.is_not(None)))))


def note_forgotten(session: Session, erasure_id: str, left: Sequence[str]) -> None:
    """Keep the bot's sessions that it has not confirmed to have forgotten."""
    session.execute(update(Erasure).where(Erasure.id == erasure_id).values(bot_sessions=list(left)))


def _read_order(row: Erasure) -> Order:
    return Order(row.id, row.organisation_id, row.number_key, tuple(row.bot_sessions), row.ordered_at)


def _hold_conversations(session: Session, organisation_id: str, number_key: str) -> list[str]:
    """Return the conversations of a number; who writes in them waits until the caller's transaction ends."""
    of_number = select(Address.id).where(Address.organisation_id == organisation_id, Address.number_key == number_key)
    rows = select(Conversation.id).where(Conversation.address_id.in_(of_number)).order_by(Conversation.id)
    return list(session.scalars(rows.with_for_update()))


def _find_bot_sessions(session: Session, conversations: Sequence[str]) -> list[str]:
    rows = select(Conversation.bot_session_id).where(Conversation.id.in_(conversations))
    return [one for one in session.scalars(rows) if one]


def _close_undecided(session: Session, conversations: Sequence[str], until: datetime | None, now: datetime) -> None:
    """Let nothing be answered that is to be forgotten: whoever asked an operator expects no answer here."""
    waiting = update(InboxEntry).where(InboxEntry.conversation_id.in_(conversations), InboxEntry.status == "new")
    if until is not None:
        waiting = waiting.where(InboxEntry.received_at <= until)
    session.execute(waiting.values(status="handled", decision=ERASED, handled_at=now))


def _mark_messages(session: Session, conversations: Sequence[str], erasure_id: str, until: datetime | None) -> None:
    undecided = exists().where(InboxEntry.message_id == Message.id, InboxEntry.status == "new")
    # what caseworkers were told of them, and answered, on their own phones is theirs too
    of_cases = Message.case_id.in_(select(Case.id).where(Case.conversation_id.in_(conversations)))
    theirs = Message.conversation_id.in_(conversations) | of_cases
    said = update(Message).where(theirs, Message.erasure_id.is_(None), ~undecided)
    if until is not None:
        said = said.where(Message.at <= until)
    session.execute(said.values(erasure_id=erasure_id), execution_options={"synchronize_session": False})


def _drop_unsent(session: Session, erasure_id: str, now: datetime) -> None:
    """Send nothing more, except the confirmation. What is being handed to the carrier is settled first."""
    marked = select(Message.id).where(
        Message.erasure_id == erasure_id, (Message.answer != CONFIRMATION) | Message.answer.is_(None)
    )
    session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.message_id.in_(marked), OutboxEntry.status.in_(_UNSENT))
        .values(status=DeliveryStatus.DROPPED, reason=ERASED, due_at=None, settled_at=now, updated_at=now)
    )


def _empty_cases_of(session: Session, conversations: Sequence[str], until: datetime | None, now: datetime) -> None:
    cases = select(Case.id).where(Case.conversation_id.in_(conversations))
    if until is not None:
        cases = cases.where(Case.opened_at <= until)
    empty_cases(session, list(session.scalars(cases)), reason=ERASED, now=now)


def _is_said_since(session: Session, conversations: Sequence[str], since: datetime) -> bool:
    return bool(session.scalar(select(exists().where(Message.conversation_id.in_(conversations), Message.at > since))))


def _forget_memory(session: Session, conversations: Sequence[str]) -> None:
    """Remember nothing but what protects: the window is open for the confirmation, a crisis text has been used."""
    session.execute(delete(OpenQuestionRow).where(OpenQuestionRow.conversation_id.in_(conversations)))
    session.execute(
        update(Conversation).where(Conversation.id.in_(conversations)).values(
            language=None, language_votes={}, language_asked=False, state=None, role=None, slots_sealed=None,
            bot_session_id=None, bot_session_turns=0, bot_session_started_at=None, last_answer=None,
            misunderstood=0, noticed_at=None, full_reminders=False,
        )
    )  # fmt: skip


def _forget_persons_of(session: Session, organisation_id: str, number_key: str) -> None:
    """Forget who may be behind a number, and persons of whom nothing else is known."""
    addresses = select(Address.id).where(Address.organisation_id == organisation_id, Address.number_key == number_key)
    links = delete(PersonAddress).where(PersonAddress.address_id.in_(addresses)).returning(PersonAddress.person_id)
    forget_homeless(session, list(session.scalars(links)))
    forget_ways(session, list(session.scalars(addresses)))
    session.execute(update(Address).where(Address.id.in_(addresses)).values(state_hint=None))


def _queue_at_carrier(session: Session, message_ids: Sequence[str], now: datetime) -> None:
    """Queue the carrier's copies; it refuses to delete what is still under way, so that gets a moment first."""
    for table in (InboxEntry, OutboxEntry):
        rows = select(table.provider, table.provider_message_id, table.status).where(table.message_id.in_(message_ids))
        copies = [((provider, one), status) for provider, one, status in session.execute(rows) if one]
        under_way = {copy for copy, status in copies if status in _UNDER_WAY}
        ended = {copy for copy, _ in copies} - under_way
        queue_carrier_erasure(session, ended, DELETE_MESSAGE, due_at=now)
        queue_carrier_erasure(session, under_way, DELETE_MESSAGE, due_at=now + ARRIVES_WITHIN)
