"""The release of the person of a case, as its page shows it, and the form that writes it down. Acts as in acts.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from console.inbox.act import Act
from console.inbox.means import Desk
from console.inbox.reach import ZONES
from conversation.dates.zone import zones_of_state
from conversation.errors import ConfigurationError
from store.cases.access import CaseFile
from store.check_ins.keeping import keep_release
from store.check_ins.results import list_answers
from store.check_ins.rounds import is_own_phone
from store.check_ins.starting import HOW, WHO, WHOSE, Outcome, Release, find_consent, find_release
from store.database import Session
from store.staffing.hours import find_zone


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """What the page of a case shows of a release.

    Attributes:
        consent: asked, agreed, revoked, None: the person was never asked.
        answers: (days, question, answer, when); nobody's yes to "are you safe" is among them.
    """

    released_on: date | None
    zone: str
    today: date
    consent: str | None
    is_own: bool
    answers: tuple[tuple[int, str, str, datetime], ...] = field(default=(), repr=False)

    @property
    def zones(self) -> tuple[str, ...]:
        return ZONES

    @property
    def whose(self) -> tuple[str, ...]:
        return WHOSE

    @property
    def who(self) -> tuple[str, ...]:
        return WHO

    @property
    def how(self) -> tuple[str, ...]:
        return HOW


def view_release(session: Session, desk: Desk, case: CaseFile) -> ReleaseView:
    """Read the release of a case that `get_case_for` has returned."""
    today = desk.now.astimezone(desk.zone).date()
    if case.conversation_id is None:
        return ReleaseView(None, desk.zone.key, today, None, is_own=False)
    kept = find_release(session, case.conversation_id)
    zones = zones_of_state(case.state or "")
    zone = kept.zone if kept else zones[0] if zones else desk.zone.key
    return ReleaseView(
        kept.day if kept else None, zone, desk.now.astimezone(ZoneInfo(zone)).date(),
        find_consent(session, case.conversation_id), is_own_phone(session, case.conversation_id),
        tuple(list_answers(session, kept.id)) if kept else (),
    )  # fmt: skip


def note_release(act: Act) -> str:
    """Write down when a child was released; the person is then asked once whether we may ask."""
    form = act.form
    whose, who, how = form.get("whose"), form.get("who"), form.get("how")
    if whose not in WHOSE or who not in WHO or how not in HOW:
        return "bad_form"
    try:
        day, zone = date.fromisoformat(form.get("released_on")), find_zone(form.get("zone")).key
    except (ConfigurationError, ValueError):
        return "date_unread"
    done = keep_release(
        act.session, act.vault, Release(day, zone, whose, who, how),
        caseworker=act.staff, case_id=act.case.id, now=act.now, days=act.desk.means.check_in_days,
    )  # fmt: skip
    return _SAID[done] if done else "not_allowed"


_SAID = {
    Outcome.STARTED: "release_kept",
    Outcome.CHANGED: "release_changed",
    Outcome.REFUSED: "release_refused",
    Outcome.STOPPED: "way_stopped",
    Outcome.OVER: "release_over",
    Outcome.FUTURE: "release_future",
}
RELEASE_ACTS: Mapping[str, Callable[[Act], str]] = {"release": note_release}
