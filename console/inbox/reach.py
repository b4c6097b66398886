"""When and by which way the person of a case may be written to, as its page shows it."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time, get_day_names

from console.inbox.means import Desk
from console.inbox.ready_answers import WHO_IS_TOLD, ReadyAnswer, find_answer
from conversation.dates.zone import zones_of_state
from conversation.messages import CaseStatus, Channel
from conversation.safe_hours import SafeHours
from store.area_codes import find_time_zone
from store.cases.access import CaseFile
from store.cases.summary import Summary
from store.cases.talk import has_written
from store.database import Session
from store.people import get_address_of
from store.reaching.safe_times import SafeWish, find_next_hour, find_safe_wish
from store.reaching.sms_way import AgreedWay, find_way
from store.staff_phones.mail import find_sender

ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico",
)  # fmt: skip
_OWN_DUTY = "safety"  # the discipline in which a child may be in danger


@dataclass(frozen=True, slots=True)
class Reach:
    """How a person may be reached; of the person, so never in a repr.

    Attributes:
        zone: of the hours, or the likeliest when none are kept.
        opens: when a text does no harm next, None: now; `their_now`, `their_opening`: both as their clock says it.
        way: where they agreed to be written to by SMS; `shown_number`: what WhatsApp shows of theirs, if anything.
        duty: the line about who is told of danger, while no text of a caseworker has said it yet.
    """

    wish: SafeWish | None = field(repr=False)
    zone: str
    opens: datetime | None
    their_now: str
    their_opening: str
    day_names: tuple[str, ...]
    way: AgreedWay | None = field(repr=False)
    is_whatsapp: bool
    shown_number: str | None = field(repr=False)
    has_sender: bool
    duty: ReadyAnswer | None

    @property
    def hours(self) -> SafeHours | None:
        return self.wish.hours if self.wish else None

    @property
    def starts(self) -> str:
        return _clock(self.hours.starts) if self.hours else ""

    @property
    def ends(self) -> str:
        return _clock(self.hours.ends) if self.hours else ""

    @property
    def days(self) -> frozenset[int]:
        """Return the days that are ticked; none of them means every day."""
        return self.hours.days if self.hours and len(self.hours.days) < len(self.day_names) else frozenset()

    @property
    def zones(self) -> tuple[str, ...]:
        return ZONES if self.zone in ZONES else (self.zone, *ZONES)

    @property
    def told(self) -> str:
        """Return the hours in short ("17:00-20:30, Mon Tue, Chicago"), "" when nothing was said."""
        if self.hours is None:
            return ""
        days = " ".join(self.day_names[one] for one in sorted(self.days))
        place = self.zone.rpartition("/")[2].replace("_", " ")
        return ", ".join(part for part in (f"{self.starts}-{self.ends}", days, place) if part)


def view_reach(session: Session, desk: Desk, case: CaseFile, summary: Summary) -> Reach:
    """Read how the person of a case may be reached that `get_case_for` has returned."""
    vault, conversation_id = desk.means.entrance.vault, case.conversation_id
    wish = find_safe_wish(session, vault, conversation_id)
    number = get_address_of(session, vault, conversation_id).address.value if conversation_id else ""
    zone = wish.hours.zone.key if wish and wish.hours else _guess_zone(case, number, desk)
    opens = find_next_hour(session, vault, conversation_id, desk.now)
    return Reach(
        wish=wish, zone=zone, opens=opens, their_now=_say(desk.now, desk, zone, near=desk.now),
        their_opening=_say(opens, desk, zone, near=desk.now) if opens else "",
        day_names=_name_days(desk.locale),
        way=find_way(session, vault, conversation_id), is_whatsapp=summary.channel is Channel.WHATSAPP,
        shown_number=number if number.startswith("+") else None,
        has_sender=find_sender(session, case.organisation_id) is not None,
        duty=_find_duty(session, desk, case, summary),
    )  # fmt: skip


def _guess_zone(case: CaseFile, number: str, desk: Desk) -> str:
    """Return the zone of the state that was told, else of the area code, else of the organisation."""
    zones, of_number = zones_of_state(case.state or ""), find_time_zone(number)
    if of_number and (not zones or of_number in zones):
        return of_number
    return zones[0] if zones else desk.zone.key


def _say(at: datetime, desk: Desk, zone: str, *, near: datetime) -> str:
    """Return an hour on the person's clock as the reader says it, with the day when it is another than `near`'s."""
    here, today = at.astimezone(ZoneInfo(zone)), near.astimezone(ZoneInfo(zone)).date()
    hour = format_time(here, "short", locale=desk.locale)
    return hour if here.date() == today else f"{format_skeleton('EEEMMMd', here, locale=desk.locale)}, {hour}"


def _find_duty(session: Session, desk: Desk, case: CaseFile, summary: Summary) -> ReadyAnswer | None:
    """Return the line for the first text of a case in which a child may tell of danger; None: it is not due."""
    may_tell = case.discipline == _OWN_DUTY or case.role == "youth"
    if not may_tell or case.status is not CaseStatus.CLAIMED or case.opening in ("needed", "asked"):
        return None
    if has_written(session, case):
        return None
    return find_answer(
        desk.means.rules.catalogue, WHO_IS_TOLD, language=case.language or summary.language or "en",
        channel=summary.channel or Channel.SMS, today=desk.now.date(),
    )  # fmt: skip


def _name_days(locale: str) -> tuple[str, ...]:
    names = get_day_names("abbreviated", locale=locale)
    return tuple(names[day] for day in range(7))  # Monday first, as we count them


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
