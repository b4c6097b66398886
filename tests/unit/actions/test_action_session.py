"""A session that Rasa does not know starts with the slots we remember."""

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.session import start_session

DOMAIN: dict[str, Any] = {"slots": {"topic": {}, "language": {}, "state": {}, "session_started_metadata": {}}}


async def start(metadata: object) -> list[dict[str, Any]]:
    tracker = Tracker("s", {"session_started_metadata": metadata}, {}, [], False, None, {}, None)
    events: list[dict[str, Any]] = await start_session(CollectingDispatcher(), tracker, DOMAIN)
    return events


def slots_of(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


async def test_slots_and_language_are_seeded_between_the_start_and_the_first_listening() -> None:
    events = await start({"slots": {"state": "TX", "topic": "school.meals"}, "language": "quc"})

    assert slots_of(events) == {"state": "TX", "topic": "school.meals", "language": "quc"}
    assert events[0]["event"] == "session_started"
    assert (events[-1]["event"], events[-1]["name"]) == ("action", "action_listen")


async def test_the_language_of_this_message_wins_over_the_remembered_one() -> None:
    events = await start({"slots": {"language": "es"}, "language": "en"})

    assert slots_of(events) == {"language": "en"}


async def test_slots_that_the_domain_does_not_know_are_left_out() -> None:
    events = await start({"slots": {"favourite_colour": "x", "session_started_metadata": {}, "state": "TX"}})

    assert slots_of(events) == {"state": "TX"}


@pytest.mark.parametrize("metadata", [None, {}, {"slots": None}, {"slots": {}, "language": ""}])
async def test_without_memories_a_session_still_starts(metadata: object) -> None:
    events = await start(metadata)

    assert [event["event"] for event in events] == ["session_started", "action"]
