"""Interpreters: who fits a language, who may keep the list, and that their numbers stand sealed."""

import pytest
from sqlalchemy import text

from store.staff.staff import Role, Staff
from store.staffing import interpreters
from store.staffing.interpreters import Details, InterpreterFault, Known, Speech, rank_interpreters
from tests.house import House
from tests.staff import add_worker
from tests.talk import real_rules

LANGUAGES = real_rules().languages


@pytest.fixture
def sue(house: House) -> Staff:
    return add_worker(house, "sue", role=Role.SUPERVISOR)


def add(house: House, staff: Staff, *speaks: Speech, name: str = "Juana Example") -> str | InterpreterFault:
    details = Details(name=name, telephone="+12025550143")
    return house.database.run_sync(
        lambda session: interpreters.add_interpreter(
            session, house.vault, staff, speaks, details, languages=LANGUAGES, now=house.clock()
        )
    )


def list_all(house: House) -> list[Known]:
    return house.database.run_sync(
        lambda session: interpreters.list_interpreters(session, house.vault, house.organisation_id)
    )


def test_the_language_comes_first_then_its_kin_and_nobody_who_speaks_neither(house: House, sue: Staff) -> None:
    add(house, sue, Speech("quc"), name="Kin")
    add(house, sue, Speech("mam", "Todos Santos"), name="Own")
    add(house, sue, Speech("ht"), name="Far")

    ranked = rank_interpreters(list_all(house), "mam", LANGUAGES)

    assert [one.title for one in ranked] == ["Own", "Kin"]
    assert ranked[0].speaks == (Speech("mam", "Todos Santos"),)


def test_for_a_language_that_is_not_known_everybody_may_be_called(house: House, sue: Staff) -> None:
    add(house, sue, Speech("mam"))

    assert len(rank_interpreters(list_all(house), None, LANGUAGES)) == 1


def test_of_two_who_edit_at_once_the_second_is_told(house: House, sue: Staff) -> None:
    add(house, sue, Speech("mam"))
    (shown,) = list_all(house)

    def change(name: str) -> InterpreterFault | None:
        return house.database.run_sync(
            lambda session: interpreters.change_interpreter(
                session, house.vault, sue, shown.id, shown.speaks, Details(name=name), active=False,
                languages=LANGUAGES, mark=shown.mark, now=house.clock(),
            )
        )  # fmt: skip

    assert (change("First"), change("Second")) == (None, InterpreterFault.STALE)
    assert (list_all(house)[0].title, list_all(house)[0].active) == ("First", False)
    assert rank_interpreters(list_all(house), "mam", LANGUAGES) == []


def test_a_caseworker_does_not_keep_the_list(house: House) -> None:
    assert add(house, add_worker(house), Speech("mam")) is InterpreterFault.NOT_YOURS


@pytest.mark.parametrize("speaks", [(), (Speech("xx"),), tuple(Speech("mam", str(n)) for n in range(13))])
def test_languages_are_some_that_are_known(house: House, sue: Staff, speaks: tuple[Speech, ...]) -> None:
    assert add(house, sue, *speaks) is InterpreterFault.LANGUAGE


def test_name_and_number_stand_sealed(house: House, sue: Staff) -> None:
    add(house, sue, Speech("mam"))

    rows = house.database.run_sync(lambda session: repr(session.execute(text("SELECT * FROM interpreter")).all()))
    assert "Juana" not in rows
    assert "5550143" not in rows
