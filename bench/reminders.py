"""10,000 reminders due in one minute: order, time to drain, what else waits, beside a loop that queues all at once.

    python -m bench.reminders [reminders]

Prints a table and a line of JSON. The carrier's rate is simulated (SENDS_PER_SECOND for each of our numbers), the work
is real: a SQLite file in a temporary folder. With --year a year of 50,000 reminders with crashes and outages, too.
"""

import json
import resource
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select, text, update

from service.reminding.clock import DRAINED_S, SEND_S
from service.settings import Settings
from store.database import Database
from store.reminders.due import find_due
from store.reminders.sending import send_due
from store.tables import Appointment, Conversation, Message, OutboxEntry, Reminder
from tests.databases import make_template, open_copy
from tests.reminder_year import Year

REMINDERS = 10_000
SENDERS = ("+12025550100", "+12025550101")
NOW = datetime(2026, 1, 5, 20, tzinfo=UTC)  # day in every zone of the test's people


@dataclass
class Drained:
    """What one way came to.

    Attributes:
        drain_s: simulated seconds until the carrier has the last text.
        work_s: seconds of the worker's own time.
        inversions: texts that left after one of the same number whose appointment is farther away.
        reply_s: simulated seconds that an answer to somebody who writes in the middle waits behind reminders.
    """

    drain_s: float = 0.0
    work_s: float = 0.0
    inversions: int = 0
    reply_s: float = 0.0
    left: list[str] = field(default_factory=list)


def main() -> None:
    counts = [int(one) for one in sys.argv[1:] if one.isdigit()]
    count = counts[0] if counts else REMINDERS
    with tempfile.TemporaryDirectory(prefix="puente-bench-") as name:
        template = make_template(Path(name) / "template.db")
        rows = {}
        for way in (drain_naively, drain_in_order):
            with open_copy(template, Path(name) / f"{way.__name__}.db") as database:
                rows[way.__name__] = way(_fill(database, count))
        if "--year" in sys.argv:
            with open_copy(template, Path(name) / "year.db") as database:
                show_year(database)
    print(
        f"{count} reminders due in one minute, {len(SENDERS)} numbers, {Settings().sends_per_second:.0f} texts/s each\n"
    )
    print("| | drained, s | worker's time, s | out of order | an answer waits at most, s |\n|---|---|---|---|---|")
    for name, one in rows.items():
        print(f"| {name} | {one.drain_s:.0f} | {one.work_s:.1f} | {one.inversions} | {one.reply_s:.0f} |")
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nmemory of this process, at most: {memory_mb:.0f} MB")
    shown = {
        name: [round(one.drain_s), round(one.work_s, 1), one.inversions, round(one.reply_s)]
        for name, one in rows.items()
    }
    print(json.dumps({**shown, "mb": round(memory_mb)}))


def drain_in_order(year: Year) -> Drained:
    """As a worker does it: the nearest first, never more in line than leaves within a minute."""
    found, now, per_second = Drained(), NOW, Settings().sends_per_second
    lines: dict[str, deque[str]] = {sender: deque() for sender in SENDERS}
    while True:
        begun = time.perf_counter()
        room = int(per_second * DRAINED_S)
        ids = year.database.run_sync(partial(find_due, now=now, per_sender=room))
        for one in ids:
            year.database.run_sync(partial(send_due, sending=year.sending, reminder_id=one, now=now))
        found.work_s += time.perf_counter() - begun
        _queue(year.database, lines)
        found.reply_s = max(found.reply_s, *(len(line) / per_second for line in lines.values()))
        if not ids and not any(lines.values()):
            break
        _leave(year.database, lines, int(per_second * SEND_S), found)
        now += timedelta(seconds=SEND_S)
    found.drain_s = (now - NOW).total_seconds()
    return _count_inversions(year, found)


def drain_naively(year: Year) -> Drained:
    """A loop over what is due, oldest first, one transaction each, everything into the line at once."""
    found, per_second = Drained(), Settings().sends_per_second
    lines: dict[str, deque[str]] = {sender: deque() for sender in SENDERS}
    begun = time.perf_counter()
    due = select(Reminder.id).where(Reminder.status == "planned").order_by(Reminder.due_at, Reminder.id)
    for one in year.database.run_sync(lambda session: list(session.scalars(due))):
        year.database.run_sync(partial(send_due, sending=year.sending, reminder_id=one, now=NOW))
    found.work_s = time.perf_counter() - begun
    _queue(year.database, lines)
    found.reply_s = max(len(line) / per_second for line in lines.values())
    while any(lines.values()):
        _leave(year.database, lines, int(per_second * SEND_S), found)
        found.drain_s += SEND_S
    return _count_inversions(year, found)


def show_year(database: Database) -> None:
    week = (datetime(2026, 5, 11, 9, tzinfo=UTC), datetime(2026, 5, 18, 9, tzinfo=UTC))
    year, begun = Year(database, 10_000, outages=(week,)), time.perf_counter()
    year.run()
    wrong, took_s = year.count(), time.perf_counter() - begun
    print(f"a year of {sum(year.found.values())} reminders, {year.crashes} crashes, {took_s:.0f} s:")
    print(f"{wrong}\nbecame {dict(year.found)}\n")


def _fill(database: Database, count: int) -> Year:
    """Make as many persons, each with one reminder that is due now, of dates one to fifty weeks away."""
    year = Year(database, count, crash_rate=0.0)
    for place, sender in enumerate(SENDERS):
        theirs = [
            person.conversation_id for number, person in enumerate(year.persons) if number % len(SENDERS) == place
        ]
        for start in range(0, len(theirs), 500):
            ids = theirs[start : start + 500]
            to = update(Conversation).where(Conversation.id.in_(ids)).values(sender=sender)
            database.run_sync(lambda session, to=to: session.execute(to))
    database.run_sync(lambda session: session.execute(update(Reminder).values(status="dropped")))
    due = update(Reminder).where(Reminder.step == "d7").values(status="planned", due_at=NOW)
    database.run_sync(lambda session: session.execute(due))
    return year


def _queue(database: Database, lines: dict[str, deque[str]]) -> None:
    """Put what is new in the outbox into the line of its number, in its order."""
    new = (
        select(Conversation.sender, OutboxEntry.id)
        .join(Conversation, Conversation.id == OutboxEntry.conversation_id)
        .join(Reminder, Reminder.message_id == OutboxEntry.message_id)
        .where(OutboxEntry.status == "queued")
    )
    known = {one for line in lines.values() for one in line}
    rows = database.run_sync(lambda session: session.execute(new.order_by(text("outbox.rowid"))).all())
    for sender, outbox_id in rows:
        if outbox_id not in known:
            lines[sender].append(outbox_id)


def _leave(database: Database, lines: dict[str, deque[str]], count: int, found: Drained) -> None:
    """Let the carrier take as many of each line as its rate allows."""
    taken = [(sender, line.popleft()) for sender, line in lines.items() for _ in range(min(count, len(line)))]
    found.left.extend(outbox_id for _, outbox_id in taken)
    ids = [outbox_id for _, outbox_id in taken]
    gone = update(OutboxEntry).where(OutboxEntry.id.in_(ids)).values(status="delivered")
    database.run_sync(lambda session: session.execute(gone))


def _count_inversions(year: Year, found: Drained) -> Drained:
    rows = year.database.run_sync(lambda session: session.execute(_STARTS).all())
    of = {outbox_id: (sender, starts_at) for outbox_id, sender, starts_at in rows}
    farthest: dict[str, datetime] = {}
    for outbox_id in found.left:
        sender, starts_at = of[outbox_id]
        latest = farthest.get(sender)
        found.inversions += latest is not None and starts_at < latest
        farthest[sender] = max(starts_at, latest) if latest else starts_at
    return found


_STARTS = (
    select(OutboxEntry.id, Conversation.sender, Appointment.starts_at)
    .join(Message, Message.id == OutboxEntry.message_id)
    .join(Reminder, Reminder.message_id == Message.id)
    .join(Appointment, Appointment.id == Reminder.appointment_id)
    .join(Conversation, Conversation.id == Appointment.conversation_id)
)

if __name__ == "__main__":
    main()
