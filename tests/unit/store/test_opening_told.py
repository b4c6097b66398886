"""Who asks for a person while nobody is there is told when somebody is: only what is true."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from conversation.answers.wording import WEEKDAYS
from conversation.staffing.office import Span
from store.staffing.hours import set_holiday, set_office_hours, set_shifts, set_zone
from store.staffing.opening import find_opening
from store.staffing.switching import switch_shift
from store.tables import Case, Message
from tests.house import House
from tests.staff import add_worker

FRIDAY_NIGHT = datetime(2026, 6, 6, 3, 20, tzinfo=UTC)  # 22:20 on Friday 5 June in Chicago
WEEK = [Span(day, 9 * 60, 17 * 60) for day in range(5)]


def run(house: House, fn: Any, *given: Any, **named: Any) -> Any:
    return house.database.run_sync(lambda session: fn(session, *given, **named))


@pytest.fixture
def office(house: House) -> House:
    """An office in Chicago, closed since five."""
    run(house, set_zone, house.organisation_id, "America/Chicago")
    run(house, set_office_hours, house.organisation_id, WEEK)
    house.clock.now = FRIDAY_NIGHT
    return house


def said(house: House) -> list[tuple[str, str]]:
    rows = house.rows(select(Message).where(Message.answer.like("system.%")).order_by(Message.seq))
    return [
        (row.answer, house.vault.open(row.body_sealed, "message.body")) for row in rows if "notice" not in row.answer
    ]


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("PERSON", "It works again: Monday, 9:00 am (Chicago time)"),
        ("PERSONA", "Vuelve a trabajar: lunes, 9:00 am (hora de Chicago)"),
        ("PESSOA", "a equipe volta: segunda-feira, 9:00 (hora de Chicago)"),
        ("MOUN", "L ap travay ankò: lendi, 9:00 am (lè Chicago)"),
        ("HUMAIN", "Elle reprend: lundi, 9:00 (heure de Chicago)"),
    ],
)
async def test_who_asks_for_a_person_at_night_is_told_when_the_office_opens(
    office: House, word: str, words: str
) -> None:
    await office.hear(word)

    (answer, body), *_ = said(office)
    assert answer == "system.handoff_closed"
    assert words in body
    assert "911" in body
    assert office.rows(select(Case))[0].code in body


async def test_a_second_message_is_told_once_and_then_nothing_more(office: House) -> None:
    await office.hear("PERSONA")
    for text in ("es sobre la escuela de mi hija", "y otra cosa de la escuela"):
        office.later(60)
        await office.hear(text)

    assert [answer for answer, _ in said(office)] == ["system.handoff_closed", "system.waiting_closed"]


async def test_while_the_office_is_open_the_text_is_as_before(office: House) -> None:
    office.clock.now = datetime(2026, 6, 5, 15, 0, tzinfo=UTC)

    await office.hear("PERSONA")

    assert said(office)[0][0] == "system.handoff"


async def test_danger_is_answered_as_ever(office: House) -> None:
    await office.hear("quiero morirme")

    assert not any("closed" in (answer or "") for answer in office.answers())


@pytest.mark.parametrize("how", ["switch", "shift"])
async def test_when_somebody_is_at_work_at_night_no_opening_is_told(office: House, how: str) -> None:
    ana = add_worker(office, "ana")
    if how == "switch":
        run(office, switch_shift, ana.id, on=True, now=office.clock())
    else:
        run(office, set_shifts, ana.id, [Span(4, 20 * 60, 24 * 60)])

    assert run(office, find_opening, office.organisation_id, office.clock()) is None


async def test_without_hours_of_its_own_an_organisation_promises_none(house: House) -> None:
    add_worker(house, "ana")
    house.clock.now = FRIDAY_NIGHT

    await house.hear("PERSONA")

    assert said(house)[0][0] == "system.handoff"


async def test_a_holiday_is_left_out_and_a_day_too_far_to_name_is_not_told(office: House) -> None:
    monday, rest = date(2026, 6, 8), [date(2026, 6, day) for day in (9, 10, 11, 12)]
    run(office, set_holiday, office.organisation_id, monday, "closed")
    tuesday = run(office, find_opening, office.organisation_id, office.clock())
    for day in rest:
        run(office, set_holiday, office.organisation_id, day, "closed")

    assert (tuesday.weekday(), tuesday.hour) == (1, 9)
    assert run(office, find_opening, office.organisation_id, office.clock()) is None


async def test_where_the_days_may_not_be_named_the_text_without_an_hour_goes(office: House) -> None:
    catalogue = office.rules.catalogue
    nameless = {key: text for key, text in catalogue.wordings.items() if key[0] != WEEKDAYS}
    office.rules = replace(office.rules, catalogue=replace(catalogue, wordings=nameless))

    await office.hear("PERSONA")

    assert said(office)[0][0] == "system.handoff"
