"""`puente staff shift|hours|holiday|oncall` and `puente cases assign`: who works when, and who is asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.errors import ConfigurationError
from conversation.messages import CaseStatus
from conversation.staffing.office import Span, is_open, next_opening
from conversation.staffing.reading import parse_hours, render_hours
from service import wiring
from service.commands.staff import OPERATOR
from service.engine import EngineClient
from service.settings import Settings
from store.audit import record
from store.database import Database
from store.staff import team
from store.staff.profile import MOST_PAGES
from store.staff.staff import find_row
from store.staffing import assigning, hours, timetable
from store.staffing.roster import read_roster
from store.staffing.timetable import Timed
from store.tables import Case, Caseworker


@dataclass(frozen=True, slots=True)
class _Desk:
    """An opened database, its organisation, and the time."""

    database: Database
    organisation_id: str
    now: datetime

    def find_worker(self, session: Session, login: str) -> Caseworker:
        row = find_row(session, self.organisation_id, login)
        if row is None or not row.active:
            raise ConfigurationError(f"there is no caseworker {login}")
        return row

    def note(self, session: Session, act: str, subject_kind: str, subject_id: str) -> None:
        record(
            session, self.organisation_id, actor=OPERATOR, act=act, subject_kind=subject_kind,
            subject_id=subject_id, now=self.now,
        )  # fmt: skip


def change_shifts(settings: Settings, login: str, lines: Sequence[str], *, clear: bool) -> None:
    """Write somebody's weekly shifts in place of those they had, or show them.

    Raises:
        ConfigurationError: no such caseworker, or hours that cannot be read.
    """
    spans = _parse(lines)

    def change(session: Session) -> tuple[Span, ...]:
        worker = desk.find_worker(session, login)
        if spans or clear:
            timetable.change_shifts(session, desk.organisation_id, worker.id, spans, actor=OPERATOR, now=desk.now)
        return timetable.find_shifts(session, desk.organisation_id, worker.id)

    with _open(settings) as desk:
        kept = desk.database.run_sync(change)
    _print_week(kept, f"{login} has no shifts and counts as at work whenever the office is open")


def change_hours(settings: Settings, lines: Sequence[str], *, zone: str | None, clear: bool) -> None:
    """Write the organisation's weekly hours in place of those it had, or show them and when it opens.

    Raises:
        ConfigurationError: hours or a time zone that cannot be read.
    """
    spans = _parse(lines)

    def change(session: Session) -> None:
        if zone or spans or clear:
            timetable.change_office(
                session, desk.organisation_id,
                spans=spans if spans or clear else None, zone=zone or None, actor=OPERATOR, now=desk.now,
            )  # fmt: skip

    with _open(settings) as desk:
        desk.database.run_sync(change)
        office = desk.database.run_sync(lambda session: hours.read_office(session, desk.organisation_id))
    _print_week(office.spans, "no hours are set: the office counts as always open, but on holidays")
    opens = next_opening(office, desk.now)
    print(f"time zone {office.zone.key}; now {'open' if is_open(office, desk.now) else 'closed'}")
    if opens is not None and opens > desk.now:
        print(f"opens {opens:%Y-%m-%d %H:%M}")


def change_holiday(settings: Settings, day: str | None, *, name: str, remove: bool) -> None:
    """Close the organisation on a day, take that back, or list the holidays to come.

    Raises:
        ConfigurationError: no day, or none that was a holiday.
    """
    when = _parse_day(day) if day else None

    def change(session: Session) -> list[hours.ClosedDay]:
        ours, now = desk.organisation_id, desk.now
        if when and remove and timetable.open_on(session, ours, when, actor=OPERATOR, now=now) is Timed.GONE:
            raise ConfigurationError(f"{when} is no holiday")
        if when and not remove:
            timetable.close_on(session, ours, when, name, actor=OPERATOR, now=now)
        today = desk.now.astimezone(hours.read_office(session, desk.organisation_id).zone).date()
        return hours.list_holidays(session, desk.organisation_id, today)

    with _open(settings) as desk:
        for closed in desk.database.run_sync(change):
            print(f"{closed.day}  {closed.name}")


def change_on_call(settings: Settings, login: str | None, *, on: bool | None, limit: int | None) -> None:
    """Put somebody on the rota for urgent cases or take them off, set their page limit, and show the rota.

    Raises:
        ConfigurationError: no such caseworker, or a limit that makes no sense.
    """
    if limit is not None and not 0 <= limit <= MOST_PAGES:
        raise ConfigurationError(f"the page limit is 0 to {MOST_PAGES} in twelve hours")

    def change(session: Session) -> list[Caseworker]:
        if login:
            worker = desk.find_worker(session, login)
            team.set_on_call(session, desk.organisation_id, worker.id, on=on, limit=limit, actor=OPERATOR, now=desk.now)
        rota = Caseworker.organisation_id == desk.organisation_id, Caseworker.on_call.is_(True), Caseworker.active
        return list(session.scalars(select(Caseworker).where(*rota).order_by(Caseworker.login)))

    with _open(settings) as desk:
        rota = desk.database.run_sync(change)
    for worker in rota:
        phone = "phone confirmed" if worker.phone_confirmed_at else "no phone: cannot be called"
        print(f"{worker.login:<20} at most {worker.page_limit} pages in 12 hours, {phone}")
    print(f"{len(rota)} on call")


def assign_case(settings: Settings, code: str, login: str) -> None:
    """Ask somebody to take a waiting case, whatever their shift and load; a wall stays a wall.

    Raises:
        ConfigurationError: no waiting case of this code, no such caseworker, or this one must not have it.
    """
    rules, vault = wiring.build_rules(settings), wiring.build_vault(settings)
    named = code.strip().upper()

    def ask(session: Session) -> bool:
        worker = desk.find_worker(session, login)
        of_code = Case.organisation_id == desk.organisation_id, Case.code == named
        case = session.scalar(select(Case).where(*of_code, Case.status == CaseStatus.WAITING))
        if case is None:
            raise ConfigurationError(f"no waiting case is called {named}")
        load = read_roster(session, desk.organisation_id, desk.now).find(worker.id)
        desk.note(session, "case.assign", "case", case.id)
        return load is not None and assigning.assign_by_hand(
            session, wiring.build_staff_news(settings, engine, catalogue=rules.catalogue, vault=vault),
            rules.catalogue.languages,
            case=case, worker=load, now=desk.now,
        )  # fmt: skip

    with _open(settings) as desk:
        engine = EngineClient(wiring.engine_settings(settings, executor_id="web"), engine=desk.database.engine)
        try:
            asked = desk.database.run_sync(ask)
        finally:
            engine.close()
    if not asked:
        raise ConfigurationError(f"{login} must not have {named}, gave it back, or takes no cases")
    print(f"{login} was asked to take {named}")


@contextmanager
def _open(settings: Settings) -> Iterator[_Desk]:
    database = wiring.build_database(settings)
    try:
        yield _Desk(database, wiring.get_organisation(settings, database), wiring.utc_now())
    finally:
        database.close()


def _parse(lines: Sequence[str]) -> tuple[Span, ...]:
    try:
        return tuple(span for line in lines for span in parse_hours(line))
    except ValueError as error:
        raise ConfigurationError(str(error)) from None


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError("a day is written like 2026-12-25") from None


def _print_week(spans: Sequence[Span], nothing: str) -> None:
    for line in render_hours(spans) or [nothing]:
        print(line)
