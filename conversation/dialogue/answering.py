"""From an answer's id to a decision, whoever chose it: the bot, a digit, a button or a short question. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from conversation.appointments import telling
from conversation.commands.commands import ask_for_person
from conversation.commands.erasure import ask_to_erase
from conversation.danger import crisis
from conversation.dialogue import effects
from conversation.handoff import DELETE_MY_DATA, TALK_TO_PERSON, make_handoff, make_plain_handoff
from conversation.messages import Decision
from conversation.turn import Turn, decide_answer, decide_choices, decide_handoff

MAX_CHOICES = 3  # lines of a menu; more are not read on a small screen


def answer_with(turn: Turn, answer: str, values: Mapping[str, str] | None = None) -> Decision | None:
    """Send an answer by its id; None for an id that is not one, and for our own texts, which nobody may ask for."""
    entry = turn.rules.catalogue.entries.get(answer)
    if entry is None or is_ours(answer):
        return None
    if entry.is_crisis:
        return crisis.decide_crisis(turn, answer, 1.0)
    if answer == TALK_TO_PERSON:
        return ask_for_person(turn)
    if answer == DELETE_MY_DATA:
        return replace(ask_to_erase(turn), answer=answer)
    done = telling.carry_out(turn, answer) or effects.carry_out(turn, answer)
    return done or decide_answer(turn, answer, values)


def offer(turn: Turn, answers: tuple[str, ...]) -> Decision | None:
    """Offer what can be offered: never danger, which a shared phone would show, and never a line without words."""
    catalogue = turn.rules.catalogue
    known = [answer for answer in dict.fromkeys(answers) if answer in catalogue.entries and not is_ours(answer)]
    safe = [answer for answer in known if not catalogue.entries[answer].is_crisis]
    choices = tuple(answer for answer in safe if catalogue.find_title(answer, turn.language))[:MAX_CHOICES]
    return decide_choices(turn, choices) if choices else None


def bring_person(turn: Turn, topic: str) -> Decision:
    """Bring a person for a topic: an answer's id, or a reason that is none."""
    entry = turn.rules.catalogue.entries.get(topic)
    if entry is None:
        return decide_handoff(turn, make_plain_handoff(topic, "answer"))
    if entry.is_crisis and not is_ours(topic):
        return crisis.decide_crisis(turn, topic, 1.0)
    return decide_handoff(turn, make_handoff(entry, "answer"))


def is_ours(answer: str) -> bool:
    """Tell whether an id names a text of the service's own, which answers no question."""
    return answer.startswith(("reminder.", "system."))
