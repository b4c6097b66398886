"""Bot and actions agree, and the configuration opens nothing it should not."""

from pathlib import Path
from typing import Any

import yaml

from actions.server import ACTIONS
from bot import client, payloads
from bot.components import turn

BOT = Path(client.__file__).parent


def read(name: str) -> Any:
    return yaml.safe_load((BOT / name).read_text("utf-8"))


def test_every_action_of_the_domain_is_served_and_no_other() -> None:
    assert set(read("domain/dialogue.yml")["actions"]) == set(ACTIONS)


def test_the_domain_lists_no_intents_and_no_prose() -> None:
    domain = read("domain/dialogue.yml")

    assert not {"intents", "responses", "entities"} & set(domain)


def test_no_token_lies_in_the_endpoints_file() -> None:
    assert read("endpoints.yml")["action_endpoint"] == {"url": "${ACTIONS_URL}"}


def test_the_dialogue_follows_rules_alone() -> None:
    assert [policy["name"] for policy in read("config.yml")["policies"]] == ["RulePolicy"]


def test_client_and_channel_agree_on_the_longest_text() -> None:
    assert client.MAX_TEXT == turn.MAX_TEXT


def test_client_and_classifier_agree_on_the_length_of_a_ranking() -> None:
    classifier, _ = read("config.yml")["pipeline"]

    assert classifier["ranking_length"] == payloads.MAX_RANKING
