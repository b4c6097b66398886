"""Commands: what STOP, START, HELP, PERSON, PRIVATE and a change of language lead to."""

from dataclasses import replace

import pytest

from conversation.commands.commands import find_command
from conversation.handoff import TALK_TO_PERSON
from conversation.language.languages import OTHER_MAYAN
from conversation.messages import Address, Channel, Command, InboundMessage, Kind, Memory, MessageKind
from conversation.pipeline import decide
from service.wiring import split_body
from tests.fakes import START, FakeBot
from tests.talk import Talk, languages, real_rules, said

DANGER = "mi papá me pega con el cinturón y tengo miedo"


def write(text: str) -> InboundMessage:
    address = Address(Channel.SMS, "+12025550123")
    return InboundMessage("twilio", "SM1", address, address, MessageKind.TEXT, text, START)


def known(language: str = "es", **values: object) -> Talk:
    talk = Talk()
    talk.remember(language=language, noticed=True, **values)
    return talk


async def test_stop_is_confirmed_once_and_remembered() -> None:
    talk = known()

    decision = await talk.say("Alto")

    assert (decision.kind, decision.command, said(decision)) == (Kind.COMMAND, Command.STOP, ["system.stopped"])
    assert talk.memory.stopped


@pytest.mark.parametrize(("word", "answer"), [("STOP", "system.stopped"), ("START", "system.started")])
async def test_stop_and_start_as_the_first_message_get_one_text_and_no_notice(word: str, answer: str) -> None:
    talk = Talk()

    decision = await talk.say(word)

    assert said(decision) == [answer]


async def test_a_stop_in_a_mayan_language_is_confirmed_with_the_spanish_text() -> None:
    talk = known("quc")

    decision = await talk.say("STOP")

    assert languages(decision) == ["quc", "es"]


@pytest.mark.parametrize("command", [Command.STOP, Command.START, Command.HELP])
async def test_what_the_carrier_has_confirmed_is_confirmed_by_nobody_else(command: Command) -> None:
    talk = known()

    decision = await talk.say("cualquier palabra", carrier_command=command)

    assert (decision.kind, decision.command, decision.texts) == (Kind.COMMAND, command, ())
    assert talk.memory.stopped is (command is Command.STOP)


@pytest.mark.parametrize("word", ["STOP", "start", "Help", "INFO"])
@pytest.mark.parametrize(("channel", "texts"), [(Channel.SMS, 0), (Channel.WHATSAPP, 1)])
async def test_where_the_carrier_confirms_by_sms_we_confirm_on_whatsapp_only(
    channel: Channel, texts: int, word: str
) -> None:
    talk = known(stopped=True)
    talk.channel, talk.rules = channel, replace(real_rules(), confirm_commands=False)

    decision = await talk.say(word)

    assert (decision.kind, len(decision.texts)) == (Kind.COMMAND, texts)


@pytest.mark.parametrize("word", ["alto", "stop por favor", "comenzar", "ayuda"])
async def test_what_no_carrier_understands_is_confirmed_by_us_whatever_the_setting(word: str) -> None:
    talk = known()
    talk.rules = replace(real_rules(), confirm_commands=False)

    decision = await talk.say(word)

    assert (decision.kind, len(decision.texts)) == (Kind.COMMAND, 1)


@pytest.mark.parametrize("command", [Command.STOP, Command.START, Command.HELP])
async def test_on_whatsapp_no_carrier_confirms_whatever_it_says(command: Command) -> None:
    talk = known()
    talk.channel = Channel.WHATSAPP

    decision = await talk.say("stop", carrier_command=command)

    assert len(decision.texts) == 1


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("word", ["STOP", "alto", "START", "ayuda"])
async def test_where_we_confirm_there_is_one_confirmation(channel: Channel, word: str) -> None:
    talk = known()
    talk.channel = channel

    decision = await talk.say(word)

    assert len(decision.texts) == 1


async def test_danger_in_a_text_that_the_carrier_took_for_a_stop_is_answered() -> None:
    talk = known(stopped=True)  # the webhook has written the stop before

    decision = await talk.say(f"stop {DANGER}", carrier_command=Command.STOP)

    assert (decision.kind, said(decision)) == (Kind.CRISIS, ["safety.abuse"])


async def test_start_lifts_the_stop_and_renews_the_crisis_text() -> None:
    talk = known(stopped=True, crisis_after_stop=True)

    decision = await talk.say("start")

    assert (decision.command, said(decision)) == (Command.START, ["system.started"])
    assert (talk.memory.stopped, talk.memory.crisis_after_stop) == (False, False)


@pytest.mark.parametrize("word", ["YES", "sí", "continue"])
async def test_yes_is_a_start_from_somebody_who_has_stopped(word: str) -> None:
    talk = known(stopped=True)

    decision = await talk.say(word)

    assert (decision.command, talk.memory.stopped) == (Command.START, False)


@pytest.mark.parametrize("word", ["YES", "sí", "continue"])
async def test_yes_is_a_message_like_others_from_anybody_else(word: str) -> None:
    talk = known()

    decision = await talk.say(word)

    assert (decision.command, decision.handoff, talk.memory.stopped) == (None, None, False)


async def test_a_wish_for_a_person_after_a_stop_opens_a_case_and_sends_nothing() -> None:
    talk = known(stopped=True)

    decision = await talk.say("persona")

    assert (decision.kind, decision.command, decision.texts) == (Kind.HANDOFF, Command.PERSON, ())
    assert decision.handoff
    assert (decision.handoff.topic, decision.handoff.reason) == (TALK_TO_PERSON, "request")


@pytest.mark.parametrize("word", ["privado", "english", "idioma"])
async def test_other_wishes_after_a_stop_are_kept_in_silence(word: str) -> None:
    talk = known(stopped=True)

    decision = await talk.say(word)

    assert decision.texts == ()
    assert talk.memory.stopped
    assert talk.memory.private or talk.memory.language == "en" or talk.memory.open_question is None


async def test_a_person_is_promised_with_the_code_of_the_case() -> None:
    talk = known()

    decision = await talk.say("quiero hablar con una persona")

    assert (decision.answer, said(decision)) == (TALK_TO_PERSON, ["system.handoff"])
    assert "A1" in decision.texts[0].body


async def test_before_the_case_exists_the_place_of_its_code_is_left_open() -> None:
    decision = await decide(write("persona"), Memory(), rules=real_rules(), bot=FakeBot(), now=START)

    assert ["{code}" in text.body for text in decision.texts] == [True, False]  # the second text is the first notice


async def test_a_keyword_tells_the_language_of_its_confirmation() -> None:
    decisions = [await Talk().say(word) for word in ("person", "persona", "ajuda")]

    assert [decision.language for decision in decisions] == ["en", "es", "pt"]
    assert [languages(decision) for decision in decisions] == [["en", "en"], ["es", "es"], ["pt", "pt"]]


async def test_a_keyword_that_all_languages_share_is_confirmed_in_spanish_and_english() -> None:
    decision = await Talk().say("HELP")

    assert said(decision)[:2] == ["system.help", "system.help"]
    assert languages(decision)[:2] == ["es", "en"]


async def test_a_stated_language_is_kept_whatever_the_language_of_a_keyword() -> None:
    talk = known("en")

    decision = await talk.say("ayuda")

    assert languages(decision) == ["en"]


async def test_a_mayan_keyword_brings_both_texts() -> None:
    decision = await Talk().say("winaq")

    assert languages(decision) == ["quc", "es", "es"]
    assert said(decision) == ["system.handoff", "system.handoff", "system.first_notice"]


async def test_private_is_confirmed_and_kept() -> None:
    talk = known()

    decision = await talk.say("PRIVADO")

    assert (decision.command, said(decision)) == (Command.PRIVATE, ["system.private_on"])
    assert talk.memory.private


async def test_a_change_of_language_is_confirmed_in_the_new_one() -> None:
    talk = known("es")

    decision = await talk.say("English please")

    assert (decision.command, said(decision)) == (Command.LANGUAGE, ["system.language_changed"])
    assert (languages(decision), talk.memory.language) == (["en"], "en")


async def test_a_language_without_texts_is_named_in_the_language_that_stands_in() -> None:
    talk = known("en")

    decisions = {word: await talk.say(word) for word in ("mam", "中文")}

    assert said(decisions["mam"]) == said(decisions["中文"]) == ["system.language_unavailable"]
    assert (languages(decisions["mam"]), languages(decisions["中文"])) == (["es"], ["en"])
    assert decisions["mam"].texts[0].body.count("Mam") == 2
    assert decisions["中文"].texts[0].body.count("中文") == 2
    assert talk.memory.language == "zh"


@pytest.mark.parametrize(("word", "tag"), [("português", "pt"), ("en français svp", "fr"), ("kreyol", "ht")])
async def test_a_language_with_some_texts_says_that_the_rest_comes_in_english(word: str, tag: str) -> None:
    talk = known("en")

    decision = await talk.say(word)

    assert (said(decision), languages(decision), talk.memory.language) == (["system.language_changed"], [tag], tag)


async def test_another_mayan_language_brings_a_person_who_looks_for_an_interpreter() -> None:
    talk = known()

    decision = await talk.say("hablo akateko")

    assert (said(decision), languages(decision)) == (["system.other_language"], ["es"])
    assert decision.handoff
    assert (decision.handoff.topic, decision.handoff.reason) == ("system.other_language", "interpreter")
    assert (decision.kind, decision.language, talk.memory.language) == (Kind.HANDOFF, OTHER_MAYAN, OTHER_MAYAN)
    assert "A1" in decision.texts[0].body


async def test_a_language_that_is_not_named_is_asked_for() -> None:
    talk = known()

    asked = await talk.say("otro idioma")
    chosen = await talk.say("6")

    assert (asked.kind, asked.command, said(asked)) == (Kind.COMMAND, Command.LANGUAGE, ["system.language_question"])
    assert asked.texts[0].body.endswith("\n6 Français\n7 Otro idioma maya\n0 Una persona")
    assert languages(chosen) == ["fr"]


async def test_the_longest_language_question_fits_three_segments() -> None:
    decisions = [await known(tag).say("idioma") for tag in ("es", "en", "quc", "pt", "fr", "ht")]

    texts = [text.body for decision in decisions for text in decision.texts]
    assert max(sum(part.segments for part in split_body(body, Channel.SMS)) for body in texts) <= 3


async def test_whoever_has_a_person_is_not_asked_for_a_language_by_us() -> None:
    talk = known()
    await talk.say("persona")
    talk.claim()

    decision = await talk.say("otro idioma")

    assert (decision.kind, decision.texts) == (Kind.SILENT, ())


async def test_private_mode_ends_when_that_is_asked_for() -> None:
    talk = known(private=True)

    decision = await talk.say("NO PRIVADO")

    assert (decision.command, said(decision)) == (Command.PRIVATE_OFF, ["system.private_off"])
    assert not talk.memory.private


async def test_a_language_with_some_texts_is_never_said_to_have_none() -> None:
    talk = known("es")

    decision = await talk.say("k'iche'")

    assert (said(decision), languages(decision)) == (["system.language_changed"] * 2, ["quc", "es"])
    assert talk.memory.language == "quc"


@pytest.mark.parametrize(
    ("text", "command"), [("yes", Command.START), ("stop por favor", Command.STOP), ("no quiero parar", None)]
)
def test_the_webhook_finds_the_same_command_as_the_rules(text: str, command: Command | None) -> None:
    match = find_command(write(text), text, real_rules(), stopped=True)

    assert (match and match.command) == command


@pytest.mark.parametrize("word", ["stop", "alto", "ayuda", "persona", "privado", "english"])
async def test_a_command_never_reaches_the_bot(word: str) -> None:
    talk = Talk(bot=(bot := FakeBot()))

    await talk.say(f"¡{word.upper()}!")

    assert bot.heard == []


async def test_a_command_closes_no_case_and_forgets_nothing_else() -> None:
    talk = known()
    await talk.say("persona")
    before = talk.memory

    await talk.say("ayuda")

    assert replace(talk.memory, language_votes={}) == replace(before, language_votes={})
