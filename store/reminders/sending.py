"""One reminder whose time has come: judged and put into the outbox, once, in one transaction.

planned ──▶ queued          its texts are in the outbox, the question under them is open
   ├──────▶ planned         later: not a good hour, or another question of ours has to be answered first
   ├──────▶ held            somebody has the conversation, there is danger, or the number may be another's by now
   ├──────▶ dropped         a stop, no consent, answered, superseded
   └──────▶ told            as a text it can help nobody any more: a case

The conversation is locked before the reminder, as everywhere: nobody claims it, changes the date or says STOP through
a decision between the look and the commit. A webhook's stop may come in between; the send queue reads it again (I9).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, String, bindparam, select, update
from sqlalchemy.orm import Session

from conversation.appointments.questions import KEPT_OPEN
from conversation.appointments.schedule import AGAIN, RECONFIRM, PlannedReminder, Receiver, Verdict, judge, plan_again
from conversation.appointments.values import AppointmentStatus
from conversation.check_ins.values import KIND as CHECK_IN
from conversation.dialogue import questions
from conversation.messages import Channel
from conversation.ports import WorkQueue
from conversation.turn import Rules
from store.check_ins.plan import INVITE, find_days
from store.check_ins.plan import plan_again as plan_again_round
from store.check_ins.rounds import is_complete
from store.conversations import save_question
from store.decisions import Split
from store.outbox import add_text
from store.reminders import facts as known_facts
from store.reminders.due import is_other_answered
from store.reminders.plans import add_reminder
from store.reminders.receivers import open_receiver
from store.reminders.rows import open_appointment
from store.reminders.states import COMING, Reason, ReminderStatus
from store.reminders.telling import hold_for_owner, tell_person
from store.reminders.texts import Written, write_reminder
from store.sealing.vault import Vault
from store.sql.statements import execute
from store.tables import Conversation, OutboxEntry, Reminder

SILENT = timedelta(days=60)  # after which a number may have been given to somebody else
TALKING = timedelta(minutes=15)  # since their last message: they are answering something else
WAIT, WAIT_FOR_DECISION = timedelta(minutes=30), timedelta(minutes=1)
BEHIND_DATE = timedelta(hours=6)  # for a question after a release
BETWEEN_TWO = timedelta(hours=1)  # of one conversation: "1" can only be said to one of them
_NOT_TO_COVER = frozenset({questions.ERASE, questions.STOP})  # "1" would do what cannot be undone
_CHANGE = update(Reminder).where(Reminder.id == bindparam("of_reminder"))
_NOTE = update(Conversation).where(Conversation.id == bindparam("of_conversation"))
_MESSAGE = select(OutboxEntry.message_id).where(OutboxEntry.id == bindparam("of_entry", type_=String))


@dataclass(frozen=True, slots=True)
class Sending:
    """What sending needs; `split` is the channel's way to cut a body into what the carrier takes."""

    vault: Vault
    queue: WorkQueue
    split: Split
    rules: Rules


def send_due(session: Session, sending: Sending, reminder_id: str, now: datetime) -> ReminderStatus | None:
    """Do what is to be done with one reminder; return how it stands then. None: nothing, it is not due any more."""
    facts = known_facts.lock(session, reminder_id, ReminderStatus.PLANNED)
    if facts is None or facts.due_at > now:
        return None
    return _judge(session, sending, facts, now)


def put_in_line(
    session: Session, sending: Sending, facts: Row[Any], now: datetime, *, line_end: str = ""
) -> ReminderStatus:
    """Write the texts of a reminder into the outbox and open their question; a person is told where none may go."""
    known = open_appointment(sending.vault, facts)
    written = write_reminder(sending.rules, facts, known, now)
    if written is None:
        return _tell(session, facts, Reason.NO_TEXT, now)
    message_id = _add_texts(session, sending, facts, written, now, line_end=line_end)
    save_question(session, facts.conversation_id, written.question)
    noted = {} if facts.noticed_at else {"noticed_at": now}
    execute(session, _NOTE, of_conversation=facts.conversation_id, last_answer=written.texts[-1].answer, **noted)
    change(session, facts, ReminderStatus.QUEUED, message_id=message_id, sent_at=now, reason=None)
    return ReminderStatus.QUEUED


def change(session: Session, facts: Row[Any], status: ReminderStatus, **values: Any) -> ReminderStatus:
    """Write how a reminder stands; return it."""
    execute(session, _CHANGE, of_reminder=facts.reminder_id, status=status, **values)
    return status


def _judge(session: Session, sending: Sending, facts: Row[Any], now: datetime) -> ReminderStatus:
    if reason := _find_reason_to_drop(session, facts):
        return change(session, facts, ReminderStatus.DROPPED, reason=reason)
    receiver = open_receiver(session, sending.vault, facts, appointment_zone=facts.zone)
    judged = judge(start=facts.starts_at, next_due=facts.next_due, now=now, receiver=receiver, due_at=facts.due_at)
    if judged.at is not None:
        return change(session, facts, ReminderStatus.PLANNED, due_at=judged.at)
    tells_nobody = facts.step == AGAIN or facts.kind == CHECK_IN  # its silence is on the daily list
    if judged.verdict is Verdict.DROP or (judged.verdict is Verdict.TELL and tells_nobody):
        status = ReminderStatus.LATE if now >= facts.starts_at else ReminderStatus.DROPPED
        return change(session, facts, status, reason=judged.reason)
    if judged.verdict is Verdict.TELL:
        return _tell(session, facts, judged.reason, now)
    if facts.claimed or facts.in_danger:
        return hold_for_owner(session, facts, now)
    if (wait := _find_wait(facts, now)) is not None:
        return change(session, facts, ReminderStatus.PLANNED, due_at=wait)
    if facts.step != INVITE and _is_number_doubtful(facts, now):  # that asks by itself
        return _ask_whose_number(session, sending, facts, now)
    status = put_in_line(session, sending, facts, now)
    once_more = _plan_once_more(sending, facts, receiver, now) if status is ReminderStatus.QUEUED else None
    if once_more is not None:
        add_reminder(session, facts.id, facts.version, once_more)
    return status


def _plan_once_more(sending: Sending, facts: Row[Any], receiver: Receiver, now: datetime) -> PlannedReminder | None:
    """Return the one more text to who does not answer: on the day before a date, and of each round after a release."""
    if facts.kind == CHECK_IN:
        return plan_again_round(facts.step, sent_at=now, next_due=facts.next_due, receiver=receiver)
    if facts.step != "d1":
        return None
    return plan_again(open_appointment(sending.vault, facts), sent_at=now, receiver=receiver)


def _find_reason_to_drop(session: Session, facts: Row[Any]) -> Reason | None:
    if facts.of_version != facts.version:
        return Reason.CHANGED
    if facts.status not in COMING:
        return Reason.OVER
    if facts.stopped:
        return Reason.STOPPED
    asks_consent = facts.kind == CHECK_IN and facts.step == INVITE
    if facts.consent != (known_facts.ASKED if asks_consent else known_facts.AGREED) or facts.caseworker_id is not None:
        return Reason.NO_CONSENT
    if facts.kind == CHECK_IN:
        return Reason.ANSWERED if _is_round_over(session, facts) else None
    if facts.step == AGAIN and _is_answered(session, facts):
        return Reason.ANSWERED
    return None


def _is_round_over(session: Session, facts: Row[Any]) -> bool:
    """Every question of a round after a release has been answered."""
    days = find_days(facts.step)
    return days is not None and is_complete(session, facts.conversation_id, facts.id, days)


def _is_answered(session: Session, facts: Row[Any]) -> bool:
    """Whoever has written since the last reminder has seen it, unless it was the answer to that of another date."""
    if facts.status == AppointmentStatus.GOING or facts.reminded_at is None:
        return True
    if is_other_answered(session, facts):
        return False
    return known_facts.has_spoken(session, facts.conversation_id, since=facts.reminded_at)


def _find_wait(facts: Row[Any], now: datetime) -> datetime | None:
    """Return until when another question has to be answered first, or a message to be decided; None: nothing waits."""
    if facts.undecided:
        return now + WAIT_FOR_DECISION
    if facts.reminded_at and now < facts.reminded_at + BETWEEN_TWO < facts.starts_at:
        later: datetime = facts.reminded_at + BETWEEN_TWO
        return later
    if facts.question_kind is None or facts.question_expires_at <= now:
        return None
    if facts.kind == CHECK_IN and facts.question_kind in KEPT_OPEN:  # an answer to a date comes first
        expires_at: datetime = facts.question_expires_at
        return min(now + BEHIND_DATE, expires_at)
    is_talking = facts.last_inbound_at is not None and now < facts.last_inbound_at + TALKING
    if facts.question_kind in _NOT_TO_COVER or (is_talking and facts.question_kind not in KEPT_OPEN):
        return now + WAIT
    return None


def _is_number_doubtful(facts: Row[Any], now: datetime) -> bool:
    return bool(facts.number_asked) or facts.heard_at is None or facts.heard_at < now - SILENT


def _ask_whose_number(session: Session, sending: Sending, facts: Row[Any], now: datetime) -> ReminderStatus:
    """Ask, without a date, whether this is still the person's phone; the reminder waits for the answer."""
    change(session, facts, ReminderStatus.HELD, reason=Reason.UNCONFIRMED)
    if facts.number_asked:
        return ReminderStatus.HELD
    asked = add_reminder(session, facts.id, facts.version, PlannedReminder(RECONFIRM, now))
    if asked is not None:
        put_in_line(session, sending, known_facts.read_facts(session, asked), now)
    return ReminderStatus.HELD


def _add_texts(
    session: Session, sending: Sending, facts: Row[Any], written: Written, now: datetime, *, line_end: str
) -> str:
    """Queue every text; return the id of the last message, under which the question stands."""
    outbox_id, provider = "", facts.provider or "twilio"
    for text in written.texts:
        for part in sending.split(text.body, Channel(facts.channel)):
            outbox_id = add_text(
                session, sending.vault, sending.queue, facts.conversation_id, text, part,
                provider=provider, in_reply_to=None, now=now, line_end=line_end,
            )  # fmt: skip
    return str(execute(session, _MESSAGE, of_entry=outbox_id).scalar_one())


def _tell(session: Session, facts: Row[Any], reason: str, now: datetime) -> ReminderStatus:
    if facts.kind == CHECK_IN:
        return change(session, facts, ReminderStatus.DROPPED, reason=reason)
    tell_person(session, facts.conversation_id, facts.kind, reason=f"reminder_{reason}", now=now)
    return change(session, facts, ReminderStatus.TOLD, reason=reason)
