"""The start of a session: a conversation id that Rasa does not know yet gets the slots we remember."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecuted, EventType, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

_METADATA_SLOT = "session_started_metadata"  # Rasa's own: metadata of the message that opened the session


async def start_session(dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
    """Seed the slots of the domain from the first message's metadata: {"slots": {…}, "language": "es"}.

    Slots the domain does not know (any more) are left out: the app's database may be older than the model.
    """
    known = domain.get("slots") or {}
    seeds = _seeds(tracker.slots.get(_METADATA_SLOT) or {})
    slots = [SlotSet(name, value) for name, value in seeds.items() if name in known and name != _METADATA_SLOT]
    return [SessionStarted(), *slots, ActionExecuted("action_listen")]  # Rasa needs these two, in these places


def _seeds(metadata: dict[str, Any]) -> dict[str, Any]:
    seeds = dict(metadata.get("slots") or {})
    if metadata.get("language"):
        seeds["language"] = metadata["language"]
    return seeds
