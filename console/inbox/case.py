"""One case as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from console.agenda.case_dates import Dates, view_dates
from console.check_ins.case_release import ReleaseView, view_release
from console.inbox.beside import Beside, read_beside
from console.inbox.means import Cost, Desk
from console.inbox.reach import Reach, view_reach
from console.inbox.ready_answers import ReadyAnswer, find_opening, search_answers
from conversation.media import MediaType, list_sendable
from conversation.messages import CaseStatus, Channel
from store.cases.access import LEADING, CaseFile
from store.cases.calls import Booking, Call, list_bookings, list_calls
from store.cases.drafts import find_draft
from store.cases.marks import Subject, read_mark
from store.cases.notes import LONGEST
from store.cases.replies import find_window_end
from store.cases.reports import Report, list_reports
from store.cases.summary import Summary, summarise
from store.cases.timeline import TimelineItem, read_timeline
from store.cases.transitions import MOVES, By, Phase
from store.database import Session
from store.staff.staff import DISCIPLINES, Staff

SHOWN = 200  # things of a timeline on one page
_LANGUAGE_UNKNOWN = "en"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a case page asks for besides the case.

    Attributes:
        search: words to find ready-made answers by.
        inserted: id of the ready-made answer that was put into the text last.
        interpreter: id of the one by whom the booking is to be filled in.
        date: id of the date that is to be corrected.
        before: show the timeline before this time.
        note, wall: a note that could not be kept, and who was to read it: it stands in its form again.
    """

    search: str = ""
    inserted: str = ""
    interpreter: str = ""
    date: str = ""
    before: datetime | None = None
    note: str = field(default="", repr=False)
    wall: str = ""


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything a case page shows. Made by `view_case`."""

    case: CaseFile
    phase: Phase
    moves: frozenset[str]
    is_mine: bool
    may_write: bool
    may_note: bool
    may_lead: bool
    summary: Summary
    items: Sequence[TimelineItem] = field(repr=False)
    asked: tuple[str, ...]
    body: str = field(repr=False)
    cost: Cost
    window_until: datetime | None
    search: str
    inserted: str
    answers: Sequence[ReadyAnswer]
    beside: Beside = field(repr=False)
    opening_text: ReadyAnswer | None
    colleagues: Sequence[Staff] = field(repr=False)
    walls: tuple[str, ...]
    calls: Sequence[Call] = field(repr=False)
    bookings: Sequence[Booking] = field(repr=False)
    reports: Sequence[Report] = field(repr=False)
    reach: Reach = field(repr=False)
    dates: Dates = field(repr=False)
    release: ReleaseView = field(repr=False)
    mark: str
    older: str | None
    note: str = field(default="", repr=False)
    wall: str = ""

    @property
    def private(self) -> bool:
        return self.summary.private

    @property
    def stopped(self) -> bool:
        return self.summary.stopped

    @property
    def channel(self) -> str:
        return self.summary.channel or Channel.SMS

    @property
    def sendable(self) -> str:
        """Return which files may be sent, as a file field takes it."""
        return ",".join(list_sendable(Channel(self.channel)))

    @property
    def most_bytes(self) -> int:
        """Return the size above which no file can be sent here."""
        return max(list_sendable(Channel(self.channel)).values())

    @property
    def takes_voice(self) -> bool:
        return MediaType.OGG in list_sendable(Channel(self.channel))

    @property
    def opening_due(self) -> bool:
        """Whether the next text must be the neutral one, or its answer has not come."""
        return self.case.opening in ("needed", "asked")

    @property
    def report_due(self) -> bool:
        return any(one.reported_at is None for one in self.reports)

    @property
    def safe_hours(self) -> str:
        """Return when a text does no harm, in short, "" when nothing was said."""
        return self.reach.told


def view_case(session: Session, desk: Desk, case: CaseFile, asked: Asked) -> CaseView:
    """Read a case that `get_case_for` has returned."""
    vault, staff = desk.means.entrance.vault, desk.staff
    mark = read_mark(session, Subject(case.organisation_id, case.id))  # before the rest, so that nothing is missed
    summary = summarise(session, vault, case)
    channel = summary.channel or Channel.SMS
    items = read_timeline(session, vault, staff, case, before=asked.before, limit=SHOWN)
    reach = view_reach(session, desk, case, summary)
    body = find_draft(session, vault, case_id=case.id, caseworker_id=staff.id)
    duty = reach.duty if not body and not summary.private else None  # it stands in the text, to be read and changed
    body, inserted = (duty.text, duty.id) if duty else (body, asked.inserted)
    until = find_window_end(session, case)
    catalogue, language = desk.means.rules.catalogue, case.language or summary.language or _LANGUAGE_UNKNOWN
    on_it = case.has_on_it(staff.id)
    return CaseView(
        case=case, phase=find_phase_of(case), moves=find_moves(case, staff), is_mine=case.owner_id == staff.id,
        may_write=on_it and case.status == CaseStatus.CLAIMED, may_note=on_it or staff.role in LEADING,
        may_lead=case.status == CaseStatus.CLAIMED and (case.owner_id == staff.id or staff.role in LEADING),
        summary=summary, items=items, asked=_name_answers(desk, summary), body=body,
        cost=desk.means.measure(body[:LONGEST], channel), window_until=until if until and until > desk.now else None,
        search=asked.search, inserted=inserted,
        answers=search_answers(
            catalogue, asked.search, language=language, locale=desk.locale, channel=channel, today=desk.now.date()
        ),
        beside=read_beside(
            session, desk, case, language=language, search=asked.search, interpreter=asked.interpreter
        ),
        opening_text=find_opening(catalogue, language=language, channel=channel, today=desk.now.date()),
        colleagues=desk.colleagues,
        walls=tuple(one for one in DISCIPLINES if one in staff.disciplines),
        calls=list_calls(session, vault, staff, case), bookings=list_bookings(session, vault, case),
        reports=list_reports(session, vault, case), reach=reach,
        dates=view_dates(session, desk, case, chosen=asked.date),
        release=view_release(session, desk, case), mark=mark, older=_older(case, items), note=asked.note,
        wall=asked.wall,
    )  # fmt: skip


def find_phase_of(case: CaseFile) -> Phase:
    """Return where a case stands; as store/cases/transitions.py does for a row."""
    if case.status != CaseStatus.CLAIMED:
        return Phase(case.status)
    if case.offered_to_id is not None:
        return Phase.OFFERED
    return Phase.SNOOZED if case.snoozed_until is not None else Phase.CLAIMED


def find_moves(case: CaseFile, staff: Staff) -> frozenset[str]:
    """Return the moves to offer; whether one is allowed is decided anew when it is made."""
    is_it = {
        By.ANYONE: True, By.OWNER: case.owner_id == staff.id, By.OFFERED: case.offered_to_id == staff.id,
        By.SUPERVISOR: staff.role in LEADING,
    }  # fmt: skip
    mine = {by for by, holds in is_it.items() if holds}
    phase = find_phase_of(case)
    return frozenset(move.value for move, rule in MOVES.items() if phase in rule.starts and rule.by & mine)


def _name_answers(desk: Desk, summary: Summary) -> tuple[str, ...]:
    """Return what was asked and answered, by the titles of the answers."""
    ids = dict.fromkeys(answer for one in summary.exchanges for answer in one.answers)
    return tuple(desk.title_of(answer) for answer in ids if not answer.startswith("system."))


def _older(case: CaseFile, items: Sequence[TimelineItem]) -> str | None:
    if len(items) < SHOWN:
        return None
    return f"/inbox/{case.code}?" + urlencode({"before": items[0].at.isoformat()})
