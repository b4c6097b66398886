"""The actions that end a turn: answer, offer a choice, or bring a person. Each says one key, never a sentence."""

from collections.abc import Iterator
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

NOT_UNDERSTOOD = "system.not_understood"

MAX_CHOICES = 3  # more do not fit in a text that a worried person reads on a small screen
BEST_AT_LEAST = 0.2  # below, the right answer is in the menu less than half the time; docs/decisions/0021
CHOICE_AT_LEAST = 0.05  # a line of the menu must be likelier than a random intent

_FALLBACK = "nlu_fallback"
_NEVER_OFFERED = ("safety.", "system.")


async def answer_question(dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
    """Answer what was asked: the intent is the id of the answer."""
    intent = _intent(tracker)
    if intent is None:
        return await hand_off(dispatcher, tracker, domain)
    dispatcher.utter_message(json_message={"answer": intent, "values": {}})
    return [SlotSet("topic", intent)]


async def offer_choices(dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
    """Unsure: name the likeliest answers and let the person pick; nothing likely: bring a person."""
    choices = find_choices(list(_ranking(tracker)))
    if not choices:
        return await hand_off(dispatcher, tracker, domain)
    dispatcher.utter_message(json_message={"choose": choices})
    return []


async def hand_off(dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
    """Bring a person. Also Rasa's last resort, whose own version would say nothing and rewind the turn."""
    dispatcher.utter_message(json_message={"handoff": {"topic": NOT_UNDERSTOOD}})
    return []


def find_choices(ranking: list[tuple[str, float]]) -> list[str]:
    """Return up to MAX_CHOICES ids worth offering, best first; empty when a person should read the text instead.

    Danger is never a line of a menu: a shared phone shows it, and nobody should have to vote for it. When danger is the
    best guess there is no menu at all and a person reads the message; whether it is an emergency is decided in one
    place, the pipeline, which gets the whole ranking with every reply.

    Args:
        ranking: intents with confidence (0 to 1), best first.
    """
    if not ranking or ranking[0][1] < BEST_AT_LEAST or _is_withheld(ranking[0][0]):
        return []
    likely = [intent for intent, confidence in ranking if confidence >= CHOICE_AT_LEAST and not _is_withheld(intent)]
    return list(dict.fromkeys(likely))[:MAX_CHOICES]


def _is_withheld(intent: str) -> bool:
    return intent.startswith(_NEVER_OFFERED)


def _intent(tracker: Tracker) -> str | None:
    name = (tracker.latest_message.get("intent") or {}).get("name")
    return name if isinstance(name, str) and name != _FALLBACK else None


def _ranking(tracker: Tracker) -> Iterator[tuple[str, float]]:
    """Yield intents with confidence, best first, without the fallback that the classifier puts in front."""
    entries: list[dict[str, Any]] = tracker.latest_message.get("intent_ranking") or []
    for entry in entries:
        if entry["name"] != _FALLBACK:
            yield entry["name"], float(entry["confidence"])
