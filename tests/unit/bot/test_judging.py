"""What counts as right, as among the offered, and as answered wrongly."""

from pathlib import Path

import pytest

from bot.judging import Figures, Message, judge, judge_scope, read_messages, read_threshold

DENTAL = Message("me duele una muela", ("health.dental", "health.clinic_uninsured"), "plain", "es")
JOKE = Message("cuéntame un chiste", ("system.out_of_scope",), "off", "es")


def test_a_guess_is_right_when_it_is_one_of_those_that_would_do() -> None:
    figures = judge([(DENTAL, [("health.clinic_uninsured", 0.9), ("health.vision", 0.1)])], 0.5)

    assert figures == Figures(count=1, first=1, among=1, answered=1, wrong=0)


def test_a_believed_mistake_is_answered_wrongly_even_when_the_right_one_is_second() -> None:
    figures = judge([(DENTAL, [("health.vision", 0.8), ("health.dental", 0.2)])], 0.5)

    assert figures == Figures(count=1, first=0, among=1, answered=1, wrong=1)


def test_a_mistake_that_is_not_believed_is_offered_and_harms_nobody() -> None:
    figures = judge([(DENTAL, [("health.vision", 0.4), ("health.wic", 0.3), ("health.dental", 0.3)])], 0.5)

    assert figures == Figures(count=1, first=0, among=1, answered=0, wrong=0)


def test_only_three_guesses_are_offered() -> None:
    ranking = [("health.vision", 0.3), ("health.wic", 0.3), ("school.meals", 0.2), ("health.dental", 0.2)]

    assert judge([(DENTAL, ranking)], 0.5).among == 0


def test_a_message_without_any_guess_counts_as_not_understood() -> None:
    assert judge([(DENTAL, [])], 0.5) == Figures(count=1, first=0, among=0, answered=0, wrong=0)


def test_no_messages_are_no_error() -> None:
    assert judge([], 0.5).count == 0
    assert judge_scope([], 0.5) == (0, 0)


@pytest.mark.parametrize(
    ("ranking", "shares"),
    [
        pytest.param([("system.out_of_scope", 0.9)], (1, 0), id="known as such"),
        pytest.param([("health.dental", 0.9)], (0, 1), id="answered with a topic"),
        pytest.param([("health.dental", 0.4)], (0, 0), id="only offered"),
        pytest.param([("service.greeting", 0.9)], (0, 0), id="greeted"),
        pytest.param([], (0, 0), id="nothing"),
    ],
)
def test_what_is_out_of_scope_should_get_no_topic(
    ranking: list[tuple[str, float]], shares: tuple[float, float]
) -> None:
    assert judge_scope([(JOKE, ranking), (DENTAL, [("health.vision", 1.0)])], 0.5) == shares


def test_a_test_file_is_read_as_written_quotes_and_all(tmp_path: Path) -> None:
    (tmp_path / "en.tsv").write_text(
        'text\tintent\talso\tregister\tlang\nshe said "no\thealth.dental\thealth.dental|health.vision\tstory\ten\n',
        "utf-8",
    )

    assert read_messages(tmp_path) == [Message('she said "no', ("health.dental", "health.vision"), "story", "en")]


def test_without_test_files_there_are_no_messages(tmp_path: Path) -> None:
    assert read_messages(tmp_path / "absent") == []


def test_the_threshold_is_the_one_of_the_configuration() -> None:
    assert 0 < read_threshold() < 1
