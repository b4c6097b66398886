"""Which language is answered in: one message, a conversation, a wish."""

import json
from collections.abc import Mapping

import pytest

from conversation.language import Choice, Detection, choose, remember
from conversation.language_voices import CLIP, MAYAN, TAGS

NO_VOTE = Detection()


def hear(tag: str, *, margin: float = CLIP, rival: str | None = None, agreed: bool = True, words: int = 6) -> Detection:
    """A detection of `tag`, ahead of `rival` by `margin`, of all others by the most there is."""
    rival = rival or ("cak" if tag in MAYAN - {"cak"} else "en" if tag != "en" else "es")
    scores = dict.fromkeys(TAGS, -CLIP) | {rival: -min(margin, CLIP), tag: 0.0}
    group = "mayan" if tag in MAYAN else "other"
    return Detection(tag, group, False, margin, agreed, scores, (tag, rival), words)


def converse(*detections: Detection) -> tuple[Choice, Mapping[str, float]]:
    """Return the choice at the last message and the votes after it, kept as JSON in between."""
    votes: dict[str, float] = {}
    for detection in detections:
        choice = choose(stated=None, votes=votes, detection=detection)
        votes = json.loads(json.dumps(remember(votes, detection)))
    return choice, votes


def test_a_clear_first_message_is_answered_in_its_language_without_a_question() -> None:
    choice, _ = converse(hear("es"))

    assert (choice.language, choice.pair, choice.ask) == ("es", False, False)


def test_a_first_message_that_tells_nothing_is_answered_in_spanish_and_english() -> None:
    choice, votes = converse(NO_VOTE)

    assert (choice.language, choice.second, choice.pair, choice.ask) == ("es", "en", True, False)
    assert votes == {}


def test_a_first_mayan_message_is_answered_in_both_texts_with_the_question() -> None:
    choice, _ = converse(hear("quc", margin=11, rival="cak"))

    assert (choice.language, choice.second, choice.ask) == ("quc", "es", True)
    assert choice.candidates == ("quc", "cak", "es")


@pytest.mark.parametrize("messages", [1, 2, 10])
@pytest.mark.parametrize("tag", sorted(MAYAN))
def test_a_mayan_text_never_goes_alone_on_detection_alone(tag: str, messages: int) -> None:
    choice, _ = converse(*[hear(tag)] * messages)

    assert (choice.language, choice.second) == (tag, "es")


def test_a_stated_language_wins_over_everything_heard() -> None:
    _, votes = converse(hear("en"), hear("en"))

    choice = choose(stated="ht", votes=votes, detection=hear("en"))

    assert (choice.language, choice.pair, choice.ask) == ("ht", False, False)


def test_a_stated_mayan_language_still_brings_the_spanish_text() -> None:
    choice = choose(stated="mam", votes={}, detection=hear("es"))

    assert (choice.language, choice.second, choice.ask) == ("mam", "es", False)


def test_spanish_and_english_in_doubt_are_both_answered() -> None:
    choice, _ = converse(hear("en", margin=1, words=1))

    assert (choice.language, choice.second, choice.ask) == ("en", "es", False)


def test_a_doubtful_sentence_brings_the_question_and_two_doubtful_words_wait() -> None:
    sentence, _ = converse(hear("es", margin=2, rival="pt", words=3))
    words, _ = converse(hear("es", margin=2, rival="pt", words=2))

    assert (sentence.language, sentence.second, sentence.ask) == ("es", None, True)
    assert sentence.candidates == ("es", "pt", "en")
    assert not words.ask


def test_a_small_lead_is_a_doubt_only_where_the_voices_disagree() -> None:
    disagreed, _ = converse(hear("fr", margin=8, agreed=False))
    agreed, _ = converse(hear("fr", margin=8, agreed=True))

    assert disagreed.ask
    assert not agreed.ask


def test_one_clear_message_does_not_switch_an_established_language() -> None:
    choice, _ = converse(hear("es"), hear("es"), hear("en"))

    assert choice.language == "es"


def test_two_clear_messages_in_a_row_switch_it() -> None:
    choice, _ = converse(hear("es"), hear("es"), hear("en"), hear("en"))

    assert choice.language == "en"


def test_a_message_in_the_established_language_starts_the_count_again() -> None:
    choice, _ = converse(hear("es"), hear("en"), hear("es"), hear("en"))

    assert choice.language == "es"


def test_messages_with_a_small_margin_never_switch() -> None:
    choice, _ = converse(hear("es"), *[hear("en", margin=4.9)] * 5)

    assert choice.language == "es"


def test_a_message_that_tells_nothing_neither_counts_nor_forgets() -> None:
    before, votes = converse(hear("es"), hear("es"), hear("en"))
    choice, after = converse(hear("es"), hear("es"), hear("en"), NO_VOTE)

    assert choice.language == before.language == "es"
    assert after == votes


def test_after_a_switch_the_old_language_needs_two_messages_to_come_back() -> None:
    start = [hear("es"), hear("es"), hear("en"), hear("en")]

    once, _ = converse(*start, hear("es"))
    twice, _ = converse(*start, hear("es"), hear("es"))

    assert (once.language, twice.language) == ("en", "es")


def test_votes_of_doubtful_messages_add_up_to_a_settled_language() -> None:
    first, _ = converse(hear("quc", margin=4))
    later, votes = converse(*[hear("quc", margin=4)] * 4)

    assert (first.language, later.language) == ("quc", "quc")
    assert votes["settled:quc"] == 0


def test_a_weak_first_guess_gives_way_to_a_clear_second_message() -> None:
    choice, _ = converse(hear("pt", margin=3, rival="es", words=1), hear("es", rival="pt"))

    assert choice.language == "es"


def test_votes_are_a_short_plain_dictionary_of_numbers() -> None:
    _, votes = converse(*[hear("es")] * 50)

    assert set(votes) == {*TAGS, "settled:es"}
    assert all(isinstance(value, float) and value >= -5.1 * CLIP for value in votes.values())
