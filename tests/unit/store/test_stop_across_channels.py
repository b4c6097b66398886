"""A stop holds for a number on every channel, from the webhook on and at each send; little may still be said."""

import pytest
from sqlalchemy import select

from conversation.messages import Channel, Command
from store.tables import Address as AddressRow
from tests.house import House

DANGER = "mi papá me pega con el cinturón y tengo miedo"
CHANNELS = [(Channel.SMS, Channel.WHATSAPP), (Channel.WHATSAPP, Channel.SMS)]
both_ways = pytest.mark.parametrize(("here", "there"), CHANNELS, ids=["SMS first", "WhatsApp first"])


@both_ways
async def test_what_waits_on_the_other_channel_is_not_sent(house: House, here: Channel, there: Channel) -> None:
    waiting = house.queue_text(await house.open_conversation(channel=there))

    await house.receive("alto", channel=here)

    await house.send(waiting)
    assert (house.status(waiting), house.sender.texts) == ("dropped", [])


@both_ways
async def test_after_a_stop_the_other_channel_is_silent_too(house: House, here: Channel, there: Channel) -> None:
    await house.say("hola", there)
    await house.say("STOP", here)

    talk = ["hola", "persona", "privado", "english", "0", "idioma", "¿y las vacunas?", "🙏", "q'eqchi'"]
    answers = [await house.say(text, there) for text in talk]

    assert answers == [[]] * len(talk)


@both_ways
async def test_help_danger_once_and_start_are_answered_after_a_stop(
    house: House, here: Channel, there: Channel
) -> None:
    await house.say("hola", there)
    stopped = await house.say("STOP", here)

    answers = [await house.say(text, there) for text in ("ayuda", DANGER, DANGER, "comenzar")]

    assert stopped == ["system.stopped"]
    assert answers == [["system.help"], ["safety.abuse"], [], ["system.started"]]
    assert [case.urgency for case in house.cases()][-1] == "page_now"


@both_ways
async def test_a_start_on_one_channel_lets_the_other_speak(house: House, here: Channel, there: Channel) -> None:
    await house.say("STOP", here)

    await house.say("START", there)

    assert await house.say("persona", here) == ["system.handoff"]


async def test_a_stop_that_the_carrier_has_confirmed_holds_on_whatsapp_without_a_text(house: House) -> None:
    await house.say("hola", Channel.WHATSAPP)

    confirmed = await house.say("STOP", Channel.SMS, carrier_command=Command.STOP)

    assert (confirmed, await house.say("persona", Channel.WHATSAPP)) == ([], [])


@both_ways
async def test_the_end_of_privacy_holds_on_every_channel_and_for_no_other_number(
    house: House, here: Channel, there: Channel
) -> None:
    await house.say("privado", there)
    await house.say("privado", here)
    await house.say("privado", here, person="+12025550124")

    ended = await house.say("no privado", here)

    assert ended == ["system.private_off"]
    rows = house.rows(select(AddressRow).order_by(AddressRow.created_at))
    assert [row.private for row in rows] == [False, False, True]
