"""The longest values that stand in the places of texts about appointments."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from functools import cache

from channels.sms_text import find_outside_gsm
from conversation.answers.wording import Wording
from conversation.appointments.values import AppointmentKind, KnownAppointment
from conversation.appointments.wording import list_appointments, name_kind, say_when
from conversation.dialogue.questions import render_choices
from conversation.turn import Rules

OF_REMINDERS = "reminder."
_MONDAY, _DAYS = date(2026, 1, 5), 364
_LINK = f"https://puente.organisation.example.org/media/{'_' * 43}"  # of a calendar file
_LINES = 2  # dates of one list; who has more reads a longer text


def fill_reminder(rules: Rules, wording: Wording) -> Mapping[str, str]:
    """Return the values of the places of one text.

    Days are those of offices, Monday to Friday, and the longest whose letters cost least: "sábado" and "março" are rare
    and cost more.
    """
    if not wording.answer.startswith(OF_REMINDERS):
        return {}
    known = _find_longest(rules, wording.language)
    when = say_when(rules, known, wording.language)
    kinds = [name_kind(rules, kind, wording.language) for kind in AppointmentKind]
    lines = {
        "reminder.ask_kind": kinds,
        "reminder.ask_cancel": [f"{kind}: {when}" for kind in kinds[:_LINES]],
    }.get(wording.answer, [when] * 2)
    dates = list_appointments(rules, [known] * _LINES, wording.language)
    return {"when": when, "dates": dates, "choices": render_choices(lines), "link": _LINK}


@cache
def _find_days() -> tuple[date, ...]:
    days = (_MONDAY + timedelta(days=number) for number in range(0, _DAYS, 9))
    return tuple(day for day in days if day.weekday() < 5)


def _find_longest(rules: Rules, language: str) -> KnownAppointment:
    found = (
        KnownAppointment("", AppointmentKind.COURT, day, time(8, 30), "America/Indianapolis", "Indianapolis")
        for day in _find_days()
    )
    return max(found, key=lambda one: _weigh(say_when(rules, one, language)))


def _weigh(text: str) -> tuple[bool, int]:
    """Cheap letters first, then length."""
    return not find_outside_gsm(text), len(text)
