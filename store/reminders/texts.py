"""The words of a reminder: which entries, in which language, and what they ask."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from conversation.answers.wording import fill_placeholders
from conversation.appointments.questions import ask_details, ask_going, ask_same_phone
from conversation.appointments.schedule import AGAIN, RECONFIRM
from conversation.appointments.values import AppointmentKind, KnownAppointment
from conversation.appointments.wording import find_full_text, name_kind, say_in_full
from conversation.check_ins import values as check_ins
from conversation.check_ins import wording
from conversation.check_ins.questions import ask_consent, ask_ready
from conversation.dates.saying import say_short
from conversation.language.detection import choose
from conversation.language.voices import Detection
from conversation.messages import Author, Channel, OpenQuestion, OutgoingText
from conversation.turn import Rules
from store.check_ins.plan import INVITE, is_again

NEUTRAL, CHOICES = "reminder.neutral", "reminder.choices"
SAID_AGAIN, SAME_PHONE = "reminder.again", "reminder.reconfirm"
DAY_BEFORE, MORNING_OF = "reminder.day_before", "reminder.morning"
FIRST_NOTICE = "system.first_notice"
_LAST_OF_COURT = {1: DAY_BEFORE, 0: MORNING_OF}  # by days that are left, in place of the full text


@dataclass(frozen=True, slots=True)
class Written:
    """What goes out, in order, and the question it leaves open."""

    texts: tuple[OutgoingText, ...]
    question: OpenQuestion


def write_reminder(rules: Rules, facts: Any, known: KnownAppointment, now: datetime) -> Written | None:
    """Return the texts of one reminder; None where nothing reviewed may be sent in any language (I5).

    Args:
        facts: a row of store/reminders/facts.py.
    """
    is_neutral = facts.private or not facts.full_reminders
    answers = _list_answers(facts.step, known, is_neutral=is_neutral, now=now)
    # without its first text a reminder says nothing; what follows it may be missing
    rendered = [_render(rules, answer, facts, known, now) for answer in answers]
    if not rendered[0]:
        return None
    opening = () if facts.noticed_at else _render(rules, FIRST_NOTICE, facts, known, now)
    texts = (*opening, *(text for one in rendered for text in one))
    return Written(texts, _ask(facts, is_neutral=is_neutral, now=now))


def _list_answers(step: str, known: KnownAppointment, *, is_neutral: bool, now: datetime) -> tuple[str, ...]:
    if step == RECONFIRM:
        return (SAME_PHONE,)
    if known.kind == check_ins.KIND:
        return (_find_check_in(step),)
    if step == AGAIN:
        return (SAID_AGAIN,) if is_neutral else (SAID_AGAIN, CHOICES)
    if is_neutral:
        return (NEUTRAL,)
    days_left = (known.day - now.astimezone(ZoneInfo(known.zone)).date()).days
    last = _LAST_OF_COURT.get(days_left) if known.kind == AppointmentKind.COURT else None
    return (last or find_full_text(known.kind), CHOICES)


def _find_check_in(step: str) -> str:
    """Each is neutral, on every phone: the questions come when it is a good time."""
    if step == INVITE:
        return wording.INVITE
    return wording.AGAIN if is_again(step) else wording.READY


def _ask(facts: Any, *, is_neutral: bool, now: datetime) -> OpenQuestion:
    if facts.step == RECONFIRM:
        return ask_same_phone(facts.id, facts.reminder_id, now)
    if facts.kind == check_ins.KIND:
        ask_check_in = ask_consent if facts.step == INVITE else ask_ready
        return ask_check_in(facts.id, facts.reminder_id, now)
    ask = ask_details if is_neutral else ask_going
    return ask(facts.id, facts.reminder_id, now)


def _render(rules: Rules, answer: str, facts: Any, known: KnownAppointment, now: datetime) -> tuple[OutgoingText, ...]:
    """Return an entry in the person's language, in both likely ones while that is in doubt, each with its own dates."""
    choice = choose(stated=facts.language, votes=facts.language_votes or {}, detection=Detection())
    found: dict[str, OutgoingText] = {}
    for language in (choice.language, choice.second):
        if language is not None:
            for text in _render_in(rules, answer, language, facts, now):
                found.setdefault(text.language, text)
    is_neutral = answer in (NEUTRAL, SAID_AGAIN, SAME_PHONE)
    return tuple(
        replace(
            text, author=Author.SYSTEM,
            body=fill_placeholders(text.body, _values(rules, known, text.language, is_neutral=is_neutral)),
        )
        for text in found.values()
    )  # fmt: skip


def _render_in(rules: Rules, answer: str, language: str, facts: Any, now: datetime) -> tuple[OutgoingText, ...]:
    if answer not in rules.catalogue.entries:
        return ()
    places = {name: f"{{{name}}}" for name in ("when", "place", "kind")}  # filled when each text's language is known
    channel = Channel(facts.channel)
    return rules.catalogue.render(answer, language, channel=channel, today=now.date(), values=places)


def _values(rules: Rules, known: KnownAppointment, language: str, *, is_neutral: bool) -> Mapping[str, str]:
    if is_neutral:
        return {"when": say_short(known.day, known.at, rules.dates, language=language)}
    return {
        "when": say_in_full(rules, known, language),
        "place": known.place or "",
        "kind": name_kind(rules, known.kind, language),
    }
