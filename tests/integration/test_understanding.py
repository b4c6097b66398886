"""The trained model, asked as the worker asks it, on messages of other authors: floors below what was measured.

Every fourth message of bench/nlu_test/; all of them, with time and memory: `make bench-nlu`.
"""

import asyncio

import pytest

from bot.client import HttpBot
from bot.judging import Message, Ranking, judge, judge_scope, read_messages, read_threshold
from conversation.ports import Understanding
from service import wiring
from tests.integration.running import RunningBot

EVERY = 4

# language: right first, right among three; docs/understanding-models.md has the figures
FLOORS = {
    "es": (0.79, 0.89),
    "en": (0.86, 0.92),
    "pt": (0.87, 0.93),
    "fr": (0.77, 0.86),
    "ht": (0.79, 0.88),
    "quc": (0.75, 0.86),
}
KNOWN_AT_LEAST = 0.8  # out of scope and taken for nothing else
WRONG_AT_MOST = 0.045  # answered with confidence and not right
TOPICAL_AT_MOST = 0.06  # out of scope and answered with a topic
CALIBRATION_AT_MOST = 0.05  # expected calibration error

Judged = list[tuple[Message, Ranking]]


@pytest.fixture(scope="module")
def judged(rasa_bot: RunningBot) -> Judged:
    messages = read_messages()[::EVERY]
    heard = asyncio.run(_ask(rasa_bot, [message.text for message in messages]))
    return [(message, understanding.ranking) for message, understanding in zip(messages, heard, strict=True)]


async def _ask(bot: RunningBot, texts: list[str]) -> list[Understanding]:
    client = HttpBot([bot.url], token=wiring.read_token(bot.token_file))
    heard = []
    for text in texts:
        understanding = await client.understand(text)
        assert isinstance(understanding, Understanding), understanding
        heard.append(understanding)
    await client.close()
    return heard


@pytest.mark.parametrize("language", FLOORS)
def test_most_messages_are_understood(judged: Judged, language: str) -> None:
    own = [(message, ranking) for message, ranking in judged if message.language == language]
    if not own:
        pytest.skip(f"there are no messages in {language} yet")

    figures = judge(own, read_threshold())

    least_first, least_among = FLOORS[language]
    assert figures.first >= least_first
    assert figures.among >= least_among


def test_few_messages_get_an_answer_that_is_not_theirs(judged: Judged) -> None:
    assert judge(judged, read_threshold()).wrong <= WRONG_AT_MOST


def test_small_talk_seldom_gets_a_topic(judged: Judged) -> None:
    known, topical = judge_scope(judged, read_threshold())

    assert known >= KNOWN_AT_LEAST
    assert topical <= TOPICAL_AT_MOST


def test_a_confidence_means_what_it_says(judged: Judged) -> None:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for message, ranking in judged:
        sure, is_right = (ranking[0][1], ranking[0][0] in message.right) if ranking else (0.0, False)
        bins.setdefault(min(int(sure * 10), 9), []).append((sure, is_right))

    gaps = [abs(sum(sure for sure, _ in own) - sum(is_right for _, is_right in own)) for own in bins.values()]

    assert sum(gaps) / len(judged) <= CALIBRATION_AT_MOST
