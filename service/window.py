"""The last look before the network: whether a text may go now, and what is done when WhatsApp's 24 hours are over.

Outside them only an approved template may go, so texts are held and one template knocks:

closed ──▶ is a template approved? no ──▶ dropped, a person looks
                  │ yes
                  ▼ held (waiting, no due time) ──the person writes──▶ back into line, before the new answer
           one knock a day                     ──a week passes─────▶ dropped, a person looks
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from conversation.answers.catalogue import KNOCK, Catalogue
from conversation.messages import Author, Channel, DeliveryStatus, OutgoingText
from conversation.ports import TemplateStatus, TemplateText, WorkQueue
from service.failures import show_to_people
from store import held, outbox
from store.conversations import hold
from store.database import Database
from store.held import WINDOW_CLOSED
from store.outbox import Letter, Part
from store.outgoing_files import open_to_carrier
from store.reaching import held_hours
from store.reaching.safe_times import find_next_hour
from store.reaching.sms_way import find_way, send_by
from store.reminders.questions import copy_question
from store.sealing.vault import Vault
from store.templates import find_template

KNOCK_EVERY = timedelta(hours=24)
HELD_AT_MOST = timedelta(days=7)
REMINDERS = "reminder."  # how the ids of their texts begin
FILE_GONE = "file_gone"  # it waited for longer than it is kept
NOT_NEEDED = "not_needed"  # the person wrote before the knock went
_NOT_ARRIVED = (DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED, DeliveryStatus.UNSETTLED)


@dataclass(frozen=True, slots=True)
class Held:
    """The text waits for its person; nothing to do now."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The text must not go, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Window:
    """Judges each text just before the network. Asked inside the transaction that would mark it as under way."""

    catalogue: Catalogue
    vault: Vault
    queue: WorkQueue
    files_url: str = ""  # where the carrier fetches files from, without the token

    def judge(self, session: Session, letter: Letter, now: datetime) -> Letter | Held | Drop:
        """Return the letter as it may go, with its template if it is the knock; else what becomes of it."""
        if reason := letter.reason_to_drop():
            return Drop(reason)
        if opens := self._find_hour(session, letter, now):
            held_hours.hold_letter(session, letter, opens, now=now)
            return Held()
        if letter.answer == KNOCK:
            return self._judge_knock(session, letter, now)
        letter = self._choose_way(session, letter, now)
        if reason := letter.reason_to_drop():  # of the other number, which may have said STOP
            return Drop(reason)
        if not letter.is_outside_window(now):
            return self._open_file(session, letter, now) if letter.has_file else letter
        hold(session, letter.conversation_id)  # of two texts at once only one knocks
        if letter.stopped or letter.erasing or letter.is_repeat or not self._knock(session, letter, now):
            return Drop(WINDOW_CLOSED)
        held.hold_letter(session, letter, now=now)
        return Held()

    def _find_hour(self, session: Session, letter: Letter, now: datetime) -> datetime | None:
        """Return until when a text waits so that it does its person no harm; None: it may go now."""
        keeps = held_hours.keeps_hours(letter, now)
        return find_next_hour(session, self.vault, letter.conversation_id, now) if keeps else None

    def _choose_way(self, session: Session, letter: Letter, now: datetime) -> Letter:
        """Return a caseworker's text or a reminder as it may go by SMS, where that was agreed; read again each time."""
        is_reminder = letter.author is Author.SYSTEM and (letter.answer or "").startswith(REMINDERS)
        if not (is_reminder or letter.author is Author.CASEWORKER) or letter.has_file or letter.is_repeat:
            return letter
        if letter.to_address_id is None and not letter.is_outside_window(now):
            return letter
        way = find_way(session, self.vault, letter.conversation_id)
        if (way and way.sms_address_id) == letter.to_address_id:
            return letter
        if way and is_reminder:
            copy_question(session, letter.conversation_id, way)  # "1" is said where it was asked
        return send_by(session, self.vault, letter, way, now=now)

    def _open_file(self, session: Session, letter: Letter, now: datetime) -> Letter | Drop:
        token = open_to_carrier(session, self.vault, letter.message_id, now=now)
        return replace(letter, media_url=f"{self.files_url}/{token}") if token else Drop(FILE_GONE)

    def _judge_knock(self, session: Session, letter: Letter, now: datetime) -> Letter | Drop:
        if not letter.is_outside_window(now) or not held.has_held(
            session, letter.conversation_id, claimed=letter.claimed
        ):
            return Drop(NOT_NEEDED)
        content_id = self._find_approved(session, letter.organisation_id, letter.language, letter.body)
        return replace(letter, template=TemplateText(content_id)) if content_id else Drop(WINDOW_CLOSED)

    def _knock(self, session: Session, letter: Letter, now: datetime) -> bool:
        """See to it that the person is asked to write; False when that is not possible."""
        last = held.find_last_knock(session, letter.conversation_id, since=now - KNOCK_EVERY)
        if last is not None:
            return last not in _NOT_ARRIVED
        text = self._find_text(session, letter, now)
        if text is None:
            return False
        outbox.add_text(
            session, self.vault, self.queue, letter.conversation_id, text, Part(text.body, 1),
            provider=letter.provider, in_reply_to=None, now=now,
        )  # fmt: skip
        return True

    def _find_text(self, session: Session, letter: Letter, now: datetime) -> OutgoingText | None:
        """Return the knock in the first language of the person's chain that has an approved template."""
        for language in self.catalogue.languages.chain(letter.person_language or letter.language):
            for text in self.catalogue.render(KNOCK, language, channel=Channel.WHATSAPP, today=now.date()):
                if self._find_approved(session, letter.organisation_id, text.language, text.body):
                    return text
        return None

    def _find_approved(self, session: Session, organisation_id: str, language: str, body: str) -> str | None:
        known = find_template(session, organisation_id, KNOCK, language)
        usable = known and known.status is TemplateStatus.APPROVED and known.is_of(body)
        return known.content_id if known and usable else None


async def sweep_held(database: Database, queue: WorkQueue, now: datetime) -> None:
    """Put back what was held while its person wrote, and before people what was held for too long (I1)."""

    def expire(session: Session, outbox_id: str) -> None:
        values = {"reason": WINDOW_CLOSED, "settled_at": now}
        if held.still_holds(session, outbox_id) and outbox.move_forward(
            session, outbox_id, DeliveryStatus.DROPPED, now=now, values=values
        ):
            show_to_people(session, outbox_id, reason=WINDOW_CLOSED, now=now)

    # one conversation at a time: who holds several would wait for those who hold one of them
    for conversation_id in await database.read(lambda session: held.find_reopened(session, now)):
        await database.run(partial(held.release, queue=queue, conversation_id=conversation_id, now=now))
    for outbox_id in await database.read(lambda session: held.find_expired(session, now - HELD_AT_MOST)):
        await database.run(partial(expire, outbox_id=outbox_id))


async def sweep_hours(database: Database, queue: WorkQueue, now: datetime) -> None:
    """Put back what was held until its person's safe hours have begun."""
    for conversation_id in await database.read(lambda session: held_hours.find_due(session, now)):
        await database.run(partial(held_hours.release, queue=queue, conversation_id=conversation_id, now=now))
