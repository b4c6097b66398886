"""A year of reminders on a simulated clock: crashes, two workers, outages, stops; and a count of what went wrong.

Nothing is sealed: the point is what is sent, when, and how often. Each person has one date on a Tuesday of the year.
"""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

from sqlalchemy import event, func, insert, select, update

from channels.sms_text import count_segments
from conversation.appointments.schedule import DAY_ENDS, DAY_STARTS
from conversation.appointments.values import AppointmentStatus
from service import wiring
from store.content import read_languages
from store.database import Database
from store.outbox import Part
from store.people import get_or_add_organisation
from store.reminders.appointments import end_appointment
from store.reminders.due import find_due
from store.reminders.sending import Sending, send_due
from store.reminders.states import OPEN, Reason
from store.tables import Address, Appointment, Message, OutboxEntry, Reminder
from tests.reminder_people import NoQueue, OpenVault, Person, make_people
from tests.reminders import read_dates_alone, texts_alone

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
STEP = timedelta(minutes=15)  # of the simulated clock
IN_TIME = timedelta(minutes=45)


class Crash(Exception):
    """A worker that dies between two statements."""


@dataclass
class Year:
    """`run` lets it pass; `count` tells what went wrong."""

    database: Database
    people: int
    seed: int = 7
    outages: tuple[tuple[datetime, datetime], ...] = ()
    crash_rate: float = 0.001
    workers_apart: bool = False  # really at the same time, each in a thread of its own
    sending: Any = None
    persons: list[Person] = field(default_factory=list)
    crashes: int = 0
    found: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        rules = SimpleNamespace(catalogue=texts_alone(read_languages(wiring.DATA)), dates=read_dates_alone())
        split = lambda body, _channel: [Part(body, count_segments(body).segments)]  # noqa: E731
        self.sending = Sending(OpenVault(), NoQueue(), split, rules)  # type: ignore[arg-type]
        self._fill()

    def run(self) -> None:
        """Let the year pass, from one due time to the next."""
        acts = sorted(self._choose_acts(), key=lambda one: one[0])
        now = BEGIN
        with self._crashing():
            while (due := self._find_next()) is not None:
                now = max(due, now + STEP)
                while acts and acts[0][0] <= now:
                    self._retry(acts.pop(0)[1])
                outage = next((end for start, end in self.outages if start <= now < end), None)
                now = outage or now
                if outage is None:
                    self._sweep(now)

    def _sweep(self, now: datetime) -> None:
        """Two workers find the same reminders and work on them side by side; one that dies is started again."""
        room = partial(find_due, now=now, per_sender=100_000)
        both = self.workers_apart or self.dice.random() < 0.5
        while lists := [one for one in (self._retry(room), self._retry(room) if both else []) if one]:
            if self.workers_apart:
                self._work_apart(lists, now)
                continue
            if self.dice.random() < 0.5:
                lists.reverse()
            order = sorted(((place, worker) for worker, ids in enumerate(lists) for place in range(len(ids))))
            dead: set[int] = set()
            for place, worker in order:
                if worker not in dead and not self._work(lists[worker][place], now):
                    dead.add(worker)
        self._retry(self._deliver)

    def _work_apart(self, lists: list[list[str]], now: datetime) -> None:
        with ThreadPoolExecutor(len(lists)) as workers:
            for _ in workers.map(lambda ids: all(self._work(one, now) for one in ids), lists):
                pass

    def _work(self, reminder_id: str, now: datetime) -> bool:
        try:
            self.database.run_sync(partial(send_due, sending=self.sending, reminder_id=reminder_id, now=now))
        except Crash:
            self.crashes += 1
            return False
        return self.dice.random() > self.crash_rate  # after the commit, before the next one

    def _retry(self, act: Any) -> Any:
        while True:
            try:
                return self.database.run_sync(act)
            except Crash:
                self.crashes += 1

    @contextmanager
    def _crashing(self) -> Iterator[None]:
        def maybe(*_: Any) -> None:
            if self.dice.random() < self.crash_rate:
                raise Crash

        event.listen(self.database.engine, "before_cursor_execute", maybe)
        try:
            yield
        finally:
            event.remove(self.database.engine, "before_cursor_execute", maybe)

    def _find_next(self) -> datetime | None:
        query = select(func.min(Reminder.due_at)).where(Reminder.status == "planned")
        found: datetime | None = self._retry(lambda session: session.scalar(query))
        return found

    def _deliver(self, session: Any) -> None:
        session.execute(update(OutboxEntry).where(OutboxEntry.status == "queued").values(status="delivered"))

    # What people do meanwhile

    def _choose_acts(self) -> Iterator[tuple[datetime, Any]]:
        for person in self.persons:
            first, dice = min(person.planned.values()), self.dice.random()
            at = first + timedelta(days=self.dice.uniform(0, 15))
            if dice < 0.05:
                yield at, partial(self._stop, person=person, at=at)
            elif dice < 0.10:
                yield at, partial(self._cancel, person=person, at=at)

    def _stop(self, session: Any, *, person: Person, at: datetime) -> None:
        session.execute(update(Address).where(Address.id == person.address_id).values(stopped_at=at))
        person.stopped_at = at

    def _cancel(self, session: Any, *, person: Person, at: datetime) -> None:
        status, reason = AppointmentStatus.CANCELLED, Reason.CANCELLED
        end_appointment(session, person.conversation_id, person.appointment_id, status, reason=reason, now=at)
        person.ended_at = at

    # Counting

    def count(self) -> dict[str, int]:
        """Return how many were lost, doubled, late, at a wrong hour, after a stop or a cancelling; all should be 0."""
        wrong: Counter[str] = Counter()
        rows = self.database.run_sync(lambda session: session.execute(_ALL).all())
        sent: Counter[str] = Counter(row.conversation_id for row in rows if row.message_id)
        for person_rows in _group(rows):
            person = self._by_appointment[person_rows[0].appointment_id]
            self._count_one(person, person_rows, wrong)
        said = self.database.run_sync(lambda session: dict(session.execute(_SAID).all()))
        wrong["doubled"] += sum(max(0, said.get(one, 0) - sent[one]) for one in {*said, *sent})
        wrong["lost"] += sum(max(0, sent[one] - said.get(one, 0)) for one in {*said, *sent})
        names = ("lost", "doubled", "late", "wrong hour", "after stop", "after the end")
        return {name: wrong[name] for name in names}

    def _count_one(self, person: Person, rows: list[Any], wrong: Counter[str]) -> None:
        self.found.update(row.status for row in rows)
        wrong["lost"] += sum(row.status in OPEN for row in rows)
        wrong["lost"] += len(set(person.planned) - {row.step for row in rows})
        for row in rows:
            if row.sent_at is None:
                wrong["lost"] += not self._may_be_missing(person, row)
                continue
            due = person.planned.get(row.step, row.due_at)
            wrong["late"] += row.sent_at - due > IN_TIME and not self._was_out(due)
            wrong["late"] += row.sent_at >= row.starts_at
            wrong["wrong hour"] += not DAY_STARTS <= row.sent_at.astimezone(person.zone).time() < DAY_ENDS
            wrong["after stop"] += bool(person.stopped_at and row.sent_at > person.stopped_at)
            wrong["after the end"] += bool(person.ended_at and row.sent_at > person.ended_at)

    def _may_be_missing(self, person: Person, row: Any) -> bool:
        """Whether there is a reason of its own why a reminder was not sent."""
        if person.stopped_at or person.ended_at:
            return bool(row.status == "dropped")
        return self._was_out(person.planned.get(row.step, row.due_at)) or row.step == "again"

    def _was_out(self, moment: datetime) -> bool:
        return any(start - IN_TIME <= moment <= end for start, end in self.outages)

    def _fill(self) -> None:
        organisation_id = self.database.run_sync(
            lambda session: get_or_add_organisation(session, "demo", time_zone="America/New_York", now=BEGIN)
        )
        self.persons, rows = make_people(self.people, organisation_id)
        for table, values in rows.items():
            self.database.run_sync(lambda session, table=table, values=values: session.execute(insert(table), values))
        self._by_appointment = {person.appointment_id: person for person in self.persons}


_ALL = (
    select(
        Reminder.appointment_id, Reminder.step, Reminder.status, Reminder.due_at, Reminder.sent_at,
        Reminder.message_id, Appointment.starts_at, Appointment.conversation_id,
    )
    .join(Appointment, Appointment.id == Reminder.appointment_id)
    .order_by(Reminder.appointment_id)
)  # fmt: skip
_SAID = (
    select(Message.conversation_id, func.count())
    .join(OutboxEntry, OutboxEntry.message_id == Message.id)
    .where(Message.answer.like("reminder.%"), OutboxEntry.status != "dropped")
    .group_by(Message.conversation_id)
)


def _group(rows: Any) -> Iterator[list[Any]]:
    group: list[Any] = []
    for row in rows:
        if group and group[0].appointment_id != row.appointment_id:
            yield group
            group = []
        group.append(row)
    if group:
        yield group
