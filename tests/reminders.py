"""A house with dates: `tell` keeps one as a person would, `sweep` does what a worker does all the time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import yaml
from sqlalchemy import insert, select, update

from conversation.answers.catalogue import Catalogue, Entry, Wording
from conversation.appointments.values import Act, AppointmentAct, AppointmentStatus, KnownAppointment
from conversation.dates.words import DateWords
from conversation.language.languages import Languages
from conversation.messages import Handoff, Urgency
from conversation.turn import Rules
from service import wiring
from service.reminding.clock import ReminderClock
from store.cases.opening import open_or_join
from store.inbox import Undecided
from store.reminders.acts import carry_out, record_reminder_consent
from store.reminders.appointments import Teller, add_appointment
from store.reminders.sending import Sending
from store.tables import Address, Appointment, Case, Conversation, Message, OpenQuestionRow, Reminder
from store.tables.base import new_id
from tests.house import House

HOUSTON = "America/Chicago"
# Plain texts of the tests' own: what is said may change without any of them.
TEXTS = {
    "reminder.neutral": "Your appointment {when}. Reply 1 for details.",
    "reminder.court": "Court {when}.",
    "reminder.ice": "Lawyer first {when}.",
    "reminder.doctor": "Doctor {when}.",
    "reminder.day_before": "Check the date.",
    "reminder.morning": "Today.",
    "reminder.choices": "1 I will go 2 I cannot",
    "reminder.again": "Again: {when}.",
    "reminder.reconfirm": "Is this still your phone? 1 yes 2 no",
}


def with_texts(rules: Rules, texts: Mapping[str, str] = TEXTS) -> Rules:
    """Return rules whose catalogue says these English texts, and no other reminders."""
    own = rules.catalogue
    others = {key: one for key, one in own.entries.items() if not key.startswith("reminder.")}
    said = {key: one for key, one in own.wordings.items() if not key[0].startswith("reminder.")}
    own_entries, wordings = _own(texts)
    catalogue = Catalogue(others | own_entries, said | wordings, own.languages, drafts=True)
    return replace(rules, catalogue=catalogue)


def texts_alone(languages: Languages) -> Catalogue:
    """Return a catalogue of these texts and nothing else."""
    return Catalogue(*_own(TEXTS), languages, drafts=True)


def read_dates_alone() -> DateWords:
    """Return the words of dates without all other rules, which take seconds to read."""
    files = sorted((wiring.DATA / "dates").glob("*.yml"))
    return DateWords.from_data({path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in files})


def _own(texts: Mapping[str, str]) -> tuple[dict[str, Entry], dict[tuple[str, str], Wording]]:
    entries = {
        key: Entry(key, "both", "legal", Urgency.NORMAL, (), None, (), "low", None, ("language",), ()) for key in texts
    }
    wordings = {(key, "en"): Wording(key, "en", key, text, None) for key, text in texts.items()}
    return entries, wordings


class Almanac:
    """`conversation_id` is of the person who writes; `told` returns what a date's reminders have become."""

    def __init__(self, house: House, rules: Rules | None = None) -> None:
        self.house = house
        self.conversation_id = ""
        self.sending = Sending(house.vault, house.queue, wiring.split_body, rules or with_texts(house.rules))
        self.clock = ReminderClock(house.database, self.sending, 10.0, house.clock)

    async def open(self, **more: Any) -> str:
        """Let a person of Houston write, in English."""
        self.conversation_id = await self.house.open_conversation(**{"person": "+17135550123", **more})
        self.change_conversation(language="en", state="TX")
        return self.conversation_id

    def at(self, year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> None:
        """Let it be this moment, UTC."""
        self.house.clock.now = datetime(year, month, day, hour, minute, tzinfo=UTC)

    def tell(self, day: date, at: time | None = time(8, 30), *, kind: str = "court", **more: Any) -> str:
        """Keep a date of this conversation, with consent; return its id."""
        zone, place = more.pop("zone", HOUSTON), more.pop("place", "Houston")
        told = KnownAppointment("", kind, day, at, zone, place, more.pop("child", None), AppointmentStatus.PLANNED)

        def keep(session: Any) -> str | None:
            now = self.house.clock()
            record_reminder_consent(
                session, self.conversation_id, source="told", wording="reminder.confirm", language="en",
                message_id=None, now=now,
            )  # fmt: skip
            return add_appointment(
                session, self.house.vault, self.conversation_id, told, teller=Teller(), now=now, **more
            )

        appointment_id = self.run(keep)
        assert appointment_id is not None
        return str(appointment_id)

    async def sweep(self, hours: float = 0) -> None:
        """Let time go by, then do once what a worker does all the time."""
        self.house.later(hours * 3600)
        for _, act in self.clock.sweeps().values():
            await act()

    def reminders(self, appointment_id: str) -> dict[str, Reminder]:
        """Return the reminders of the present version of a date by step."""
        version = self.house.rows(select(Appointment.version).where(Appointment.id == appointment_id))[0]
        rows = select(Reminder).where(Reminder.appointment_id == appointment_id, Reminder.version == version)
        return {one.step: one for one in self.house.rows(rows.order_by(Reminder.due_at))}

    def states(self, appointment_id: str) -> dict[str, str]:
        return {step: one.status for step, one in self.reminders(appointment_id).items()}

    def said(self) -> list[str]:
        """Return the ids of the reminders' texts, in order."""
        rows = select(Message.answer).where(Message.answer.like("reminder.%")).order_by(Message.at, Message.seq)
        return [one for one in self.house.rows(rows) if one]

    def move_to(self, reminder: Reminder) -> None:
        """Let it be the moment at which a reminder is due."""
        self.house.clock.now = reminder.due_at

    def change_conversation(self, **values: Any) -> None:
        changed = update(Conversation).where(Conversation.id == self.conversation_id).values(**values)
        self.run(lambda session: session.execute(changed))

    def change_address(self, **values: Any) -> None:
        address = select(Conversation.address_id).where(Conversation.id == self.conversation_id).scalar_subquery()
        self.run(lambda session: session.execute(update(Address).where(Address.id == address).values(**values)))

    def run(self, act: Any) -> Any:
        return self.house.database.run_sync(act)


def decide(almanac: Almanac, act: Act, appointment_id: str | None = None, **more: object) -> None:
    """Carry out an act as the decision of a message does."""
    heard = Undecided(almanac.house.message("x"), "m" * 32, almanac.conversation_id, memory=None)  # type: ignore[arg-type]
    done = AppointmentAct(act, appointment_id, **more)  # type: ignore[arg-type]
    now = almanac.house.clock()
    almanac.run(lambda session: carry_out(session, almanac.house.vault, [done], heard, now))


def open_case(almanac: Almanac, status: str, handoff: Handoff | None = None) -> None:
    """Let the person of an almanac have a case."""
    asked = handoff or Handoff("legal.find_lawyer", "legal", Urgency.NORMAL, "request")
    where, now = almanac.conversation_id, almanac.house.clock()
    more = {"language": "en", "message_id": None, "now": now}
    almanac.run(lambda session: open_or_join(session, where, asked, **more))
    almanac.run(lambda session: session.execute(update(Case).values(status=status)))


def ask(almanac: Almanac, kind: str, until: datetime) -> None:
    """Let a question of ours be open in the conversation of an almanac."""
    row = {"id": new_id(), "conversation_id": almanac.conversation_id, "kind": kind, "choices": [], "expires_at": until}
    almanac.run(lambda session: session.execute(insert(OpenQuestionRow).values(row)))
