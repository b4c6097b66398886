"""What the lists of cases are asked for: codes and numbers as people type them, filters of any address."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.inbox.means import Desk, Means, read_desk
from console.inbox.queue import MOST_NUMBERS, MOST_PAGES, find_code, find_number, read_wanted, search_number
from console.inbox.ready_answers import find_answer, find_opening, search_answers
from conversation.messages import Channel
from conversation.turn import Rules
from service import wiring
from service.inbox_page import measure_text
from store.cases.queues import Filters
from tests.fakes import START
from tests.front_desk import FrontDesk
from tests.house import House
from tests.staff import add_worker


@pytest.fixture
def desk_of(house: House) -> Callable[[], Desk]:
    ana, entrance = add_worker(house), FrontDesk(house).entrance
    means = Means(entrance, house.rules, house.queue, wiring.split_body, measure_text)
    return lambda: house.database.run_sync(
        lambda session: read_desk(session, means, ana, locale="en", now=house.clock())
    )


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


@pytest.mark.parametrize(
    ("query", "page"),
    [({"page": "9" * 5000}, 1), ({"page": "9999"}, MOST_PAGES), ({"page": "0"}, 1), ({"page": "\0"}, 1)],
)
def test_an_address_asks_for_a_page_or_for_the_first(
    desk_of: Callable[[], Desk], query: dict[str, str], page: int
) -> None:
    assert read_wanted(query, desk_of()).page == page


@pytest.mark.parametrize(
    "query",
    [
        {"from": "0001-01-01"},
        {"until": "9999-12-31"},
        {"discipline": "\0"},
        {"discipline": "x" * 5000},
        {"state": "\0"},
        {"language": "' OR 1=1"},
    ],
)
def test_what_cannot_be_asked_for_narrows_nothing(desk_of: Callable[[], Desk], query: dict[str, str]) -> None:
    assert read_wanted(query, desk_of()).filters == Filters()


def test_a_time_of_a_form_is_of_the_office_unless_it_names_its_own_and_is_one_that_can_be(
    desk_of: Callable[[], Desk],
) -> None:
    desk = desk_of()
    desk.zone = ZoneInfo("America/New_York")

    read = [desk.read_local(text) for text in ("2026-11-22T12:00", "2026-11-22T12:00+00:00")]

    assert read[0] is not None
    assert read[1] is not None
    assert read[0] - read[1] == timedelta(hours=5)
    assert [desk.read_local(text) for text in ("9999-12-31T23:59", "0001-01-01T00:00", "soon")] == [None] * 3


def test_whoever_goes_through_a_list_of_numbers_is_held_up_and_each_look_is_written_down(
    house: House, desk_of: Callable[[], Desk]
) -> None:
    def look(number: str) -> Any:
        desk = desk_of()
        return house.database.run_sync(lambda session: search_number(session, house.vault, desk, number))

    looked = [look(f"+120255501{place:02}") for place in range(MOST_NUMBERS)]
    refused = look("+12025550199")
    house.later(3601)

    assert all(looked)
    assert refused is None
    assert look("+12025550199") is not None


def test_texts_that_are_not_a_caseworkers_to_say_are_no_ready_answers(rules: Rules) -> None:
    def find(answer: str) -> object:
        return find_answer(rules.catalogue, answer, language="en", channel=Channel.SMS, today=START.date())

    ours = [answer for answer in rules.catalogue.entries if answer.startswith(("system.", "staff."))]

    assert {answer for answer in ours if find(answer)} == {"system.safe_opening", "system.who_is_told"}


def test_where_drafts_are_refused_nothing_that_nobody_has_reviewed_is_ready(rules: Rules) -> None:
    catalogue, day = replace(rules.catalogue, drafts=False), START.date()
    common: dict[str, Any] = {"language": "es", "channel": Channel.SMS, "today": day}

    found = search_answers(catalogue, "escuela", locale="en", **common)

    assert [one.id for one in found if one.draft] == []
    assert find_answer(catalogue, "school.enroll_documents", **common) is None
    assert find_opening(catalogue, **common) is None
