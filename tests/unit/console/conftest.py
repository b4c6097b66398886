"""An inbox with one caseworker who has one case."""

from collections.abc import Iterator

import pytest

from store.staff.staff import Staff
from store.tables import Case
from tests.house import House
from tests.inbox_house import InboxHouse


@pytest.fixture
def office(house: House) -> InboxHouse:
    return InboxHouse(house)


@pytest.fixture
def address(office: InboxHouse) -> Iterator[str]:
    with office.serving() as url:
        yield url


@pytest.fixture
def ana(office: InboxHouse) -> Staff:
    return office.add_staff("ana", "Ana", disciplines=("school", "safety"))


@pytest.fixture
def case(office: InboxHouse, ana: Staff) -> Case:
    case = office.open_case("Hola")
    office.claim(case, ana)
    return case
