"""When the reminders of an appointment are due, and whether a late one is still of use. Pure.

Days are counted on the wall clock of the person, and every moment is an instant in UTC: a night in which the clocks
change is as long as it really is. Moments that lie within quiet hours anywhere the phone may be are not used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from conversation.appointments.values import KnownAppointment
from conversation.safe_hours import SafeHours

DAYS_BEFORE = (14, 7, 2, 1, 0)  # 0 is the morning of the day
DAY_STARTS, DAY_ENDS = time(8), time(21)  # between them a text may light up a screen; 47 CFR 64.1200(c)(1)
SENT_AT = time(10)  # of a reminder some days before
EVENING = time(19)  # of the day before, where the morning is too late
LEAVING = timedelta(hours=1)  # a guess of how long before the hour somebody leaves
BEFORE_LEAVING = timedelta(hours=2)
TOO_SHORT = timedelta(minutes=90)  # before the hour: a text in the morning is no help any more
APART = timedelta(hours=6)  # two reminders of one date are at least so far from each other
SOON = timedelta(days=2)  # somebody who cannot be reached so shortly before is looked for by a person
AGAIN_AFTER, AGAIN_UNTIL = timedelta(hours=4), time(18)  # of the day on which nobody has answered
NOBODY_KNOWS = time(12)  # stands for an hour that was not told, where one has to be reckoned with

EVE, MORNING, AGAIN, RECONFIRM = "eve", "day", "again", "reconfirm"
_SEARCHED = 9  # days within which a moment is looked for: safe hours may be on one weekday


class Verdict(StrEnum):
    """What becomes of a reminder whose time has come."""

    SEND = "send"
    WAIT = "wait"
    DROP = "drop"  # another one says it, or nothing is left to be said
    TELL = "tell"  # it can help nobody as a text: a person has to know


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where and when a person may be texted.

    Attributes:
        zones: every time zone in which the phone may be, the likeliest first; never empty.
        safe: hours that the person, or who cares for them, has called safe; None: any that are not quiet.
    """

    zones: tuple[ZoneInfo, ...]
    safe: SafeHours | None = None


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """One text due before an appointment. `step`: "d14", "d7" … by days before, EVE or MORNING."""

    step: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """`at`: when to look again; only of WAIT. `reason`: a code; "" of SEND."""

    verdict: Verdict
    reason: str = ""
    at: datetime | None = None


def find_start(appointment: KnownAppointment) -> datetime:
    """Return when an appointment begins, in UTC; noon of its place where nobody knows the hour."""
    return _instant(appointment.day, appointment.at or NOBODY_KNOWS, ZoneInfo(appointment.zone))


def plan_reminders(
    appointment: KnownAppointment, *, now: datetime, receiver: Receiver, days: Sequence[int] = DAYS_BEFORE
) -> tuple[PlannedReminder, ...]:
    """Return the reminders that are still to come, earliest first; () for an appointment that has begun.

    Args:
        days: how many days before, each once; 0 for the morning of the day.
    """
    planned = {_plan_morning(appointment, now, receiver) if count == 0 else _plan_day(appointment, count, receiver)
               for count in set(days)}  # fmt: skip
    start = find_start(appointment)
    coming = sorted((one for one in planned if one and now < one.due_at < start), key=lambda one: one.due_at)
    return tuple(
        one for place, one in enumerate(coming) if not any(_is_close(one, after) for after in coming[place + 1 :])
    )


def plan_again(appointment: KnownAppointment, *, sent_at: datetime, receiver: Receiver) -> PlannedReminder | None:
    """Return the one more text to who does not answer on the day before; None: it would come too late in the day."""
    due_at = next_good_moment(receiver, sent_at + AGAIN_AFTER)
    if due_at is None:
        return None
    there = [due_at.astimezone(zone) for zone in receiver.zones]
    same_day = there[0].date() == sent_at.astimezone(receiver.zones[0]).date()
    if not same_day or any(local.time() >= AGAIN_UNTIL for local in there):
        return None
    return PlannedReminder(AGAIN, due_at)


def judge(
    *, start: datetime, next_due: datetime | None, now: datetime, receiver: Receiver, due_at: datetime
) -> Judgement:
    """Return what becomes of a reminder whose time has come, however long ago that was.

    Args:
        start: of the appointment, as `find_start` says.
        next_due: when the next reminder of the same plan is due, sent or not; None: this is the last.
        due_at: when this one was.
    """
    if next_due is not None and next_due <= max(now, due_at) + APART:
        return Judgement(Verdict.DROP, "superseded")
    otherwise = Verdict.DROP if next_due is not None else Verdict.TELL
    if now >= start:
        return Judgement(otherwise, "late")
    at = next_good_moment(receiver, now)
    if at == now:
        return Judgement(Verdict.SEND)
    if at is None or at >= start:
        return Judgement(otherwise, "no_good_hour")
    return Judgement(Verdict.WAIT, "hours", at)


def is_good_moment(receiver: Receiver, moment: datetime) -> bool:
    """Return whether a text may be sent: it is day wherever the phone may be, and safe for the person."""
    if receiver.safe is not None and receiver.safe.find_next(moment) is not None:
        return False
    return _is_day(receiver, moment) or not _meets_day(receiver, moment)


def next_good_moment(receiver: Receiver, now: datetime) -> datetime | None:
    """Return the first good moment from now on, now itself when it is one; None: not within `_SEARCHED` days."""
    if is_good_moment(receiver, now):
        return now
    later = sorted(moment for moment in _list_beginnings(receiver, now) if moment > now)
    return next((moment for moment in later if is_good_moment(receiver, moment)), None)


def _plan_day(appointment: KnownAppointment, count: int, receiver: Receiver) -> PlannedReminder | None:
    zone = receiver.zones[0]
    day = find_start(appointment).astimezone(zone).date() - timedelta(days=count)
    due_at = next_good_moment(receiver, _instant(day, SENT_AT, zone))
    return PlannedReminder(f"d{count}", due_at) if due_at else None


def _plan_morning(appointment: KnownAppointment, now: datetime, receiver: Receiver) -> PlannedReminder | None:
    """Two hours before they leave; on the evening before where nobody may be texted so early."""
    start, zone = find_start(appointment), receiver.zones[0]
    day = start.astimezone(zone).date()
    early = start - LEAVING - BEFORE_LEAVING if appointment.at else _instant(day, DAY_STARTS, zone)
    morning = next_good_moment(receiver, max(early, _instant(day, time(0), zone)))
    if morning and morning <= start - TOO_SHORT:
        return PlannedReminder(MORNING, morning)
    evening = next_good_moment(receiver, _instant(day - timedelta(days=1), EVENING, zone))
    if evening and now < evening <= start - TOO_SHORT:
        return PlannedReminder(EVE, evening)
    return PlannedReminder(MORNING, morning) if morning and morning < start else None


def _is_close(one: PlannedReminder, after: PlannedReminder) -> bool:
    return after.due_at - one.due_at < APART


def _is_day(receiver: Receiver, moment: datetime) -> bool:
    return all(DAY_STARTS <= moment.astimezone(zone).time() < DAY_ENDS for zone in receiver.zones)


def _meets_day(receiver: Receiver, moment: datetime) -> bool:
    """Return whether the safe hours reach into the day at all; if not, the person's own word is what counts."""
    safe = receiver.safe
    if safe is None:
        return True
    shared = (one for one in _list_beginnings(receiver, moment) if safe.find_next(one) is None)
    return any(_is_day(receiver, one) for one in shared)


def _list_beginnings(receiver: Receiver, now: datetime) -> Iterator[datetime]:
    """Yield each moment at which a day or safe hours begin, from yesterday on, in no order."""
    first = now.astimezone(receiver.zones[0]).date() - timedelta(days=1)
    for day in (first + timedelta(days=count) for count in range(_SEARCHED)):
        yield from (_instant(day, DAY_STARTS, zone) for zone in receiver.zones)
        if receiver.safe is not None:
            minutes = receiver.safe.starts
            yield _instant(day, time(minutes // 60, minutes % 60), receiver.safe.zone)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return a time of the wall clock as an instant; one that the clocks skip is as much later."""
    return datetime.combine(day, at, zone).astimezone(UTC)
