"""How long a person may wait for a reply, and what happens when it takes longer. Every period stands here. Pure.

waiting ─▶ remind ─▶ reassign ─▶ supervisor ─▶ on call ─▶ on call again …     each after one more period without a reply
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from conversation.messages import Urgency
from conversation.staffing.office import Week, add_open_time

REPLY_WITHIN: Mapping[Urgency, timedelta] = {
    Urgency.PAGE_NOW: timedelta(minutes=5),  # by the clock
    Urgency.SAME_DAY: timedelta(minutes=60),  # of office hours
    Urgency.NORMAL: timedelta(hours=4),  # of office hours
}
ON_CALL_AGAIN: Mapping[Urgency, timedelta] = {  # after the last step, by the same hours
    Urgency.PAGE_NOW: timedelta(minutes=15),
    Urgency.SAME_DAY: timedelta(hours=2),
    Urgency.NORMAL: timedelta(hours=8),
}


class Step(StrEnum):
    """The last step that the reply clock has taken in a case."""

    REMINDED = "reminded"
    REASSIGNED = "reassigned"
    SUPERVISOR = "supervisor"
    ON_CALL = "on_call"


_AFTER = {None: Step.REMINDED, Step.REMINDED: Step.REASSIGNED, Step.REASSIGNED: Step.SUPERVISOR}


@dataclass(frozen=True, slots=True)
class Due:
    """The step that is due, and when the one after it is."""

    step: Step
    next_at: datetime


def find_reply_due(office: Week, urgency: Urgency, since: datetime) -> datetime:
    """Return when a person who has waited since a moment must have a reply; UTC."""
    return _add(office, urgency, since, REPLY_WITHIN[urgency])


def find_step(office: Week, urgency: Urgency, last: str | None, now: datetime, *, has_worker: bool) -> Due:
    """Return the step that follows the last one.

    Args:
        last: the step taken before; what is no step counts as none.
        has_worker: somebody owns the case or was asked to take it; else there is nobody to remind.
    """
    taken = Step(last) if last in set(Step) else None
    step = _AFTER.get(taken, Step.ON_CALL)
    if not has_worker and step in (Step.REMINDED, Step.REASSIGNED):
        step = Step.SUPERVISOR
    periods = ON_CALL_AGAIN if step is Step.ON_CALL else REPLY_WITHIN
    return Due(step, _add(office, urgency, now, periods[urgency]))


def _add(office: Week, urgency: Urgency, since: datetime, period: timedelta) -> datetime:
    return since + period if urgency is Urgency.PAGE_NOW else add_open_time(office, since, period)
