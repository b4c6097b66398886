"""What the lists of cases are asked for: codes and numbers as people type them, filters of any address."""

import pytest

from console.inbox.queue import find_code, find_number
from console.inbox.ready_answers import search_answers
from conversation.messages import Channel
from conversation.turn import Rules
from service import wiring
from service.inbox_page import measure_text
from tests.fakes import START


@pytest.mark.parametrize(
    ("typed", "code"),
    [("a7", "A7"), (" AB12 ", "AB12"), ("A7 x", None), ("7A", None), ("", None), ("ABCD1", None)],
)
def test_a_code_is_found_however_it_is_typed(typed: str, code: str | None) -> None:
    assert find_code(typed) == code


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("(202) 555-0123", "+12025550123"),
        ("+1 202 555 0123", "+12025550123"),
        ("2025550123", "+12025550123"),
        ("555", None),
        ("call me", None),
        ("1" * 400, None),
    ],
)
def test_a_number_is_found_however_it_is_typed(typed: str, number: str | None) -> None:
    assert find_number(typed) == number


@pytest.mark.parametrize("channel", list(Channel))
def test_what_is_counted_is_what_would_be_sent(channel: Channel) -> None:
    body = "Mañana “a las 9” — no, a las 10. " * 20

    cost = measure_text(body, channel)

    parts = wiring.split_body(body.strip(), channel)
    assert (cost.segments, cost.messages) == (sum(part.segments for part in parts), len(parts))


def test_one_dear_character_is_named() -> None:
    assert measure_text("Está", Channel.SMS).outside == "á"
    assert measure_text("Esta", Channel.SMS).gsm7


def test_a_ready_answer_is_found_by_its_title_without_accents_and_holds_no_gap(rules: Rules) -> None:
    found = search_answers(
        rules.catalogue, "inscribir escuela", language="es", locale="en", channel=Channel.SMS, today=START.date()
    )

    assert "school.enroll_documents" in [one.id for one in found]
    assert all("{" not in one.text and one.language == "es" for one in found)


def test_a_search_for_nothing_finds_nothing(rules: Rules) -> None:
    values = {"language": "es", "locale": "en", "channel": Channel.SMS, "today": START.date()}

    assert search_answers(rules.catalogue, "  ", **values) == []  # type: ignore[arg-type]
