"""Private mode: a text that lights up the phone tells nothing, and "1" brings what it holds back."""

import pytest

from conversation.dialogue.questions import READ
from conversation.messages import Channel, Kind, MessageKind
from conversation.ports import BotKey, ChooseKey
from tests.fakes import FakeBot
from tests.talk import Talk, said, strict_rules

WAITING = ["system.private_waiting"]
MENU = ChooseKey(("school.vaccines", "court.date_find", "legal.find_lawyer"))


def private(**keys: tuple[BotKey, ...]) -> Talk:
    talk = Talk(bot=FakeBot({"vacunas": "school.vaccines", "falté": "court.missed"}, keys))
    talk.remember(language="es", noticed=True, private=True)
    return talk


async def test_an_answer_waits_behind_a_neutral_text() -> None:
    talk = private()

    decision = await talk.say("vacunas")

    assert (decision.kind, decision.answer, said(decision)) == (Kind.ANSWER, "school.vaccines", WAITING)
    assert talk.memory.open_question
    assert talk.memory.open_question.kind == READ


async def test_one_reads_what_waits() -> None:
    talk = private()
    await talk.say("vacunas")

    decision = await talk.say("1")

    assert (said(decision), talk.memory.open_question) == (["school.vaccines"], None)


@pytest.mark.parametrize("text", ["2", "3", "vacunas"])
async def test_nothing_else_reads_it(text: str) -> None:
    talk = private(**{"menos claro": (MENU,)})
    await talk.say("menos claro")

    decision = await talk.say(text)

    assert not {"school.vaccines", "court.date_find", "system.choose"} & set(said(decision))


async def test_the_lines_of_a_menu_wait_too() -> None:
    talk = private(**{"menos claro": (MENU,)})

    held, menu, answer = await talk.say("menos claro"), await talk.say("1"), await talk.say("2")

    assert (held.kind, said(held)) == (Kind.CHOOSE, WAITING)
    assert (menu.kind, said(menu), menu.choices) == (Kind.CHOOSE, ["system.choose"], MENU.answers)
    assert said(answer) == ["court.date_find"]


async def test_what_waits_can_be_read_while_a_case_waits() -> None:
    talk = private()
    held = await talk.say("falté")

    decision = await talk.say("1")

    assert (said(held), said(decision)) == (WAITING, ["court.missed"])
    assert held.handoff
    assert talk.memory.case


async def test_zero_brings_a_person_instead() -> None:
    talk = private()
    await talk.say("vacunas")

    decision = await talk.say("0")

    assert decision.kind is Kind.HANDOFF


async def test_a_newer_answer_takes_the_place_of_the_one_that_waits() -> None:
    talk = private()
    talk.bot = FakeBot({"vacunas": "school.vaccines", "clínica": "health.clinic_uninsured"})
    await talk.say("vacunas")
    await talk.say("clínica")

    decision = await talk.say("1")

    assert said(decision) == ["health.clinic_uninsured"]


async def test_a_crisis_text_is_never_held_back() -> None:
    decision = await private().say("mi papá me pega con el cinturón")

    assert said(decision) == ["safety.abuse"]


async def test_a_pressed_button_asks_to_read() -> None:
    talk = private()
    talk.channel = Channel.WHATSAPP

    decision = await talk.say("Vacunas", MessageKind.BUTTON, button="school.vaccines")

    assert said(decision) == ["school.vaccines"]


async def test_an_unreviewed_neutral_text_brings_a_person() -> None:
    talk = private()
    talk.rules = strict_rules("system.way_on", "school.vaccines")

    decision = await talk.say("vacunas")

    assert (decision.kind, said(decision)) == (Kind.HANDOFF, ["system.way_on"])
    assert decision.handoff


async def test_the_message_that_asks_for_privacy_begins_it() -> None:
    talk = private()
    talk.remember(private=False)

    before, _, after = await talk.say("vacunas"), await talk.say("privado"), await talk.say("vacunas")

    assert (said(before), said(after)) == (["school.vaccines"], WAITING)


async def test_a_state_is_noted_without_a_message_that_waits() -> None:
    talk = private()

    decision = await talk.say("vivo en Houston")

    assert (said(decision), talk.memory.state, talk.memory.open_question) == (["system.acknowledged"], "TX", None)


async def test_both_answers_to_two_questions_can_be_read() -> None:
    talk = private()
    talk.bot = FakeBot({"¿Qué vacunas pide?": "school.vaccines", "¿Qué pasa si falté?": "court.missed"})
    decision = await talk.say("¿Qué vacunas pide? ¿Qué pasa si falté?")

    menu, read = await talk.say("1"), await talk.say("2")

    assert (said(decision), said(menu), said(read)) == (WAITING, ["system.choose"], ["court.missed"])


async def test_a_text_that_says_what_we_help_with_waits_too() -> None:
    talk = private()
    decision = await talk.say("algo que no se entiende")

    read = await talk.say("1")

    assert (decision.kind, said(decision), said(read)) == (Kind.FALLBACK, WAITING, ["service.menu"])


async def test_thanks_are_answered_as_they_are() -> None:
    assert said(await private().say("gracias")) == ["service.thanks"]
