"""The rounds of questions as reminders of a kept release: the same rows, sweep and judgement as those of a date."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from conversation.appointments.schedule import SENT_AT, PlannedReminder, Receiver, next_good_moment
from store.reminders.states import ReminderStatus
from store.tables import Reminder
from store.tables.base import new_id

INVITE = "invite"  # step of the text that asks whether we may ask
AGAIN_AFTER = timedelta(days=2)  # to who has not answered a round
OPEN_AFTER = timedelta(days=7)  # the last round; then nothing more is sent
AGAIN = "_again"  # end of the step of the second text of a round
_ROUND = re.compile(rf"c([0-9]{{1,2}})(?:{AGAIN})?")


def find_end(released_on: date, days: Sequence[int]) -> datetime:
    """Return until when anything of a release is sent: noon in UTC, some days after the last round."""
    last = released_on + timedelta(days=max(days)) + OPEN_AFTER
    return datetime.combine(last, time(12), UTC)


def plan_rounds(
    released_on: date, *, receiver: Receiver, now: datetime, days: Sequence[int]
) -> tuple[PlannedReminder, ...]:
    """Return the rounds that are still to come, earliest first, each at a good hour of the person."""
    zone = receiver.zones[0]
    planned = []
    for count in sorted(set(days)):
        at = datetime.combine(released_on + timedelta(days=count), SENT_AT, zone).astimezone(UTC)
        due_at = next_good_moment(receiver, at)
        if due_at is not None and due_at > now:
            planned.append(PlannedReminder(f"c{count}", due_at))
    return tuple(planned)


def plan_again(
    step: str, *, sent_at: datetime, next_due: datetime | None, receiver: Receiver
) -> PlannedReminder | None:
    """Return the one more text of a round; None: it is the second already, or the next round comes before it."""
    due_at = next_good_moment(receiver, sent_at + AGAIN_AFTER) if is_first(step) else None
    if due_at is None or (next_due is not None and next_due <= due_at):
        return None
    return PlannedReminder(step + AGAIN, due_at)


def add_rounds(session: Session, release_id: str, version: int, planned: Sequence[PlannedReminder]) -> None:
    """Write rounds that are not written yet."""
    of_it = select(Reminder.step).where(Reminder.appointment_id == release_id, Reminder.version == version)
    known = set(session.scalars(of_it))
    rows = [
        {
            "id": new_id(), "appointment_id": release_id, "version": version, "step": one.step, "due_at": one.due_at,
            "status": ReminderStatus.PLANNED,
        }
        for one in planned
        if one.step not in known
    ]  # fmt: skip
    if rows:
        session.execute(insert(Reminder), rows)


def is_again(step: str) -> bool:
    return step.endswith(AGAIN) and find_days(step) is not None


def is_first(step: str) -> bool:
    """Tell whether a step opens a round."""
    return find_days(step) is not None and not step.endswith(AGAIN)


def find_days(step: str) -> int | None:
    """Return of which day after the release a step is; None: it is no round."""
    match = _ROUND.fullmatch(step)
    return int(match[1]) if match else None


def find_day_there(now: datetime, zone: str) -> date:
    """Return which day it is somewhere."""
    return now.astimezone(ZoneInfo(zone)).date()
