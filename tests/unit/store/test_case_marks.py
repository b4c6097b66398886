"""Marks of open pages: another one whenever a case or the list of cases is another, and only then."""

import pytest
from sqlalchemy import update

from conversation.messages import DeliveryStatus, Handoff, Urgency
from store.cases import transitions
from store.cases.marks import Subject, read_mark
from store.cases.opening import open_or_join
from store.tables import OutboxEntry
from tests.house import House


@pytest.fixture
async def case_of(house: House) -> Subject:
    entry = await house.hear("Hola")
    handoff = Handoff("school.vaccines", "school", Urgency.NORMAL, "request")
    house.database.run_sync(
        lambda session: open_or_join(
            session, entry.conversation_id, handoff, language="es", message_id=entry.message_id, now=house.clock()
        )
    )
    return Subject(house.organisation_id, house.cases()[-1].id)


def mark(house: House, subject: Subject) -> str:
    return house.database.run_sync(lambda session: read_mark(session, subject))


async def test_a_mark_stays_while_nothing_happens(house: House, case_of: Subject) -> None:
    assert mark(house, case_of) == mark(house, case_of) != ""


async def test_a_message_of_the_person_changes_the_mark_of_their_case(house: House, case_of: Subject) -> None:
    before = mark(house, case_of)

    await house.receive("¿Está ahí?")  # not even decided yet

    assert mark(house, case_of) != before


async def test_a_delivery_changes_the_mark_of_its_case(house: House, case_of: Subject) -> None:
    before = mark(house, case_of)
    later = house.later(5)
    sent = update(OutboxEntry).values(status=DeliveryStatus.DELIVERED, updated_at=later)
    house.database.run_sync(lambda session: session.execute(sent))

    assert mark(house, case_of) != before


async def test_a_move_changes_the_mark_of_the_case_and_of_the_list(house: House, case_of: Subject) -> None:
    listed = Subject(house.organisation_id)
    before = mark(house, case_of), mark(house, listed)
    house.database.run_sync(
        lambda session: transitions.close(
            session, case_id=str(case_of.case_id), caseworker=None, outcome=transitions.Ending.HELPED, now=house.clock()
        )
    )

    assert mark(house, case_of) != before[0]
    assert mark(house, listed) != before[1]


async def test_a_case_has_no_mark_for_another_organisation(house: House, case_of: Subject) -> None:
    assert mark(house, Subject("elsewhere", case_of.case_id)) == ""
    assert mark(house, Subject(house.organisation_id, "no such case")) == ""
