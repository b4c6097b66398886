"""What has been told of an appointment so far, and what is to be asked next. Pure.

It lives in the memory's slots until it is saved, dropped, or a day old; the bot never sees it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from conversation.appointments.values import AppointmentKind, KnownAppointment
from conversation.messages import Memory

SLOT = "appointment"  # of the memory's slots: what is ours, not the bot's
FORM_LASTS = timedelta(hours=24)
_FORM, _COURTESY = "form", "courtesy"


class Step(StrEnum):
    """What is asked."""

    DAY = "day"
    WHICH = "which"
    WEEKDAY = "weekday"
    KIND = "kind"
    WENT = "went"
    TIME = "time"
    PLACE = "place"
    SAME = "same"
    CONFIRM = "confirm"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Form:
    """One appointment that is being told.

    Attributes:
        until: aware; from then on the form is forgotten.
        days: two days of which one is meant; then `is_weekday` tells that weekday and date contradict each other.
        is_past: the day is told as one that was.
        no_time, no_place: asked for and not known.
        is_new: asked, and it is another appointment beside one of the same kind.
        changing: id of the kept appointment that this one is to replace.
        later: other days told in the same message, each with its hour where that was told, ISO 8601; asked afterwards.
        repeated: the open question was said again after another answer, which is done once.
    """

    until: datetime
    step: Step = Step.DAY
    day: date | None = None
    days: tuple[date, ...] = ()
    is_weekday: bool = False
    is_past: bool = False
    at: time | None = None
    kind: str | None = None
    zone: str | None = None
    place: str | None = field(default=None, repr=False)
    child: str | None = field(default=None, repr=False)
    no_time: bool = False
    is_new: bool = False
    changing: str | None = None
    later: tuple[str, ...] = ()
    repeated: bool = False

    def as_appointment(self, status: str) -> KnownAppointment:
        """Return what was told as values for the store; raises ValueError while the day is open."""
        if self.day is None:
            raise ValueError("no day was told yet")
        return KnownAppointment(
            id="", kind=self.kind or AppointmentKind.COURT, day=self.day, at=self.at, zone=self.zone or "",
            place=self.place, child=self.child, status=status,
        )  # fmt: skip


def find_step(form: Form, twins: Sequence[KnownAppointment]) -> Step:
    """Return what to ask next; `twins`: kept appointments that this one may be, with a new date."""
    if form.days:
        return Step.WEEKDAY if form.is_weekday else Step.WHICH
    if form.day is None:
        return Step.DAY
    if form.kind is None:
        return Step.KIND
    if form.is_past:
        return Step.WENT
    if twins and not form.is_new and form.changing is None:
        return Step.SAME
    if form.at is None and not form.no_time:
        return Step.TIME
    return Step.PLACE if form.zone is None else Step.CONFIRM


def read_form(memory: Memory, now: datetime) -> Form | None:
    """Return the form that is under way; None for none, an old one, or one that an older version wrote."""
    data = _own(memory.slots).get(_FORM)
    try:
        form = _from_json(data) if data else None
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
    return form if form and now < form.until else None


def write_form(memory: Memory, form: Form) -> Memory:
    """Return the memory with the form in it."""
    return _write(memory, _FORM, _to_json(form))


def end_form(memory: Memory) -> Memory:
    """Return the memory without a form; what was said once stays said."""
    return _write(memory, _FORM, None)


def is_courtesy_said(memory: Memory) -> bool:
    return bool(_own(memory.slots).get(_COURTESY))


def note_courtesy(memory: Memory) -> Memory:
    return _write(memory, _COURTESY, True)


def leave_out(slots: Mapping[str, Any]) -> dict[str, Any]:
    """Return the slots that are the bot's own."""
    return {name: value for name, value in slots.items() if name != SLOT}


def keep(slots: Mapping[str, Any], memory: Memory) -> dict[str, Any]:
    """Return the slots that the bot gave back, with ours."""
    own = _own(memory.slots)
    return {**leave_out(slots), **({SLOT: own} if own else {})}


def _own(slots: Mapping[str, Any]) -> dict[str, Any]:
    own = slots.get(SLOT)
    return dict(own) if isinstance(own, Mapping) else {}


def _write(memory: Memory, name: str, value: Any) -> Memory:
    own = {**_own(memory.slots), name: value}
    kept = {key: told for key, told in own.items() if told is not None}
    return replace(memory, slots={**leave_out(memory.slots), **({SLOT: kept} if kept else {})})


def _to_json(form: Form) -> dict[str, Any]:
    return {
        "until": form.until.isoformat(),
        "step": form.step.value,
        "day": form.day.isoformat() if form.day else None,
        "days": [day.isoformat() for day in form.days],
        "later": list(form.later),
        "at": form.at.isoformat() if form.at else None,
        **{name: getattr(form, name) for name in (*_TEXTS, *_MARKS)},
    }


def _from_json(data: Mapping[str, Any]) -> Form:
    return Form(
        until=datetime.fromisoformat(data["until"]),
        step=Step(data["step"]),
        day=date.fromisoformat(data["day"]) if data["day"] else None,
        days=tuple(map(date.fromisoformat, data["days"])),
        later=tuple(data.get("later", ())),
        at=time.fromisoformat(data["at"]) if data["at"] else None,
        **{name: data[name] for name in (*_TEXTS, *_MARKS)},
    )


_TEXTS = ("kind", "zone", "place", "child", "changing")
_MARKS = ("is_weekday", "is_past", "no_time", "is_new", "repeated")
