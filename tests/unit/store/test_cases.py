"""Cases: one per conversation and topic, never less urgent, with a code nobody has twice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.handoff import make_plain_handoff
from conversation.messages import Handoff, Urgency
from store.cases.opening import format_code, open_or_join
from store.cases.queues import list_cases
from store.cases.transitions import close_by_code
from store.tables import Case
from tests.house import House

LAWYER = Handoff("legal.find_lawyer", "legal", Urgency.NORMAL, "request")


def join(house: House, conversation_id: str, handoff: Handoff) -> str:
    return house.database.run_sync(
        lambda session: open_or_join(
            session, conversation_id, handoff, language="es", message_id=None, now=house.clock()
        )
    )


def close(house: House, code: str) -> bool:
    return house.database.run_sync(
        lambda session: close_by_code(session, house.organisation_id, code, now=house.clock())
    )


async def test_a_second_request_for_a_topic_joins_its_open_case(house: House) -> None:
    conversation_id = await house.open_conversation()

    codes = [join(house, conversation_id, LAWYER), join(house, conversation_id, LAWYER)]

    assert codes == ["A1", "A1"]
    assert house.case_events() == ["opened", "joined"]


async def test_another_topic_or_conversation_is_another_case(house: House) -> None:
    first, second = await house.open_conversation(), await house.open_conversation(person="+12025550124")

    codes = [join(house, first, LAWYER), join(house, first, make_plain_handoff("health.care", "request"))]
    codes.append(join(house, second, LAWYER))

    assert codes == ["A1", "A2", "A3"]


async def test_a_closed_case_is_not_joined_and_its_code_not_used_again(house: House) -> None:
    conversation_id = await house.open_conversation()
    join(house, conversation_id, LAWYER)

    closed = close(house, "A1"), close(house, "A1"), close(house, "A9")

    assert closed == (True, False, False)
    assert join(house, conversation_id, LAWYER) == "A2"


@pytest.mark.parametrize("first", list(Urgency))
@pytest.mark.parametrize("then", list(Urgency))
async def test_a_joined_case_takes_the_greater_urgency(house: House, first: Urgency, then: Urgency) -> None:
    conversation_id = await house.open_conversation()
    order = [Urgency.PAGE_NOW, Urgency.SAME_DAY, Urgency.NORMAL]

    for urgency in (first, then):
        join(house, conversation_id, make_plain_handoff("service.talk_to_person", "request", urgency=urgency))

    (case,) = house.cases()
    assert case.urgency == min(first, then, key=order.index)
    assert (case.page_due_at is not None) == (Urgency.PAGE_NOW in (first, then))


async def test_a_new_danger_pages_again_when_the_first_page_was_answered(house: House) -> None:
    conversation_id = await house.open_conversation()
    danger = Handoff("safety.suicide", "safety", Urgency.PAGE_NOW, "danger")
    join(house, conversation_id, danger)
    house.database.run_sync(lambda session: setattr(session.get(Case, house.cases()[0].id), "page_due_at", None))

    house.later(600)
    join(house, conversation_id, danger)

    (case,) = house.cases()
    assert case.page_due_at == house.clock()


async def test_a_further_message_joins_whatever_is_open_when_its_own_case_was_closed(house: House) -> None:
    conversation_id = await house.open_conversation()
    join(house, conversation_id, LAWYER)
    join(house, conversation_id, make_plain_handoff("health.care", "request"))
    close(house, "A2")

    code = join(house, conversation_id, make_plain_handoff("health.care", "joined"))

    assert code == "A1"


async def test_the_list_has_the_most_urgent_first_then_the_oldest(house: House) -> None:
    conversation_id = await house.open_conversation()
    for topic, urgency in (("a", Urgency.NORMAL), ("b", Urgency.SAME_DAY), ("c", Urgency.PAGE_NOW), ("d", "normal")):
        join(house, conversation_id, make_plain_handoff(topic, "request", urgency=Urgency(urgency)))
        house.later(1)

    listed = house.database.run_sync(lambda session: list_cases(session, house.organisation_id))
    closed = house.database.run_sync(lambda session: list_cases(session, house.organisation_id, closed=True))

    assert [line.topic for line in listed] == ["c", "b", "a", "d"]
    assert list(closed) == []


def test_codes_begin_short_and_go_on() -> None:
    codes = {1: "A1", 99: "A99", 100: "B1", 26 * 99: "Z99", 26 * 99 + 1: "AA1", 27 * 26 * 99 + 1: "AAA1"}

    assert {number: format_code(number) for number in codes} == codes


@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_no_two_cases_have_one_code(one: int, other: int) -> None:
    assert re.fullmatch("[A-Z]+[1-9][0-9]?", format_code(one))
    assert (format_code(one) == format_code(other)) == (one == other)
