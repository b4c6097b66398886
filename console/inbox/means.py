"""What the inbox works with, and what each of its pages knows of its reader."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, format_timedelta

from console.door import Entrance
from conversation.appointments.schedule import DAYS_BEFORE
from conversation.appointments.values import KnownAppointment
from conversation.check_ins.values import DAYS_AFTER
from conversation.media import MediaSource, is_opened, is_shown_as
from conversation.messages import Channel
from conversation.ports import WorkQueue
from conversation.turn import Rules
from store.cases.events import EventKind
from store.cases.timeline import TimelineItem
from store.database import Session
from store.decisions import Split
from store.staff.staff import Role, Staff, list_everybody
from store.staffing.hours import read_office
from store.staffing.switching import is_working

_FIRST_YEAR, _LAST_YEAR = 2000, 2999  # of anything that is asked for or planned here
_WITH_CASES = (Role.CASEWORKER, Role.SUPERVISOR)
_TELLING = frozenset(
    {EventKind.ASSIGNED, EventKind.REASSIGNED, EventKind.PAGED, EventKind.REMINDED, EventKind.ESCALATED}
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a text would cost if it were sent as it stands.

    Attributes:
        outside: the characters that make an SMS cost more than twice as much, each once.
    """

    segments: int
    messages: int
    gsm7: bool
    outside: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Means:
    """Collaborators of every page of the inbox.

    Attributes:
        rules: the wording, the languages and the states by name.
        split: cuts a text as the carrier takes it; `measure`: what it costs on a channel.
        cents: price of one segment, or None when nobody has said it.
        files: where what people send is fetched from; None: nowhere, and pages say that it cannot be reached.
        reminder_days: how many days before a date its reminders go.
    """

    entrance: Entrance
    rules: Rules
    queue: WorkQueue
    split: Split
    measure: Callable[[str, Channel], Cost]
    cents: float | None = None
    files: MediaSource | None = None
    reminder_days: Sequence[int] = DAYS_BEFORE
    check_in_days: Sequence[int] = DAYS_AFTER

    @property
    def states(self) -> list[str]:
        return sorted(self.rules.atlas.codes)


@dataclass
class Desk:
    """What a page tells its reader whatever it shows: names of people and languages, and times as they say them."""

    means: Means
    staff: Staff
    locale: str
    now: datetime
    zone: ZoneInfo
    on_shift: bool
    people: tuple[Staff, ...] = field(repr=False)  # those who have left among them
    said: str = ""

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names by account."""
        return {one.id: one.name for one in self.people}

    @property
    def colleagues(self) -> list[Staff]:
        """Who else works here and may have cases."""
        return [one for one in self.people if one.active and one.id != self.staff.id and one.role in _WITH_CASES]

    @cached_property
    def languages(self) -> list[tuple[str, str, str]]:
        """(tag, own name, direction), by name."""
        known = self.means.rules.languages.by_tag.values()
        return sorted(((one.tag, one.name, one.direction) for one in known), key=lambda one: one[1].casefold())

    @property
    def states(self) -> list[str]:
        return self.means.states

    @property
    def zone_name(self) -> str:
        return self.zone.key.replace("_", " ")

    def language_name(self, tag: str) -> str:
        return self.means.rules.languages.name_of(tag)

    def direction_of(self, tag: str | None) -> str:
        """Return "ltr" or "rtl", "auto" where we cannot know."""
        known = self.means.rules.languages.by_tag.get(tag or "")
        return known.direction if known else "auto"

    def shown_as(self, content_type: str) -> str:
        """Return how a page offers a file: "image", "audio", "video", "download", or "" when it is not opened."""
        return is_shown_as(content_type) or ("download" if is_opened(content_type) else "")

    def title_of(self, answer: str) -> str:
        """Return what an answer, or a reason of ours, is called in the reader's language."""
        catalogue = self.means.rules.catalogue
        title = catalogue.find_title(answer, self.locale) if answer in catalogue.entries else None
        return title or answer.partition(".")[2].replace("_", " ") or answer

    def name_of(self, caseworker_id: str | None) -> str:
        return self.names.get(caseworker_id or "", "?")

    def when(self, at: datetime) -> str:
        """Return a moment as short as it can be said today."""
        here = at.astimezone(self.zone)
        if here.date() == self.now.astimezone(self.zone).date():
            return format_time(here, "short", tzinfo=self.zone, locale=self.locale)
        day, clock = format_skeleton("MMMd", here, locale=self.locale), format_time(here, "short", locale=self.locale)
        return f"{day}, {clock}"

    def ago(self, since: datetime) -> str:
        """Return how long something lasts ("12 minutes")."""
        return format_timedelta(max(self.now - since, timedelta()), locale=self.locale, threshold=1.2)

    def day(self, day: date) -> str:
        return format_date(day, "medium", locale=self.locale)

    def long_day(self, day: date) -> str:
        """Return a day with its weekday."""
        return format_date(day, "full", locale=self.locale)

    def clock(self, at: time) -> str:
        return format_time(at, "short", locale=self.locale)

    def say_when(self, known: KnownAppointment) -> str:
        """Return a date of a person on the clock of its place: "Wed, Jan 14, 2026, 8:30 AM", or the day alone."""
        day = format_skeleton("yMMMEd", known.day, locale=self.locale)
        if known.at is None:
            return day
        return f"{day}, {self.clock(known.at)}"

    def extras(self, item: TimelineItem) -> Iterator[str]:
        """Return what belongs to an event besides what it is: to whom ("" for nobody), until when."""
        details = item.details
        for name in ("to", "member"):
            told = details.get(name)
            if name in details and item.kind in _TELLING:
                yield ", ".join(map(self.name_of, [told] if isinstance(told, str) else told or []))
            elif isinstance(told, str):
                yield self.name_of(told)
        if isinstance(details.get("until"), str):
            yield self.when(datetime.fromisoformat(details["until"]))

    def read_local(self, text: str) -> datetime | None:
        """Return a time of a form ("2026-11-22T17:30") on the organisation's wall clock; None: it is none.

        One that names its own offset keeps it. A year that no case can have is none: it may have no time in UTC.
        """
        try:
            read = datetime.fromisoformat(text)
        except ValueError:
            return None
        if not _FIRST_YEAR <= read.year <= _LAST_YEAR:
            return None
        return read if read.tzinfo else read.replace(tzinfo=self.zone)

    def read_day(self, text: str) -> datetime | None:
        """Return the beginning of a day of a form; None: it is none."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return datetime.combine(day, time(), self.zone) if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def read_desk(session: Session, means: Means, staff: Staff, *, locale: str, now: datetime, said: str = "") -> Desk:
    """Read what a page needs to know of its reader and their colleagues, those who have left among them."""
    vault, organisation_id = means.entrance.vault, staff.organisation_id
    people, office = list_everybody(session, vault, organisation_id), read_office(session, organisation_id)
    return Desk(
        means=means, staff=staff, locale=locale, now=now, zone=office.zone,
        on_shift=is_working(session, staff, now, office=office), people=tuple(people), said=said,
    )  # fmt: skip
