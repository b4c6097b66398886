"""What an agenda is asked for, and what its page shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from console.inbox.means import Desk
from store.agenda.listing import AgendaDate, Range, count_standings, list_dates
from store.agenda.standing import OPEN_STANDINGS, Standing
from store.cases.access import LEADING
from store.check_ins.results import count_unanswered
from store.database import Session
from store.staff.staff import Role

SHOWN = 50  # dates on one page
MOST_PAGES = 400
DAY, WEEK = 1, 7  # days that are shown
ALL, MINE = "all", "me"
UNANSWERED = "open"  # the daily list: nobody has confirmed
WITH_CHECK_INS = (Role.CASEWORKER, Role.SUPERVISOR)  # who may open /inbox/checkins
_FIRST, _LAST = date(2000, 1, 1), date(2999, 1, 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an agenda is asked for.

    Attributes:
        who: ALL that the reader may see, MINE, or the id of a colleague.
        show: "" everything, UNANSWERED, or one Standing.
    """

    day: date
    days: int = DAY
    who: str = ALL
    show: str = ""
    page: int = 1

    def to_range(self, desk: Desk) -> Range:
        worker = {ALL: None, MINE: desk.staff.id}.get(self.who, self.who)
        standings = OPEN_STANDINGS if self.show == UNANSWERED else (self.show,) if self.show else ()
        return Range(self.day, self.day + timedelta(days=self.days - 1), worker, tuple(standings))


@dataclass(frozen=True, slots=True)
class AgendaView:
    """One page of an agenda; of persons, so nothing of it in a repr.

    Attributes:
        by_day: the dates of each day, in order; a day without one is left out.
        counts: how many dates of these days stand how.
        today: in the zone of the organisation.
        silent: how many rounds of questions after release nobody answered; None: not for this reader.
    """

    wanted: Wanted
    by_day: tuple[tuple[date, tuple[AgendaDate, ...]], ...] = field(repr=False)
    counts: Mapping[str, int]
    today: date
    more: bool
    silent: int | None = None

    @property
    def total(self) -> int:
        """Return how many dates of these days there are, but for the cancelled ones."""
        return sum(count for standing, count in self.counts.items() if standing != "cancelled")

    @property
    def unanswered(self) -> int:
        return sum(self.counts.get(standing, 0) for standing in OPEN_STANDINGS)

    @property
    def standings(self) -> list[tuple[str, int]]:
        """Return each standing there is, what needs a look first."""
        order = [*OPEN_STANDINGS, Standing.GOING]
        known = [(one.value, self.counts[one]) for one in order if self.counts.get(one)]
        return known + sorted((name, count) for name, count in self.counts.items() if name not in order)

    def href(self, path: str = "/inbox/agenda", **changes: str | int) -> str:
        """Return the address of the same agenda with something changed; a change goes back to the first page."""
        wanted = self.wanted
        now = {
            "day": wanted.day.isoformat(), "days": wanted.days, "who": wanted.who, "show": wanted.show, "page": 1,
            **changes,
        }  # fmt: skip
        plain = {"days": DAY, "who": ALL, "show": "", "page": 1}
        return f"{path}?" + urlencode({name: value for name, value in now.items() if plain.get(name) != value})

    def move(self, steps: int) -> str:
        """Return the address of the days before or after, as many as are shown."""
        day = self.wanted.day + timedelta(days=steps * self.wanted.days)
        return self.href(day=min(max(day, _FIRST), _LAST).isoformat())


def read_wanted(query: QueryParams, desk: Desk) -> Wanted:
    """Read an address; what cannot be read is as if it were not said. The first day is today."""
    who, show, page = query.get("who", ALL), query.get("show", ""), query.get("page", "")
    colleagues = {one.id for one in desk.colleagues}
    return Wanted(
        day=_read_day(query.get("day", "")) or desk.now.astimezone(desk.zone).date(),
        days=WEEK if query.get("days") == str(WEEK) else DAY,
        who=who if who == MINE or who in colleagues else ALL,
        show=show if show == UNANSWERED or show in Standing else "",
        page=min(max(int(page), 1), MOST_PAGES) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
    )


def view_agenda(session: Session, desk: Desk, wanted: Wanted) -> AgendaView:
    """Read one page of an agenda."""
    asked, vault = wanted.to_range(desk), desk.means.entrance.vault
    found = list_dates(session, vault, desk.staff, asked, limit=SHOWN + 1, offset=(wanted.page - 1) * SHOWN)
    by_day = groupby(found[:SHOWN], key=lambda one: one.known.day)
    return AgendaView(
        wanted=wanted, by_day=tuple((day, tuple(dates)) for day, dates in by_day),
        counts=count_standings(session, desk.staff, asked), today=desk.now.astimezone(desk.zone).date(),
        more=len(found) > SHOWN, silent=_count_silent(session, desk),
    )  # fmt: skip


def may_lead(desk: Desk) -> bool:
    """Return whether the reader sees dates that no case leads to."""
    return desk.staff.role in LEADING


def _count_silent(session: Session, desk: Desk) -> int | None:
    return count_unanswered(session, desk.staff, desk.now) if desk.staff.role in WITH_CHECK_INS else None


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST <= day <= _LAST else None
