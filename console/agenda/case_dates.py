"""The dates of the person of a case, as its page shows them, and what its forms do to them. Acts as in acts.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from console.inbox.act import Act
from console.inbox.means import Desk, Means
from console.inbox.reach import ZONES
from conversation.appointments.values import AppointmentKind, KnownAppointment
from conversation.dates.zone import find_zone, zones_of_state
from conversation.errors import ConfigurationError
from conversation.masking import mask
from store.agenda import keeping
from store.agenda.consents import find_last_word
from store.agenda.keeping import AGREED_HOW, AGREED_WHO, Keeper, Kept, Seen
from store.agenda.listing import AgendaDate, list_of_conversation
from store.agenda.standing import OPEN_STANDINGS, Standing
from store.cases.access import CaseFile
from store.database import Session
from store.reminders.holding import find_held
from store.reminders.sending import Sending
from store.staffing.hours import find_zone as find_named_zone

KINDS = tuple(AppointmentKind)
LONGEST_PLACE, LONGEST_CHILD = 80, 20
_CHANGEABLE = frozenset({*OPEN_STANDINGS, Standing.GOING})
_KEPT = {
    Kept.DONE: "date_kept", Kept.NOT_ALLOWED: "not_allowed", Kept.STALE: "date_stale", Kept.TOO_MANY: "date_many",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HeldReminder:
    """A reminder that waits for who has the case."""

    id: str
    appointment_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Dates:
    """What the page of a case shows of dates; of the person, so never in a repr.

    Attributes:
        listed: those to come first, nearest first, then what has been, latest first.
        agreed: whether the person may be reminded; None: nobody was asked.
        chosen: the one whose form is open.
    """

    listed: tuple[AgendaDate, ...] = field(repr=False)
    held: tuple[HeldReminder, ...]
    agreed: bool | None
    zone: str
    today: date
    chosen: AgendaDate | None = field(default=None, repr=False)

    @property
    def kinds(self) -> tuple[AppointmentKind, ...]:
        return KINDS

    @property
    def zones(self) -> tuple[str, ...]:
        return ZONES

    @property
    def agreed_how(self) -> tuple[str, ...]:
        return AGREED_HOW

    def is_open(self, one: AgendaDate) -> bool:
        """Return whether a date may still be corrected or cancelled."""
        return one.standing in _CHANGEABLE


def view_dates(session: Session, desk: Desk, case: CaseFile, *, chosen: str = "") -> Dates:
    """Read the dates of a case that `get_case_for` has returned."""
    if case.conversation_id is None:
        return Dates((), (), None, desk.zone.key, desk.now.date())
    rows = list_of_conversation(session, desk.means.entrance.vault, case.conversation_id)
    coming = [one for one in reversed(rows) if one.standing in _CHANGEABLE and not one.known.is_over(desk.now)]
    listed = (*coming, *(one for one in rows if one not in coming))
    word = find_last_word(session, case.conversation_id)
    zones = zones_of_state(case.state or "")
    return Dates(
        listed=listed, held=tuple(HeldReminder(*one) for one in find_held(session, case.conversation_id)),
        agreed=word.is_agreed if word else None, zone=zones[0] if len(zones) == 1 else "",
        today=desk.now.astimezone(desk.zone).date(),
        chosen=next((one for one in coming if one.known.id == chosen), None),
    )  # fmt: skip


def find_place_zone(means: Means, place: str) -> ZoneInfo | None:
    """Return the zone of a place in words ("Houston, TX"); None: it is not known, or lies in two."""
    reading = means.rules.atlas.read(place, asked=True) if place else None
    return find_zone(reading.place) if reading and reading.place else None


def keep_date(act: Act) -> str:
    """Keep a new date, or correct one that is shown."""
    told = _read_date(act)
    if isinstance(told, str):
        return told
    seen = _read_seen(act) if act.form.get("date") else None
    agreed = _read_agreed(act)
    done = keeping.keep_date(act.session, act.vault, _keeper(act), told, seen=seen, agreed=agreed)
    if done is not Kept.DONE:
        return _KEPT[done]
    word = find_last_word(act.session, act.case.conversation_id or "")
    return "date_kept" if word and word.is_agreed else "date_no_consent"


def cancel_date(act: Act) -> str:
    done = keeping.cancel_date(act.session, _keeper(act), _read_seen(act))
    return "date_cancelled" if done is Kept.DONE else _KEPT[done]


def send_reminder(act: Act) -> str:
    means = act.desk.means
    sending = Sending(act.vault, means.queue, means.split, means.rules)
    done = keeping.release_reminder(act.session, sending, _keeper(act), act.form.get("reminder"))
    return {Kept.DONE: "reminder_sent", Kept.STALE: "reminder_gone"}.get(done, "not_allowed")


def drop_reminder(act: Act) -> str:
    done = keeping.drop_reminder(act.session, _keeper(act), act.form.get("reminder"))
    return {Kept.DONE: "reminder_dropped", Kept.STALE: "reminder_gone"}.get(done, "not_allowed")


def _keeper(act: Act) -> Keeper:
    return Keeper(act.staff, act.case.id, act.now, act.desk.means.reminder_days)


def _read_seen(act: Act) -> Seen:
    return Seen(act.form.get("date")[:32], act.form.get("mark")[:64])


def _read_agreed(act: Act) -> Mapping[str, str] | None:
    who, how = act.form.get("who"), act.form.get("how")
    return {"who": who, "how": how} if who in AGREED_WHO and how in AGREED_HOW else None


def _read_date(act: Act) -> KnownAppointment | str:
    """Return the date of a form, or the code that says what is wrong with it."""
    place, child = act.form.get("place").strip(), act.form.get("child").strip()
    kind, hour = act.form.get("kind"), act.form.get("at").strip()
    try:
        day, at = date.fromisoformat(act.form.get("day")), time.fromisoformat(hour) if hour else None
    except ValueError:
        return "date_unread"
    if kind not in KINDS or (at and at.tzinfo) or not 2000 <= day.year <= 2999:
        return "date_unread"
    if len(place) > LONGEST_PLACE or len(child) > LONGEST_CHILD or tells_number(place + " " + child):
        return "date_text"
    zone = _read_zone(act, place)
    if zone is None:
        return "date_no_zone"
    told = KnownAppointment(
        "", kind, day, at and at.replace(second=0, microsecond=0), zone, place or None, child or None
    )
    return "date_past" if told.is_over(act.now) else told


def _read_zone(act: Act, place: str) -> str | None:
    """Return the zone that was chosen, else that of the place."""
    if chosen := act.form.get("zone"):
        return read_zone(chosen)
    found = find_place_zone(act.desk.means, place)
    return found.key if found else None


def read_zone(name: str) -> str | None:
    """Return the name of a zone of ours as it is kept; None: there is none such, or not here."""
    try:
        return find_named_zone(name).key if name.startswith(("America/", "Pacific/")) else None
    except (ConfigurationError, ValueError):
        return None


def tells_number(text: str) -> bool:
    """Return whether a text holds a number of the government."""
    return mask(text) != text


DATE_ACTS: Mapping[str, Callable[[Act], str]] = {
    "date": keep_date,
    "date-cancel": cancel_date,
    "reminder-send": send_reminder,
    "reminder-drop": drop_reminder,
}
