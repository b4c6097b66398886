"""Who is asked to take a case. Pure: the same need and the same workers always give the same choice.

Asked is who works in the discipline, is at work and has room; of those who speaks the language, else who speaks a
language that stands in for it, with an interpreter; of those who had this person last, else who has waited longest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from conversation.messages import Urgency

WEIGHTS: Mapping[Urgency, int] = {Urgency.PAGE_NOW: 3, Urgency.SAME_DAY: 1, Urgency.NORMAL: 1}
GENERAL = frozenset({"community", "service"})  # disciplines that need no training of their own
TAKING_CASES = ("caseworker", "supervisor")  # roles, in the order in which they are asked
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Why(StrEnum):
    """Why this choice; without a worker, what was missing first."""

    LAST_WORKER = "last_worker"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    NO_DISCIPLINE = "no_discipline"
    OFF_SHIFT = "off_shift"
    RESTING = "resting"
    NO_ROOM = "no_room"


@dataclass(frozen=True, slots=True)
class Need:
    """What a case needs.

    Attributes:
        language: BCP 47, or None when it is not known: then any will do.
        bridges: languages that stand in for it, nearest first ("es" for K'iche').
        last_worker: id of who had this person before.
        excluded: ids of who must not have it: who gave it back, and whoever has the household's other side.
    """

    language: str | None
    discipline: str
    urgency: Urgency
    bridges: tuple[str, ...] = ()
    last_worker: str | None = None
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WorkerLoad:
    """One caseworker at one moment.

    Attributes:
        disciplines: codes as of a case; none: they work in all.
        load: weights of the open cases they own or were asked to take.
        idle_since: since when nothing new was given to them; None: never was.
        pages: times they were called to urgent cases in the last twelve hours.
        reachable: they have a phone of their own that is confirmed.
        off: they have switched themselves off.
    """

    id: str
    role: str = "caseworker"
    languages: tuple[str, ...] = ()
    disciplines: tuple[str, ...] = ()
    capacity: int = 10
    load: int = 0
    active: bool = True
    on_shift: bool = True
    resting: bool = False
    idle_since: datetime | None = None
    pages: int = 0
    page_limit: int = 4
    on_call: bool = False
    reachable: bool = False
    off: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is asked (an id), or None: then the case waits in everybody's sight."""

    worker: str | None
    interpreter_needed: bool
    why: Why


def choose_worker(need: Need, workers: Sequence[WorkerLoad]) -> Choice:
    """Return who is asked to take a case."""
    skilled = [worker for worker in workers if _may_have(need, worker)]
    present = [worker for worker in skilled if worker.on_shift]
    awake = [worker for worker in present if not worker.resting or need.urgency is Urgency.PAGE_NOW]
    free = [worker for worker in awake if has_room(worker, need.urgency)]
    if not free:
        lacks = ((skilled, Why.NO_DISCIPLINE), (present, Why.OFF_SHIFT), (awake, Why.RESTING), (free, Why.NO_ROOM))
        return Choice(None, not any(speaks(one, need.language) for one in skilled), next(w for s, w in lacks if not s))
    best = min(free, key=lambda worker: _rank(need, worker))
    if not speaks(best, need.language):
        return Choice(best.id, True, Why.INTERPRETER)
    return Choice(best.id, False, Why.LAST_WORKER if best.id == need.last_worker else Why.LANGUAGE)


def has_room(worker: WorkerLoad, urgency: Urgency) -> bool:
    """Return whether one more case stays within their capacity, and one more page within their limit."""
    if urgency is Urgency.PAGE_NOW and worker.pages >= worker.page_limit:
        return False
    return worker.load + WEIGHTS[urgency] <= worker.capacity


def works_in(worker: WorkerLoad, discipline: str) -> bool:
    return discipline in GENERAL or not worker.disciplines or discipline in worker.disciplines


def speaks(worker: WorkerLoad, language: str | None) -> bool:
    """Return whether they speak a language; regions and scripts do not matter. One that is not known: everybody."""
    return language is None or _primary(language) in {_primary(one) for one in worker.languages}


def _may_have(need: Need, worker: WorkerLoad) -> bool:
    takes_cases = worker.active and worker.role in TAKING_CASES
    return takes_cases and worker.id not in need.excluded and works_in(worker, need.discipline)


def _rank(need: Need, worker: WorkerLoad) -> tuple[bool, int, int, bool, datetime, str]:
    languages = (need.language, *need.bridges)
    nearest = next((at for at, language in enumerate(languages) if speaks(worker, language)), len(languages))
    role = TAKING_CASES.index(worker.role)
    return worker.resting, nearest, role, worker.id != need.last_worker, worker.idle_since or _LONG_AGO, worker.id


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
