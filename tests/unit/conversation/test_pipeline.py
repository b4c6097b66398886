"""The order of the steps, and what holds for every message whatever it is."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversation.answers.catalogue import FLOOR_SET, LAST_RESORT
from conversation.dialogue.questions import CHOOSE, LANGUAGE, ask
from conversation.language.voices import TAGS
from conversation.messages import (
    Address,
    Attachment,
    Author,
    Channel,
    Command,
    Decision,
    InboundMessage,
    Kind,
    Location,
    MessageKind,
    Urgency,
)
from conversation.ports import AnswerKey, BotReply, ChooseKey, HandoffKey, Understanding
from conversation.turn import read_turn
from tests.fakes import START, FakeBot
from tests.talk import RankedBot, Talk, languages, real_rules, said, strict_rules

SCHOOL = "¿Qué papeles necesito para inscribir a mi sobrina en la escuela?"
ENGLISH_SCHOOL = "Which papers do I need to enroll my niece in the school?"
DANGER = "mi papá me pega con el cinturón y tengo miedo"
PHOTO = (Attachment("https://example.org/1", "image/jpeg"),)


def spanish(**values: object) -> Talk:
    """A person known to speak Spanish who has had the first notice; the bot knows a few questions."""
    talk = Talk(bot=FakeBot({SCHOOL: "school.enroll_documents", "no fui": "court.missed", "menu": "service.menu"}))
    talk.remember(language="es", noticed=True, **values)
    return talk


async def with_case(**values: object) -> Talk:
    talk = spanish(**values)
    await talk.say("persona")
    return talk


async def test_a_question_is_answered_and_nothing_else_is_sent() -> None:
    talk = spanish()

    decision = await talk.say(SCHOOL)

    assert (decision.kind, decision.answer, decision.confidence) == (Kind.ANSWER, "school.enroll_documents", 0.9)
    assert (said(decision), languages(decision)) == (["school.enroll_documents"], ["es"])
    assert decision.handoff is None


async def test_an_answer_that_needs_a_person_opens_a_case() -> None:
    talk = spanish()

    decision = await talk.say("no fui")

    assert decision.handoff
    assert (decision.handoff.topic, decision.handoff.discipline) == ("court.missed", "legal")
    assert (decision.handoff.urgency, decision.handoff.reason) == (Urgency.SAME_DAY, "answer")


@pytest.mark.parametrize(
    "kind", [MessageKind.IMAGE, MessageKind.AUDIO, MessageKind.LOCATION, MessageKind.CONTACTS, MessageKind.STICKER]
)
async def test_danger_in_the_words_under_a_picture_gets_the_crisis_text(kind: MessageKind) -> None:
    talk = spanish()

    decision = await talk.say(DANGER, kind)

    assert (decision.kind, said(decision)) == (Kind.CRISIS, ["safety.abuse"])
    assert decision.handoff
    assert decision.handoff.urgency is Urgency.PAGE_NOW


async def test_danger_comes_before_an_open_question() -> None:
    talk = spanish()
    talk.remember(open_question=ask(CHOOSE, ("school.enroll_documents",), talk.now))

    decision = await talk.say(DANGER)

    assert decision.kind is Kind.CRISIS
    assert talk.memory.open_question is None


async def test_danger_comes_before_a_case_that_a_person_has_claimed() -> None:
    talk = await with_case()
    talk.claim()

    decision = await talk.say(DANGER)

    assert (decision.kind, said(decision)) == (Kind.CRISIS, ["safety.abuse"])
    assert decision.handoff
    assert decision.handoff.topic == "safety.abuse"


async def test_the_texts_that_may_go_beside_a_person_are_written_by_the_system() -> None:
    talk = await with_case()
    talk.claim()

    decisions = [await talk.say(text) for text in (DANGER, "ayuda", "english", "persona", "privado", "alto")]

    assert {text.author for decision in decisions for text in decision.texts} == {Author.SYSTEM}


async def test_the_bots_own_talk_is_never_written_by_the_system() -> None:
    talk = Talk(bot=FakeBot({SCHOOL: "school.enroll_documents"}))

    decisions = [await talk.say(text) for text in (SCHOOL, "asdf", "👍")]

    texts = [text for decision in decisions for text in decision.texts if text.answer != "system.handoff"]
    assert {text.author for text in texts} == {Author.BOT}


async def test_a_bot_that_is_down_brings_a_person_and_says_so() -> None:
    talk = spanish()
    talk.bot = FakeBot(silence="timeout")

    decision = await talk.say(SCHOOL)

    assert (decision.kind, said(decision)) == (Kind.HANDOFF, ["system.bot_down"])
    assert decision.handoff
    assert decision.handoff.reason == "bot_timeout"


async def test_danger_by_rule_needs_no_bot() -> None:
    talk = spanish()
    talk.bot = bot = FakeBot(silence="unreachable")

    decision = await talk.say(DANGER)

    assert decision.kind is Kind.CRISIS
    assert bot.heard == []


async def test_a_message_joins_the_case_that_waits_and_hears_so_once() -> None:
    talk = await with_case()

    first, second = await talk.say("otra cosa"), await talk.say("y otra")

    assert (first.kind, said(first)) == (Kind.HANDOFF, ["system.handoff_waiting"])
    assert "A1" in first.texts[0].body
    assert (second.kind, said(second)) == (Kind.SILENT, [])
    assert first.handoff == second.handoff
    assert second.handoff
    assert (second.handoff.topic, second.handoff.reason) == ("service.talk_to_person", "joined")


async def test_the_bot_is_silent_from_the_claim_on() -> None:
    talk = await with_case()
    talk.claim()

    decisions = [await talk.say(text) for text in (SCHOOL, "1", "0", "menu", "👍")]

    assert [said(decision) for decision in decisions] == [[]] * 5
    assert {decision.handoff and decision.handoff.reason for decision in decisions} == {"joined"}


async def test_who_waits_for_a_person_may_still_ask_what_there_is() -> None:
    talk = await with_case()

    decision = await talk.say("menu")

    assert (decision.kind, said(decision)) == (Kind.ANSWER, ["service.menu"])


async def test_a_danger_that_only_the_model_sees_is_told_in_an_open_case() -> None:
    talk = await with_case()
    talk.claim()
    talk.bot = RankedBot(ranking=(("safety.suicide", 0.6), ("service.menu", 0.2)))

    decision = await talk.say("texto que las reglas no conocen")

    assert (decision.kind, said(decision), decision.confidence) == (Kind.CRISIS, ["safety.suicide"], 0.6)


async def test_asking_for_a_person_with_an_open_case_adds_to_that_case_and_names_it() -> None:
    talk = spanish()
    await talk.say("no fui")

    decision = await talk.say("persona")

    assert decision.handoff
    assert (decision.handoff.topic, decision.handoff.reason) == ("court.missed", "request")
    assert said(decision) == ["system.handoff_waiting"]
    assert "A1" in decision.texts[0].body


async def test_a_digit_for_our_question_is_heard_while_a_case_waits() -> None:
    talk = await with_case()
    talk.remember(open_question=ask(LANGUAGE, ("es", "en"), talk.now))

    decision = await talk.say("2")

    assert (decision.kind, talk.memory.language) == (Kind.COMMAND, "en")


@pytest.mark.parametrize(
    "kind", [MessageKind.AUDIO, MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT, MessageKind.CONTACTS]
)
async def test_media_without_words_goes_to_a_person(kind: MessageKind) -> None:
    talk = spanish()

    decision = await talk.say("", kind, attachments=PHOTO)

    assert said(decision) == ["system.media_unread", "system.handoff"]
    assert decision.handoff
    assert (decision.handoff.topic, decision.handoff.reason) == ("system.media_unread", "media")


async def test_a_place_on_the_map_goes_to_a_person() -> None:
    talk = spanish()

    decision = await talk.say("", MessageKind.LOCATION, location=Location(29.7, -95.3))

    assert decision.kind is Kind.HANDOFF


async def test_who_writes_under_a_picture_is_answered_and_told_that_nobody_saw_it() -> None:
    talk = spanish()

    decision = await talk.say(SCHOOL, MessageKind.IMAGE, attachments=PHOTO)

    assert said(decision) == ["school.enroll_documents", "system.media_unread"]


@pytest.mark.parametrize("text", ["", "   ", "\n", "...", "?", "😭😭", "/", "///", "\0", "\u200b", "<>"])
async def test_a_message_without_a_word_is_told_so_and_never_reaches_the_bot(text: str) -> None:
    talk = spanish()
    talk.bot = bot = FakeBot()

    decision = await talk.say(text)

    assert (decision.kind, said(decision)) == (Kind.FALLBACK, ["system.empty_message"])
    assert bot.heard == []


async def test_two_messages_without_a_word_bring_a_person() -> None:
    talk = spanish()

    decisions = [await talk.say(""), await talk.say("...")]

    assert [decision.kind for decision in decisions] == [Kind.FALLBACK, Kind.HANDOFF]


@pytest.mark.parametrize("text", ["مرحبا كيف حالك", "你好", "שלום", "Привіт"])
async def test_any_script_is_heard(text: str) -> None:
    talk = Talk(bot=(bot := FakeBot()))

    decision = await talk.say(text)

    assert bot.heard == [text]
    assert decision.texts


async def test_a_government_number_is_masked_before_the_bot_reads_it() -> None:
    talk = spanish()
    talk.bot = bot = FakeBot()

    await talk.say("mi A-number es A123 456 789")

    assert "789" not in bot.heard[0]


# Texts nobody may send yet


async def test_an_unreviewed_answer_brings_a_person_and_says_that_instead() -> None:
    talk = spanish()
    talk.rules = strict_rules(*FLOOR_SET)

    decision = await talk.say(SCHOOL)

    assert (decision.kind, decision.answer, said(decision)) == (
        Kind.HANDOFF,
        "school.enroll_documents",
        ["system.way_on"],
    )
    assert decision.handoff
    assert (decision.handoff.topic, decision.handoff.reason) == ("school.enroll_documents", "unreviewed")


async def test_the_way_on_never_stands_beside_an_answer() -> None:
    talk = spanish(language_votes=dict.fromkeys(TAGS, -40.0) | {"en": 3.0, "es": 0.0})
    talk.remember(language=None)
    rules = strict_rules("system.way_on", "school.enroll_documents")
    wordings = {key: one for key, one in rules.catalogue.wordings.items() if key != ("school.enroll_documents", "en")}
    talk.rules = replace(rules, catalogue=replace(rules.catalogue, wordings=wordings))
    talk.bot = FakeBot({"xyz": "school.enroll_documents"})

    decision = await talk.say("xyz")

    assert (said(decision), languages(decision)) == (["system.way_on"], ["en"])
    assert decision.handoff


async def test_an_unreviewed_crisis_text_gives_way_to_the_reviewed_one() -> None:
    talk = spanish()
    talk.rules = strict_rules(*FLOOR_SET)

    decision = await talk.say(DANGER)

    assert (decision.kind, decision.answer, said(decision)) == (Kind.CRISIS, "safety.abuse", ["system.crisis"])
    assert decision.handoff
    assert (decision.handoff.topic, decision.handoff.reason) == ("safety.abuse", "danger")


async def test_without_any_reviewed_text_danger_gets_the_last_resort() -> None:
    talk = spanish()
    talk.rules = strict_rules()

    decision = await talk.say(DANGER)

    assert [text.body for text in decision.texts] == [LAST_RESORT]
    assert decision.handoff


REFUSED = {
    "menu of answers": RankedBot(says=(ChooseKey(("school.vaccines", "court.missed")),)),
    "an answer": FakeBot({"texto": "school.vaccines"}),
    "nothing understood": FakeBot(),
    "no bot": FakeBot(silence="timeout"),
    "a person": RankedBot(says=(HandoffKey("legal.find_lawyer"),)),
}


@pytest.mark.parametrize("bot", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("private", [False, True], ids=["in the open", "private"])
async def test_whoever_hears_that_a_person_has_the_question_has_a_case(bot: FakeBot, private: bool) -> None:
    talk = spanish(private=private)
    talk.rules, talk.bot = strict_rules(*FLOOR_SET), bot

    decision = await talk.say("texto")

    assert set(said(decision)) <= {"system.way_on", "system.handoff"}
    assert decision.handoff
    assert talk.memory.open_question is None


@pytest.mark.parametrize("text", ["privado", "kaqchikel", "", "persona", "ayuda"])
async def test_a_command_without_a_reviewed_text_brings_a_person(text: str) -> None:
    talk = spanish()
    talk.rules = strict_rules("system.way_on")

    decision = await talk.say(text)

    assert said(decision) == ["system.way_on"]
    assert decision.handoff


async def test_a_stop_without_a_reviewed_text_is_obeyed_in_silence() -> None:
    talk = spanish()
    talk.rules = strict_rules("system.way_on")

    decision = await talk.say("stop")

    assert (decision.kind, decision.command, decision.texts, decision.handoff) == (Kind.COMMAND, Command.STOP, (), None)
    assert talk.memory.stopped


# Whatever people and bots can do

KEYS = st.one_of(
    st.sampled_from(["school.enroll_documents", "safety.suicide", "system.handoff_waiting", "system.choose", "no.such"])
    .map(AnswerKey),
    st.sampled_from(["no.such", "safety.abuse", "system.bot_down", "system.not_understood"]).map(HandoffKey),
    st.lists(st.sampled_from(["safety.abuse", "school.vaccines", "system.choose", "no.such"]), max_size=4).map(
        lambda answers: ChooseKey(tuple(answers))
    ),
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=300),
    st.sampled_from(
        [
            "0", "1", "9", "STOP", "start", "sí", "persona", "privado", "kiche", DANGER, SCHOOL, ENGLISH_SCHOOL,
            "winaq", "x" * 1600, "👍", "/restart", "<script>alert(1)</script>", "{code} {choices}", "مرحبا", "",
        ]
    ),
)  # fmt: skip


def check(decision: Decision) -> None:
    """What holds for every decision: nothing open in a text, no promise of a person without a case."""
    for text in decision.texts:
        assert text.body.strip()
        assert not re.search(r"[{}]", text.body)
    if decision.kind is Kind.SILENT:
        assert decision.texts == ()
    if decision.kind in (Kind.HANDOFF, Kind.CRISIS) or "system.way_on" in said(decision):
        assert decision.handoff
    assert said(decision).count("system.first_notice") <= 2
    assert len({(text.answer, text.language) for text in decision.texts}) == len(decision.texts)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), drafts=st.booleans(), channel=st.sampled_from(Channel))
async def test_no_talk_breaks_the_rules_or_shows_a_gap(data: st.DataObject, drafts: bool, channel: Channel) -> None:
    talk = Talk(channel=channel)
    if not drafts:
        talk.rules = strict_rules(*FLOOR_SET)
    noticed = 0

    for _ in range(5):
        talk.bot = RankedBot(says=tuple(data.draw(st.lists(KEYS, max_size=2))))
        kind = data.draw(st.sampled_from([None, MessageKind.IMAGE, MessageKind.BUTTON]))
        button = data.draw(st.sampled_from(["1", "safety.abuse", "system.choose", "x"])) if kind == "button" else None
        decision = await talk.say(data.draw(TEXTS), kind, button=button)
        check(decision)
        noticed += any(answer == "system.first_notice" for answer in said(decision))

    assert noticed <= 1


BOT_REPLY = BotReply(Understanding(()), (), {"name": "Rosa"})


async def test_the_votes_for_a_language_grow_with_each_message() -> None:
    talk = Talk()

    await talk.say(ENGLISH_SCHOOL)
    decision = await talk.say(ENGLISH_SCHOOL)

    assert talk.memory.language_votes
    assert decision.language == "en"


async def test_no_value_of_a_turn_shows_a_text_in_its_repr() -> None:
    talk = spanish()
    decision = await talk.say(SCHOOL)
    message = InboundMessage(
        "twilio", "SM1", Address(Channel.SMS, "+12025550123"), Address(Channel.SMS, "+12025550100"),
        MessageKind.TEXT, SCHOOL, START, button=SCHOOL, profile_name="Rosa",
    )  # fmt: skip
    turn = read_turn(message, replace(talk.memory, slots={"name": "Rosa"}), rules=real_rules(), now=START)

    shown = repr((decision, replace(turn, rules=None), AnswerKey("a.b", {"name": "Rosa"}), BOT_REPLY))  # type: ignore[arg-type]

    assert not {"sobrina", "Rosa", "+12025550123"} & set(re.findall(r"[+\w]+", shown))
    assert decision.texts[0].body not in shown
