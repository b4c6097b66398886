"""Appointments in the words of the catalogue: days and lists are filled in each text in its own language. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, time

from conversation.answers.wording import fill_placeholders
from conversation.appointments.values import AppointmentKind, KnownAppointment
from conversation.dates.saying import say_date
from conversation.dialogue.questions import render_choices
from conversation.messages import Decision, Kind, OutgoingText
from conversation.turn import Rules, Turn, decide_text, render

# What a reminder says when it may say what it is about; their titles name the kinds in menus and lists.
FULL_TEXTS = {
    AppointmentKind.COURT: "reminder.court",
    AppointmentKind.ICE: "reminder.ice",
    AppointmentKind.DOCTOR: "reminder.doctor",
    AppointmentKind.SCHOOL: "reminder.school",
    AppointmentKind.LAWYER: "reminder.lawyer",
}
OTHER = "reminder.other"
ON_THE_DAY = {1: "reminder.day_before", 0: "reminder.morning"}  # the same for a court, by days left
# What the clock sends, besides the full texts: NEUTRAL by default, AGAIN once without a reply, RECONFIRM to a number
# that was silent for long, CHOICES under a full text. A closed window of WhatsApp has the knock of every held text.
NEUTRAL, AGAIN = "reminder.neutral", "reminder.again"
CHOICES, COURTESY = "reminder.choices", "reminder.courtesy"
RECONFIRM = "reminder.reconfirm"
# The text with the address of a calendar file; its title is what a neutral entry of the file is called.
CALENDAR, LINK = "reminder.calendar", "{link}"
WITH_WHEN = (NEUTRAL, AGAIN)  # these and the full texts have the place {when}
Fill = Callable[[str], Mapping[str, str]]  # language → values of the places of a text


def find_full_text(kind: str, *, days_left: int | None = None) -> str:
    """Return the entry that tells a kind in full; of a court the day before and on the day its own."""
    if kind == AppointmentKind.COURT and days_left in ON_THE_DAY:
        return ON_THE_DAY[days_left]
    return FULL_TEXTS[AppointmentKind(kind)] if kind in set(AppointmentKind) else OTHER


def name_kind(rules: Rules, kind: str, language: str) -> str:
    """Return how a kind is called in a menu or list."""
    return rules.catalogue.find_title(find_full_text(kind), language) or kind


def say_when(rules: Rules, one: KnownAppointment, language: str) -> str:
    """Return day, hour and zone in full words; neutral."""
    return say_day(rules, one.day, one.at, language, zone=one.zone, place=one.place)


def say_in_full(rules: Rules, one: KnownAppointment, language: str) -> str:
    """Return when it is, led by whose it is where that was told: the value of {when} in a text that may name it."""
    when = say_when(rules, one, language)
    return f"{one.child}: {when}" if one.child else when


def say_day(
    rules: Rules, day: date, at: time | None, language: str, *, zone: str | None = None, place: str | None = None
) -> str:
    return say_date(day, at, rules.dates, language=language, zone=zone, place=place)


def list_appointments(rules: Rules, known: Sequence[KnownAppointment], language: str) -> str:
    """Return one line for each: what it is, whose and when."""
    return "\n".join(f"- {name_kind(rules, one.kind, language)}: {say_in_full(rules, one, language)}" for one in known)


def number(lines: Callable[[str], Sequence[str]]) -> Fill:
    """Return what fills {choices} with numbered lines in the language of the text."""
    return lambda language: {"choices": render_choices(list(lines(language)))}


def say(turn: Turn, answer: str, kind: Kind, fill: Fill | None = None) -> Decision:
    """Return the decision to send one entry, each text filled in its language; a person where it may not go."""
    decision = decide_text(turn, answer, kind, _own_places(fill))
    return replace(decision, texts=_fill(decision.texts, answer, fill))


def render_filled(turn: Turn, answer: str, fill: Fill | None = None) -> tuple[OutgoingText, ...]:
    """Return the texts of one entry, each filled in its own language; empty where it may not be sent."""
    texts = render(turn, answer, _own_places(fill))
    return tuple(text for text in _fill(texts, answer, fill) if text.answer == answer)


def _own_places(fill: Fill | None) -> Mapping[str, str]:
    """Return values that leave the places as they are: the language of each text is only known afterwards."""
    return {name: f"{{{name}}}" for name in fill("en")} if fill else {}


def _fill(texts: tuple[OutgoingText, ...], answer: str, fill: Fill | None) -> tuple[OutgoingText, ...]:
    if fill is None:
        return texts
    return tuple(
        replace(text, body=fill_placeholders(text.body, fill(text.language))) if text.answer == answer else text
        for text in texts
    )
