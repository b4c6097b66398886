"""What we remember of a conversation between two messages."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from conversation.handoff import SILENCING_NOBODY, make_plain_handoff
from conversation.messages import Address, BotSession, Channel, Memory, OpenQuestion
from store.cases.opening import open_or_join
from store.conversations import find_open_case, get_memory, save_memory, take_seq
from store.inbox import find_undecided
from store.tables import Conversation, OpenQuestionRow
from tests.house import House

OTHER_SENDER = Address(Channel.WHATSAPP, "+12025550199")


def remember(house: House, conversation_id: str, memory: Memory) -> Memory:
    house.database.run_sync(lambda session: save_memory(session, house.vault, conversation_id, memory, house.clock()))
    return house.database.run_sync(lambda session: get_memory(session, house.vault, conversation_id))


def is_private(house: House, inbox_id: str) -> bool:
    heard = house.database.run_sync(lambda session: find_undecided(session, house.vault, inbox_id))
    assert heard is not None
    return heard.memory.private


async def test_what_is_saved_is_remembered(house: House) -> None:
    conversation_id = await house.open_conversation()
    now = house.clock()
    memory = Memory(
        language="quc",
        language_votes={"es": -1.5, "quc": -0.25},
        language_asked=True,
        state="TX",
        role="sponsor",
        slots={"state": "TX", "form": {"active": None}},
        bot_session=BotSession("b" * 32, 3, now),
        open_question=OpenQuestion("choose", ("school.vaccines", "school.enroll_documents"), now + timedelta(hours=1)),
        last_answer="school.vaccines",
        misunderstood=1,
        noticed=True,
        private=True,
        crisis_after_stop=True,
    )

    assert remember(house, conversation_id, memory) == memory


async def test_a_question_is_forgotten_when_it_is_no_longer_open(house: House) -> None:
    conversation_id = await house.open_conversation()
    asked = Memory(open_question=OpenQuestion("state", (), house.clock()))

    remember(house, conversation_id, asked)
    remember(house, conversation_id, asked)
    forgotten = remember(house, conversation_id, replace(asked, open_question=None))

    assert forgotten.open_question is None
    assert house.rows(select(OpenQuestionRow)) == []


async def test_the_first_notice_keeps_its_time(house: House) -> None:
    conversation_id = await house.open_conversation()
    first = house.get(Conversation, conversation_id).noticed_at

    house.later(60)
    remember(house, conversation_id, Memory(noticed=True))
    remember(house, conversation_id, Memory(noticed=False))

    assert first is not None
    assert house.get(Conversation, conversation_id).noticed_at == first


async def test_a_stop_is_not_undone_by_a_memory_from_before_it(house: House) -> None:
    conversation_id = await house.open_conversation()
    before = house.database.run_sync(lambda session: get_memory(session, house.vault, conversation_id))

    await house.receive("STOP")

    assert remember(house, conversation_id, before).stopped


async def test_privacy_holds_on_every_channel_of_the_number_and_nowhere_else(house: House) -> None:
    conversation_id = await house.open_conversation()
    before = await house.receive("hola", channel=Channel.WHATSAPP)
    stranger = await house.receive("hola", person="+12025550124")

    remember(house, conversation_id, Memory(private=True))

    later = await house.receive("hola", recipient=OTHER_SENDER, channel=Channel.WHATSAPP)
    assert [is_private(house, inbox_id) for inbox_id in (before, later, stranger)] == [True, True, False]


async def test_slots_are_sealed(house: House) -> None:
    conversation_id = await house.open_conversation()

    remember(house, conversation_id, Memory(slots={"note": "canario"}))

    assert b"canario" not in (house.get(Conversation, conversation_id).slots_sealed or b"")
    assert "canario" not in repr(Memory(slots={"note": "canario"}))


@pytest.mark.parametrize("count", [1, 3])
async def test_numbers_of_a_conversation_are_given_once(house: House, count: int) -> None:
    conversation_id = await house.open_conversation()

    first = house.database.run_sync(lambda session: take_seq(session, conversation_id, count=count))
    after = house.database.run_sync(lambda session: take_seq(session, conversation_id))

    assert after == first + count


async def test_a_claimed_case_decides_who_speaks_before_a_newer_one_that_waits(house: House) -> None:
    conversation_id = (await house.hear("PERSON")).conversation_id
    house.claim(conversation_id)
    house.later(60)
    await house.hear("me quiero matar")

    case = house.database.run_sync(lambda session: find_open_case(session, conversation_id))

    assert case is not None
    assert (len(house.cases()), case.status) == (2, "claimed")


@pytest.mark.parametrize("topic", SILENCING_NOBODY)
async def test_a_fault_of_ours_does_not_silence_the_bot(house: House, topic: str) -> None:
    conversation_id = await house.open_conversation()
    failed = make_plain_handoff(topic, "refused")

    house.database.run_sync(
        lambda session: open_or_join(
            session, conversation_id, failed, language="es", message_id=None, now=house.clock()
        )
    )

    assert house.database.run_sync(lambda session: find_open_case(session, conversation_id)) is None
