"""The lists of cases: what is asked for, and what is shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from console.inbox.means import Desk
from store.area_codes import read_number
from store.audit import count_acts, record
from store.cases.marks import Subject, read_mark
from store.cases.queues import CaseLine, Filters, Queue, count_queues, list_queue
from store.database import Session
from store.people import find_number_key
from store.sealing.vault import Vault
from store.staff.staff import DISCIPLINES

CODE = re.compile(r"\s*([A-Za-z]{1,3}[0-9]{1,2})\s*")
MOST_PAGES = 1000
MOST_NUMBERS = 60  # exact numbers that one person may look for in an hour
_FEWEST_DIGITS, _LONGEST_PAGE = 7, 4
_SEARCHED = "case.search_number"
_DISCIPLINES = [*DISCIPLINES, "service"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for. `days`: the dates as typed."""

    queue: Queue
    filters: Filters
    page: int = 1
    days: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class QueueView:
    """One list as its page shows it.

    Attributes:
        counts: (queue, open cases in it).
        found_by: says in words what a search has looked for; the page then is none that may be asked for again.
        mark: what an open page gives back to be told of changes.
    """

    queue: Queue
    filters: Filters
    counts: tuple[tuple[str, int], ...]
    lines: tuple[CaseLine, ...]
    more: bool
    page: int
    mark: str
    opened_from: str = ""
    opened_until: str = ""
    found_by: str = field(default="", repr=False)

    @property
    def live(self) -> bool:
        return not self.found_by

    @property
    def is_filtered(self) -> bool:
        return replace(self.filters, number_key=None) != Filters()

    def href(self, *, page: int) -> str:
        """Return the address of this list, at another page of it."""
        return "/inbox?" + urlencode(
            {
                name: value
                for name, value in {
                    "queue": self.queue.value,
                    "language": self.filters.language,
                    "discipline": self.filters.discipline,
                    "state": self.filters.state,
                    "from": self.opened_from,
                    "until": self.opened_until,
                    "closed": "1" if self.filters.closed else "",
                    "page": str(page),
                }.items()
                if value
            }
        )


def read_wanted(query: QueryParams | Mapping[str, str], desk: Desk) -> Wanted:
    """Read what an address asks for; anything that cannot be read is left out."""
    asked = query.get("queue", "")
    queue = Queue(asked) if asked in Queue else Queue.MINE
    days = query.get("from", ""), query.get("until", "")
    opened_from, last_day = desk.read_day(days[0]), desk.read_day(days[1])
    state = query.get("state", "").upper()
    filters = Filters(
        language=_known(query.get("language", ""), [tag for tag, _, _ in desk.languages]),
        discipline=_known(query.get("discipline", ""), _DISCIPLINES),
        state=_known(state, desk.states),
        opened_from=opened_from,
        opened_until=last_day + timedelta(days=1) if last_day else None,
        closed=query.get("closed") == "1",
    )
    shown = (days[0] if opened_from else "", days[1] if last_day else "")
    return Wanted(queue, filters, _read_page(query.get("page", "")), shown)


def view_queue(session: Session, desk: Desk, wanted: Wanted, *, found_by: str = "") -> QueueView:
    """Read one list."""
    mark = read_mark(session, Subject(desk.staff.organisation_id))  # before the rest: what comes between is told again
    found = list_queue(
        session, desk.staff, wanted.queue, filters=wanted.filters, page=wanted.page, now=desk.now
    )  # fmt: skip
    counts = count_queues(session, desk.staff)
    return QueueView(
        queue=wanted.queue, filters=wanted.filters, counts=tuple((one.value, counts[one]) for one in Queue),
        lines=found.lines, more=found.more, page=wanted.page, mark=mark, opened_from=wanted.days[0],
        opened_until=wanted.days[1], found_by=found_by,
    )  # fmt: skip


def find_code(text: str) -> str | None:
    """Return the case code that somebody typed ("a7" is A7); None: it is none."""
    found = CODE.fullmatch(text)
    return found[1].upper() if found else None


def find_number(text: str) -> str | None:
    """Return a telephone number in E.164, one without a country as of the US; None: it is none."""
    if sum(letter.isdecimal() for letter in text) < _FEWEST_DIGITS:
        return None
    return read_number(text)


def search_number(session: Session, vault: Vault, desk: Desk, number: str) -> QueueView | None:
    """Return every open case of one exact number that this reader may see; that somebody looked is written down.

    None: they have looked for so many within the hour that it is a list they go through, not a person they help.
    """
    ours, actor, since = desk.staff.organisation_id, desk.staff.id, desk.now - timedelta(hours=1)
    if count_acts(session, ours, actor=actor, act=_SEARCHED, since=since) >= MOST_NUMBERS:
        return None
    key = find_number_key(session, vault, ours, number)
    record(session, ours, actor=actor, act=_SEARCHED, subject_kind="number", subject_id=key, now=desk.now)
    return view_queue(session, desk, Wanted(Queue.ALL, Filters(number_key=key)), found_by=number)


def _read_page(text: str) -> int:
    """Return the page of a list that an address asks for; of digits beyond all pages no number is made."""
    return min(max(int(text), 1), MOST_PAGES) if text.isdecimal() and len(text) <= _LONGEST_PAGE else 1


def _known(value: str, values: list[str]) -> str | None:
    return value if value in values else None
