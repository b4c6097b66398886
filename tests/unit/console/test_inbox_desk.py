"""What every page of the inbox says of its reader's colleagues and of times."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from console.inbox.means import Desk, Means, read_desk
from service import wiring
from service.inbox_page import measure_text
from store.cases.timeline import TimelineItem
from store.staff.staff import Staff
from tests.fakes import START
from tests.front_desk import FrontDesk
from tests.house import House
from tests.staff import add_worker


@pytest.fixture
def ana(house: House) -> Staff:
    return add_worker(house)


@pytest.fixture
def desk_in(house: House, ana: Staff) -> Callable[[str], Desk]:
    means = Means(FrontDesk(house).entrance, house.rules, house.queue, wiring.split_body, measure_text)
    return lambda locale: house.database.run_sync(
        lambda session: read_desk(session, means, ana, locale=locale, now=house.clock())
    )


def event(kind: str, **details: Any) -> TimelineItem:
    return TimelineItem(kind=kind, at=START, id="1", author="system", details=details)


@pytest.mark.parametrize("kind", ["paged", "reminded", "escalated"])
def test_everybody_who_was_told_is_named_and_nobody_where_nobody_was(
    desk_in: Callable[[str], Desk], ana: Staff, kind: str
) -> None:
    desk = desk_in("en")

    named = list(desk.extras(event(kind, to=[ana.id, ana.id], step="rota")))
    unnamed = list(desk.extras(event(kind, to=[], step="nobody")))

    assert named == [f"{ana.name}, {ana.name}"]
    assert unnamed == [""]


def test_who_was_asked_or_offered_a_case_is_named(desk_in: Callable[[str], Desk], ana: Staff) -> None:
    desk = desk_in("en")

    told = [list(desk.extras(event(kind, to=ana.id))) for kind in ("assigned", "reassigned", "offered")]

    assert told == [[ana.name]] * 3
    assert list(desk.extras(event("reassigned", to=None))) == [""]
    assert list(desk.extras(event("claimed"))) == []


def test_a_time_of_another_day_is_said_as_the_reader_says_times(desk_in: Callable[[str], Desk]) -> None:
    later = START + timedelta(days=2)

    english, spanish = (desk_in(locale).when(later).replace("\u202f", " ") for locale in ("en", "es"))

    assert english == "Jun 3, 11:00 AM"
    assert spanish == "3 jun, 11:00"
