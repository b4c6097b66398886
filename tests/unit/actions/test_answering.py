"""What the bot says: one key a turn, by rasa-sdk's own executor."""

from typing import Any

import pytest
from rasa_sdk.executor import ActionExecutor

from actions.answering import find_choices
from actions.server import ACTIONS

DOMAIN = {"slots": {"topic": {}}}
HAND_OFF = {"handoff": {"topic": "system.not_understood"}}


async def run(action: str, *ranking: tuple[str, float]) -> tuple[list[Any], list[dict[str, Any]]]:
    """Run one action on a message with this ranking; return its custom payloads and its events."""
    executor = ActionExecutor()
    for name, function in ACTIONS.items():
        executor.register_function(name, function)
    entries = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    message = {"intent": entries[0] if entries else {"name": None, "confidence": 0.0}, "intent_ranking": entries}
    tracker = {"sender_id": "s", "slots": {}, "latest_message": message, "events": []}
    result = await executor.run({"next_action": action, "tracker": tracker, "domain": DOMAIN})
    assert result is not None
    assert not any(response["text"] for response in result.responses)
    return [response["custom"] for response in result.responses], result.events


async def test_an_understood_question_is_answered_by_its_id_and_remembered_as_the_topic() -> None:
    said, events = await run("action_answer", ("school.meals", 0.9), ("school.transport", 0.05))

    assert said == [{"answer": "school.meals", "values": {}}]
    assert [(event["event"], event["name"], event["value"]) for event in events] == [("slot", "topic", "school.meals")]


@pytest.mark.parametrize("ranking", [(), (("nlu_fallback", 0.4),)], ids=["no intent", "fallback"])
async def test_answering_without_an_intent_brings_a_person(ranking: tuple[tuple[str, float], ...]) -> None:
    said, events = await run("action_answer", *ranking)

    assert (said, events) == ([HAND_OFF], [])


async def test_an_unsure_bot_offers_its_best_guesses_without_the_fallback() -> None:
    said, _ = await run(
        "action_offer_choices",
        ("nlu_fallback", 0.4),
        ("school.meals", 0.3),
        ("community.food", 0.25),
        ("health.wic", 0.2),
        ("school.transport", 0.1),
    )

    assert said == [{"choose": ["school.meals", "community.food", "health.wic"]}]


async def test_a_bot_without_an_idea_brings_a_person() -> None:
    said, _ = await run("action_offer_choices", ("nlu_fallback", 0.4), ("school.meals", 0.19), ("health.wic", 0.1))

    assert said == [HAND_OFF]


async def test_the_last_resort_of_rasa_brings_a_person_instead_of_nothing() -> None:
    said, events = await run("action_default_fallback", ("school.meals", 0.9))

    assert (said, events) == ([HAND_OFF], [])


@pytest.mark.parametrize(
    ("ranking", "choices"),
    [
        pytest.param([("a.a", 0.2)], ["a.a"], id="just likely enough"),
        pytest.param([("a.a", 0.1999)], [], id="just not likely enough"),
        pytest.param([("a.a", 0.3), ("a.b", 0.05), ("a.c", 0.0499)], ["a.a", "a.b"], id="unlikely ones are left out"),
        pytest.param([("a.a", 0.3), ("a.a", 0.3), ("a.b", 0.2)], ["a.a", "a.b"], id="no id twice"),
        pytest.param([("a.a", 0.3), ("safety.abuse", 0.3), ("a.b", 0.2)], ["a.a", "a.b"], id="danger is no menu line"),
        pytest.param([("safety.abuse", 0.35), ("a.a", 0.3)], [], id="danger first: no menu, a person reads"),
        pytest.param([("system.way_on", 0.3), ("a.a", 0.3)], [], id="our own texts are never offered"),
        pytest.param([], [], id="nothing understood"),
    ],
)
def test_choices_are_likely_distinct_and_never_danger(ranking: list[tuple[str, float]], choices: list[str]) -> None:
    assert find_choices(ranking) == choices
