"""ERASE: asked once, done once, and never by a "1" that was meant for something else."""

import pytest

from conversation.answers.catalogue import FLOOR_SET
from conversation.dialogue.questions import ERASE
from conversation.messages import CaseStatus, Channel, Command, Decision, Kind, MessageKind, OpenCase, Urgency
from tests.fakes import FakeBot
from tests.talk import Talk, languages, said, strict_rules

QUESTION, DONE, KEPT = ["system.erase_confirm"], ["system.erased"], ["system.erase_kept"]
DANGER = "mi papá me pega con el cinturón y tengo miedo"


def known(**values: object) -> Talk:
    talk = Talk(bot=FakeBot({"vacunas": "school.vaccines", "no quiero que quede nada mío": "service.delete_my_data"}))
    talk.remember(language="es", noticed=True, **values)
    return talk


def outcome(decision: Decision) -> tuple[Command | None, list[str | None], bool]:
    return decision.command, said(decision), decision.erase


@pytest.mark.parametrize("channel", Channel)
async def test_a_wish_to_be_erased_is_asked_about_and_then_done(channel: Channel) -> None:
    talk = known(state="TX", slots={"name": "Rosa"})
    talk.channel = channel

    asked, done = await talk.say("borren mis datos"), await talk.say("1")

    assert outcome(asked) == (Command.ERASE, QUESTION, False)
    assert outcome(done) == (Command.ERASE, DONE, True)
    assert (talk.memory.state, dict(talk.memory.slots), talk.memory.open_question) == (None, {}, None)


async def test_two_keeps_everything() -> None:
    talk = known(state="TX")
    await talk.say("borrar datos")

    decision = await talk.say("2")

    assert outcome(decision) == (Command.ERASE, KEPT, False)
    assert (talk.memory.state, talk.memory.open_question) == ("TX", None)


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("delete my data", "en"),
        ("apagar meus dados", "pt"),
        ("supprimez mes données", "fr"),
        ("efase tout done mwen", "ht"),
    ],
)
async def test_who_asks_in_a_language_is_answered_in_it(word: str, language: str) -> None:
    decision = await Talk().say(word)

    assert said(decision) == ["system.erase_confirm", "system.first_notice"]
    assert set(languages(decision)) == {language}


@pytest.mark.parametrize("between", ["vacunas", "gracias", "stop", "start", "", "ayuda", "0", "3", DANGER])
async def test_only_the_very_next_message_can_erase(between: str) -> None:
    talk = known()
    await talk.say("borren todo")
    await talk.say(between)

    decision = await talk.say("1")

    assert not decision.erase


@pytest.mark.parametrize("text", ["none", "No one", "no, 1", "um", "Ummm...", "no una", "first", "primero", "1 o 2"])
async def test_what_is_no_clear_one_erases_nothing(text: str) -> None:
    talk = known(state="TX")
    await talk.say("borrar datos")

    decision = await talk.say(text)

    assert (decision.erase, talk.memory.state, talk.memory.open_question) == (False, "TX", None)


@pytest.mark.parametrize("text", ["1", "1.", "(1)", "1️⃣", "uno", "la 1", "one please", "Opción 1", "youn"])
async def test_a_clear_one_erases(text: str) -> None:
    talk = known(state="TX")
    await talk.say("borrar datos")

    assert (await talk.say(text)).erase


async def test_the_question_is_over_after_an_hour() -> None:
    talk = known()
    await talk.say("borren todo")
    talk.wait(minutes=61)

    decision = await talk.say("1")

    assert not decision.erase
    assert talk.memory.open_question is None


async def test_a_one_without_the_question_erases_nothing() -> None:
    decision = await known().say("1")

    assert not decision.erase


async def test_zero_brings_a_person_instead() -> None:
    talk = known()
    await talk.say("borren todo")

    decision = await talk.say("0")

    assert (decision.kind, decision.command, decision.erase) == (Kind.HANDOFF, Command.PERSON, False)


async def test_a_carriers_command_is_no_answer_to_the_question() -> None:
    talk = known()
    await talk.say("borren todo")

    decision = await talk.say("1", carrier_command=Command.STOP)

    assert (decision.command, decision.erase) == (Command.STOP, False)


async def test_after_a_stop_it_is_done_at_once_with_one_text() -> None:
    talk = known(stopped=True)

    decision = await talk.say("borren mis datos")

    assert outcome(decision) == (Command.ERASE, DONE, True)
    assert talk.memory.stopped


@pytest.mark.parametrize("status", [CaseStatus.WAITING, CaseStatus.CLAIMED])
async def test_an_open_case_does_not_hinder_it(status: CaseStatus) -> None:
    talk = known(case=OpenCase("A1", status, "school.vaccines", Urgency.SAME_DAY))

    asked, done = await talk.say("borren mis datos"), await talk.say("1")

    assert (said(asked), outcome(done)) == (QUESTION, (Command.ERASE, DONE, True))


@pytest.mark.parametrize(("stopped", "texts"), [(False, ["service.delete_my_data"]), (True, [])])
async def test_while_somebody_may_be_in_danger_a_person_does_it(stopped: bool, texts: list[str]) -> None:
    talk = known()
    await talk.say(DANGER)
    talk.remember(stopped=stopped)

    decision = await talk.say("borren mis datos")

    assert (decision.command, said(decision), decision.erase) == (Command.ERASE, texts, False)
    assert decision.handoff
    assert decision.handoff.topic == "service.delete_my_data"
    assert not (await talk.say("1")).erase


async def test_what_the_model_understands_as_the_wish_is_asked_about_too() -> None:
    talk = known()

    asked, done = await talk.say("no quiero que quede nada mío"), await talk.say("1")

    assert (asked.answer, said(asked), asked.erase) == ("service.delete_my_data", QUESTION, False)
    assert done.erase


async def test_a_pressed_line_of_a_menu_is_asked_about_too() -> None:
    decision = await known().say("Borrar mis datos", MessageKind.BUTTON, button="service.delete_my_data")

    assert (said(decision), decision.erase) == (QUESTION, False)


async def test_where_the_question_may_not_be_sent_a_person_does_it() -> None:
    talk = known()
    talk.rules = strict_rules(*FLOOR_SET)

    decision = await talk.say("borren mis datos")

    assert (said(decision), decision.erase) == (["system.way_on"], False)
    assert decision.handoff
    assert talk.memory.open_question is None


async def test_where_the_confirmation_may_not_be_sent_it_is_done_in_silence() -> None:
    talk = known()
    talk.rules = strict_rules("system.way_on", "system.erase_confirm")
    await talk.say("borren mis datos")

    decision = await talk.say("1")

    assert (decision.erase, decision.texts, decision.handoff) == (True, (), None)


async def test_asking_twice_asks_twice() -> None:
    talk = known()
    decisions = [await talk.say("borren mis datos") for _ in range(2)]

    assert [said(decision) for decision in decisions] == [QUESTION, QUESTION]
    assert talk.memory.open_question
    assert talk.memory.open_question.kind == ERASE


async def test_nothing_else_is_said_beside_the_confirmation() -> None:
    talk = Talk()
    await talk.say("delete my data")
    talk.remember(noticed=False)

    decision = await talk.say("1")

    assert said(decision) == DONE
