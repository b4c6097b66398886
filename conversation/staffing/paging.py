"""Who is called by text to an urgent case, one after another until somebody has it. Pure.

owner or who was asked ─▶ rota, one by one ─▶ rota at rest ─▶ supervisors ─▶ everybody on call, again and again
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from conversation.staffing.routing import TAKING_CASES, Need, WorkerLoad, speaks, works_in

EACH = timedelta(minutes=5)  # to say "I have it" before the next one is called
ALL_AGAIN = timedelta(minutes=15)  # between two calls to everybody
PAGES_COUNT_FOR = timedelta(hours=12)  # the page limit of a worker counts so far back
REST = timedelta(minutes=30)  # after a crisis was closed
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class PageStep(StrEnum):
    WORKER = "worker"  # who owns the case, or was asked to take it
    ROTA = "rota"
    SUPERVISOR = "supervisor"
    ON_CALL = "on_call"  # everybody
    NOBODY = "nobody"  # has a phone of their own; the case stands in the queue, and the alert goes to the operator


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to call now (ids), and when to look again."""

    step: PageStep
    workers: tuple[str, ...]
    again_after: timedelta


def choose_call(
    need: Need, workers: Sequence[WorkerLoad], *, responsible: str | None, called: Mapping[str, datetime]
) -> Call:
    """Return whom to call to an urgent case.

    Args:
        responsible: id of its owner, or of who was asked to take it; called first, whatever their limit.
        called: who was called in this alarm, and when last.
    """
    there = [worker for worker in workers if worker.active and worker.reachable and worker.id not in need.excluded]
    if responsible and responsible not in called and any(worker.id == responsible for worker in there):
        return Call(PageStep.WORKER, (responsible,), EACH)
    fresh = sorted((worker for worker in there if worker.id not in called), key=lambda worker: _rank(need, worker))
    rota = [worker for worker in fresh if worker.on_call and not worker.off and worker.pages < worker.page_limit]
    if rota:
        return Call(PageStep.ROTA, (rota[0].id,), EACH)
    if supervisors := [worker for worker in fresh if worker.role == "supervisor"]:
        return Call(PageStep.SUPERVISOR, (supervisors[0].id,), EACH)
    on_call = [worker for worker in there if worker.on_call] or [one for one in there if one.role in TAKING_CASES]
    everybody = tuple(sorted(worker.id for worker in on_call))
    return Call(PageStep.ON_CALL if everybody else PageStep.NOBODY, everybody, ALL_AGAIN if everybody else EACH)


def _rank(need: Need, worker: WorkerLoad) -> tuple[bool, bool, bool, int, datetime, str]:
    """At rest last; then the language, the discipline, the fewest pages, the longest idle."""
    silent, foreign = not speaks(worker, need.language), not works_in(worker, need.discipline)
    return worker.resting, silent, foreign, worker.pages, worker.idle_since or _LONG_AGO, worker.id
