"""Rasa's memory of conversations: in this process only, bounded, expiring, erasable."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components.shelf import ExpiringShelf


class ExpiringTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Trackers as JSON on a shelf. Named in endpoints.yml, which gives capacity and expiry."""

    def __init__(
        self,
        domain: Domain | None,
        event_broker: EventBroker | None = None,
        *,
        capacity: int = 2000,
        expiry_minutes: float = 30,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._shelf = ExpiringShelf(capacity=capacity, expiry_s=60 * expiry_minutes, clock=time.monotonic)

    async def save(self, tracker: DialogueStateTracker) -> None:
        self._shelf.put(tracker.sender_id, self.serialise_tracker(tracker))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        text = self._shelf.find(sender_id)
        return None if text is None else self.deserialise_tracker(sender_id, text)

    async def exists(self, conversation_id: str) -> bool:
        return self._shelf.find(conversation_id) is not None

    async def keys(self) -> Iterable[str]:
        return list(self._shelf)

    def erase(self, sender_id: str) -> bool:
        """Forget one conversation now. False: it was not known."""
        return self._shelf.erase(sender_id)
