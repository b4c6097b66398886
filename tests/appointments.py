"""Kept appointments and talks about them, for tests."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from conversation.appointments.questions import ask_details, ask_going, ask_same_phone
from conversation.appointments.values import KnownAppointment
from conversation.messages import Decision
from tests.fakes import FakeBot
from tests.talk import Talk

COURT = KnownAppointment(
    id="appointment-1", kind="court", day=date(2026, 6, 20), at=time(8, 30), zone="America/Chicago", place="Houston"
)
DOCTOR = replace(COURT, id="appointment-2", kind="doctor", day=date(2026, 6, 10), at=None)
REMINDER = "reminder-1"
WISH = "I want reminders of my date"


def begin(language: str = "en", *kept: KnownAppointment, **known: Any) -> Talk:
    """A talk with somebody we know, who has these appointments; the bot understands WISH."""
    talk = Talk(bot=FakeBot({WISH: "court.tell_date", "Which vaccines?": "school.vaccines"}))
    talk.remember(**{"language": language, "noticed": True, "state": "NY", "appointments": kept, **known})
    return talk


def remind(talk: Talk, one: KnownAppointment = COURT, *, neutral: bool = False) -> Talk:
    """Let a reminder of an appointment wait for its answer."""
    ask = ask_details if neutral else ask_going
    talk.remember(open_question=ask(one.id, REMINDER, talk.now))
    return talk


def reconfirm(talk: Talk) -> Talk:
    talk.remember(open_question=ask_same_phone(COURT.id, REMINDER, talk.now))
    return talk


async def say_all(talk: Talk, *texts: str) -> Decision:
    """Send messages one after another; the last decision."""
    for text in texts[:-1]:
        await talk.say(text)
    return await talk.say(texts[-1])


def acts(decision: Decision) -> list[str]:
    """What is done to appointments."""
    return [str(act.act) for act in decision.appointments]


def saved(decision: Decision) -> KnownAppointment:
    """The values of the one appointment that is kept."""
    (act,) = decision.appointments
    assert act.values is not None
    return act.values
