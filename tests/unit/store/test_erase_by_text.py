"""A person has everything erased by text, from the webhook to the carrier; store/forgetting/ does the rest."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from conversation.messages import Channel
from store.tables import Conversation, Erasure, Message
from tests.house import House

DANGER = "mi papá me pega con el cinturón y tengo miedo"
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
    await house.say(DANGER, Channel.SMS)

    texts = [await house.say(text, Channel.SMS) for text in ("borren mis datos", "1")]

    assert texts[0] == ["service.delete_my_data", "system.first_notice"]
    assert orders(house) == []
    assert {case.topic for case in house.cases()} == {"safety.abuse", "service.delete_my_data"}


async def test_asking_again_and_again_does_not_erase_who_may_be_in_danger(house: House) -> None:
    await house.say(DANGER, Channel.SMS)

    for text in ("borren mis datos", "1", "borren mis datos", "1"):
        await house.say(text, Channel.SMS)

    assert orders(house) == []


@pytest.mark.parametrize("asked_on", [Channel.SMS, Channel.WHATSAPP])
async def test_a_danger_beside_a_case_that_somebody_has_is_not_wiped_away(house: House, asked_on: Channel) -> None:
    await house.say("persona", Channel.SMS)
    house.claim(house.rows(select(Conversation.id))[0])
    await house.say(DANGER, Channel.SMS)

    for text in ("borren mis datos", "1"):
        await house.say(text, asked_on)

    assert orders(house) == []


async def test_a_danger_told_on_the_other_channel_after_the_question_is_not_wiped_away(house: House) -> None:
    await house.say("borren mis datos", Channel.WHATSAPP)
    await house.say(DANGER, Channel.SMS)

    await house.say("1", Channel.WHATSAPP)

    assert orders(house) == []


async def test_another_number_in_danger_keeps_nobody_from_being_erased(house: House) -> None:
    await house.say(DANGER, Channel.SMS, person="+12025550177")

    for text in ("borren mis datos", "1"):
        await house.say(text, Channel.SMS)

    assert orders(house) == ["person"]


async def test_a_decision_that_takes_long_does_not_bring_back_what_was_erased_meanwhile(house: House) -> None:
    await house.say("hola", Channel.WHATSAPP)
    told = update(Conversation).values(state="TX", language="es", language_votes={"es": -1.0})
    house.database.run_sync(lambda session: session.execute(told))
    slow, wishes = await house.receive("mi sobrina", channel=Channel.WHATSAPP), ["borren mis datos", "1"]
    house.bot.silence = "timeout"

    async def be_erased(_: float) -> None:
        while wishes:
            house.later(60)
            await house.hear(wishes.pop(0), channel=Channel.SMS)

    await replace(house.decider, pause=be_erased).decide(slow)

    assert orders(house) == ["person"]
    assert set(house.rows(select(Conversation.state)) + house.rows(select(Conversation.language_votes["es"]))) == {None}
