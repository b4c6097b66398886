"""Which language is answered in: one message, a conversation, a wish."""

import json
from collections.abc import Mapping

import pytest

from conversation.language.detection import Choice, Detection, choose, note_asked_again, remember
from conversation.language.languages import OTHER_MAYAN
from conversation.language.voices import CLIP, MAYAN, TAGS

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


def write_on(stated: str, *detections: Detection) -> list[Choice]:
    """Return the choices of somebody who has stated a language, who is asked as soon as the choice says so."""
    votes: dict[str, float] = {}
    choices = []
    for detection in detections:
        choices.append(choose(stated=stated, votes=votes, detection=detection))
        votes = remember(votes, detection, stated=stated)
        votes = note_asked_again(votes, stated) if choices[-1].again else votes
    return choices


def test_two_clear_messages_against_the_stated_language_bring_the_question_once_more() -> None:
    choices = write_on("es", *[hear("en")] * 6)

    assert [choice.language for choice in choices] == ["es"] * 6
    assert [choice.again for choice in choices] == [False, True, False, False, False, False]
    assert (choices[1].ask, choices[1].candidates) == (True, ("en", "es"))


def test_the_question_stays_open_until_it_could_be_asked() -> None:
    votes: dict[str, float] = {}
    for _ in range(3):
        votes = remember(votes, hear("en"), stated="es")

    assert choose(stated="es", votes=votes, detection=hear("en")).again
    assert not choose(stated="es", votes=votes, detection=NO_VOTE).again


@pytest.mark.parametrize(
    ("stated", "heard"),
    [
        ("es", [hear("en"), hear("es"), hear("en")]),
        ("es", [hear("en", agreed=False)] * 4),
        ("es", [hear("en", margin=8)] * 4),
        ("quc", [hear("es")] * 4),
        ("mam", [hear("quc")] * 4),
        (OTHER_MAYAN, [hear("quc")] * 4),
    ],
    ids=["not in a row", "in doubt", "not clear", "spanish beside kiche", "a near relative", "any mayan language"],
)
def test_the_question_does_not_come_back_for_less(stated: str, heard: list[Detection]) -> None:
    assert not any(choice.again for choice in write_on(stated, *heard))


def test_stating_another_language_starts_the_count_again() -> None:
    votes = remember({}, hear("en"), stated="es")

    choice = choose(stated="pt", votes=votes, detection=hear("en"))

    assert not choice.again


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


def test_one_clear_message_is_answered_in_both_languages_and_switches_nothing() -> None:
    choice, _ = converse(hear("es"), hear("es"), hear("en"))
    after, _ = converse(hear("es"), hear("es"), hear("en"), hear("es", margin=3))

    assert (choice.language, choice.second, choice.ask) == ("en", "es", False)
    assert (after.language, after.second) == ("es", None)


@pytest.mark.parametrize(
    "other",
    [hear("en", margin=11.9), hear("en", agreed=False), hear("en", words=2)],
    ids=["a smaller margin", "voices that disagree", "two words"],
)
def test_one_message_that_is_less_than_clear_is_answered_in_the_established_language(other: Detection) -> None:
    choice, _ = converse(hear("es"), hear("es"), other)

    assert (choice.language, choice.second) == ("es", None)


@pytest.mark.parametrize("established", ["en", "es", "pt"])
def test_a_clear_mayan_message_in_a_settled_conversation_is_answered_in_both_and_asked_about(
    established: str,
) -> None:
    choice, _ = converse(hear(established), hear(established), hear("quc"))

    assert (choice.language, choice.second, choice.ask) == ("quc", established, True)
    assert {"quc", established, "es"} <= set(choice.candidates)
    assert len(choice.candidates) <= 4


def test_spanish_beside_an_established_mayan_language_is_no_other_language() -> None:
    choice, _ = converse(hear("quc"), hear("quc"), hear("es"))

    assert (choice.language, choice.second) == ("quc", "es")


def test_an_established_mayan_language_travels_with_a_clear_english_message() -> None:
    choice, _ = converse(hear("quc"), hear("quc"), hear("en"))

    assert (choice.language, choice.second) == ("en", "quc")


def test_a_first_message_on_which_the_voices_disagree_establishes_nothing() -> None:
    _, votes = converse(hear("cak", agreed=False))

    assert not any(key.startswith("settled:") for key in votes)


def test_two_clear_messages_in_a_row_switch_it_and_the_old_language_comes_along_once() -> None:
    switched, _ = converse(hear("es"), hear("es"), hear("en"), hear("en"))
    later, _ = converse(hear("es"), hear("es"), hear("en"), hear("en"), hear("en"))

    assert (switched.language, switched.second) == ("en", "es")
    assert (later.language, later.second) == ("en", None)


def test_a_message_in_the_established_language_starts_the_count_again() -> None:
    choice, _ = converse(hear("es"), hear("en", margin=6), hear("es"), hear("en", margin=6))

    assert choice.language == "es"


def test_messages_with_a_small_margin_never_switch() -> None:
    choice, _ = converse(hear("es"), *[hear("en", margin=4.9)] * 5)

    assert choice.language == "es"


def test_a_message_that_tells_nothing_neither_counts_nor_forgets() -> None:
    _, votes = converse(hear("es"), hear("es"), hear("en"))
    choice, after = converse(hear("es"), hear("es"), hear("en"), NO_VOTE)

    assert (choice.language, choice.second) == ("es", None)
    assert after == votes


def test_after_a_switch_the_old_language_needs_two_messages_to_come_back() -> None:
    start = [hear("es"), hear("es"), hear("en"), hear("en")]

    once, _ = converse(*start, hear("es", margin=6))
    twice, _ = converse(*start, hear("es", margin=6), hear("es", margin=6))

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
