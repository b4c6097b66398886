"""A person has everything erased by text, from the webhook to the carrier; store/forgetting/ does the rest."""

import pytest
from sqlalchemy import func, select

from conversation.messages import Channel
from store.tables import Conversation, Erasure, Message
from tests.house import House

BOTH = pytest.mark.parametrize("channel", Channel)


def orders(house: House) -> list[str]:
    return house.rows(select(Erasure.ordered_by))


def kept(house: House) -> int:
    """How many messages nobody has ordered to erase."""
    count: int = house.rows(select(func.count()).select_from(Message).where(Message.erasure_id.is_(None)))[0]
    return count


@BOTH
async def test_the_question_the_answer_and_one_last_text(house: House, channel: Channel) -> None:
    await house.say("hola", channel)

    asked, done = await house.say("borren mis datos", channel), await house.say("1", channel)

    assert (asked, done) == (["system.erase_confirm"], ["system.erased"])
    assert (orders(house), kept(house)) == (["person"], 0)


@BOTH
async def test_after_a_stop_one_text_and_no_question(house: House, channel: Channel) -> None:
    await house.say("STOP", channel)

    assert await house.say("delete my data", channel) == ["system.erased"]
    assert (orders(house), kept(house)) == (["person"], 0)


async def test_what_was_said_on_the_other_channel_goes_too(house: House) -> None:
    await house.say("hola", Channel.WHATSAPP)
    await house.say("borren todo", Channel.SMS)
    await house.say("1", Channel.SMS)

    assert kept(house) == 0


@pytest.mark.parametrize("claimed", [False, True], ids=["a case that waits", "a case that somebody has"])
async def test_a_case_is_closed_and_its_shell_says_why(house: House, claimed: bool) -> None:
    await house.say("persona", Channel.SMS)
    if claimed:
        house.claim(house.rows(select(Conversation.id))[0])

    texts = [await house.say(text, Channel.SMS) for text in ("borren mis datos", "1")]

    assert texts == [["system.erase_confirm"], ["system.erased"]]
    assert [(case.status, case.reason) for case in house.cases()] == [("closed", "erased")]


async def test_two_erases_nothing(house: House) -> None:
    await house.say("borren mis datos", Channel.SMS)

    assert await house.say("2", Channel.SMS) == ["system.erase_kept"]
    assert orders(house) == []


async def test_who_may_be_in_danger_is_not_erased_without_a_person(house: House) -> None:
    await house.say("mi papá me pega con el cinturón y tengo miedo", Channel.SMS)

    texts = [await house.say(text, Channel.SMS) for text in ("borren mis datos", "1")]

    assert texts[0] == ["service.delete_my_data", "system.first_notice"]
    assert orders(house) == []
    assert {case.topic for case in house.cases()} == {"safety.abuse", "service.delete_my_data"}
