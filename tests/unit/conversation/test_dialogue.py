"""The bot's part: its keys, our open questions, buttons, sessions, and what is not understood."""

from datetime import timedelta

import pytest

from conversation.dialogue.dialogue import SESSION_LASTS, SESSION_TURNS
from conversation.dialogue.questions import CHOOSE, LANGUAGE, QUESTION_LASTS, ask
from conversation.handoff import NOT_UNDERSTOOD
from conversation.messages import BotSession, Command, Kind, MessageKind
from conversation.ports import AnswerKey, AskKey, BotKey, ChooseKey, HandoffKey
from tests.fakes import FakeBot
from tests.talk import RankedBot, Talk, languages, said

TEXT = "unas palabras"
MENU = ChooseKey(("school.vaccines", "court.date_find", "legal.find_lawyer"))


def spanish(*says: BotKey, **values: object) -> Talk:
    talk = Talk(bot=RankedBot(says=says))
    talk.remember(language="es", noticed=True, **values)
    return talk


# What the bot says


@pytest.mark.parametrize(
    "key",
    [
        AnswerKey("no.such_answer"),
        AnswerKey("system.handoff_waiting"),
        AnswerKey("system.stopped"),
        AskKey("no_such_slot"),
        ChooseKey(()),
        ChooseKey(("no.such_answer", "system.stopped")),
        HandoffKey(NOT_UNDERSTOOD),
    ],
    ids=str,
)
async def test_a_key_that_leads_nowhere_is_not_understood(key: BotKey) -> None:
    decision = await spanish(key).say(TEXT)

    assert (decision.kind, said(decision)) == (Kind.FALLBACK, ["system.not_understood"])


async def test_no_key_at_all_is_not_understood() -> None:
    decision = await spanish().say(TEXT)

    assert decision.kind is Kind.FALLBACK


async def test_the_first_key_that_leads_somewhere_counts() -> None:
    decision = await spanish(AnswerKey("no.such"), AnswerKey("school.vaccines"), AnswerKey("court.missed")).say(TEXT)

    assert decision.answer == "school.vaccines"


async def test_a_topic_that_is_no_answer_still_brings_the_person_the_bot_asks_for() -> None:
    decision = await spanish(HandoffKey("form.gave_up")).say(TEXT)

    assert (decision.kind, said(decision)) == (Kind.HANDOFF, ["system.handoff"])
    assert decision.handoff
    assert (decision.handoff.topic, decision.handoff.discipline) == ("form.gave_up", "community")


async def test_a_topic_that_is_an_answer_brings_somebody_of_its_discipline() -> None:
    decision = await spanish(HandoffKey("legal.find_lawyer")).say(TEXT)

    assert decision.handoff
    assert (decision.handoff.topic, decision.handoff.discipline) == ("legal.find_lawyer", "legal")


async def test_the_bots_wish_for_a_person_is_the_same_as_the_texters() -> None:
    decision = await spanish(AnswerKey("service.talk_to_person")).say(TEXT)

    assert (decision.kind, said(decision)) == (Kind.HANDOFF, ["system.handoff"])


async def test_a_menu_has_three_numbered_lines_and_a_person() -> None:
    decision = await spanish(ChooseKey((*MENU.answers, "court.missed", "school.vaccines"))).say(TEXT)

    assert (decision.kind, decision.choices) == (Kind.CHOOSE, MENU.answers)
    assert [line[:2] for line in decision.texts[0].body.splitlines()[1:]] == ["1 ", "2 ", "3 ", "0 "]


async def test_each_text_of_a_menu_has_titles_in_its_own_language() -> None:
    talk = spanish(MENU)
    talk.remember(language=None)

    decision = await talk.say("xyz")

    assert languages(decision) == ["es", "en"]
    assert "1 Vacunas para la escuela" in decision.texts[0].body
    assert "1 Vaccines for school" in decision.texts[1].body


# What the person picks


async def test_a_digit_picks_from_the_menu() -> None:
    talk = spanish(MENU)
    await talk.say(TEXT)

    decision = await talk.say("2")

    assert (decision.kind, decision.answer, decision.confidence) == (Kind.ANSWER, "court.date_find", 1.0)
    assert talk.memory.open_question is None


async def test_zero_picks_a_person_from_the_menu() -> None:
    talk = spanish(MENU)
    await talk.say(TEXT)

    decision = await talk.say("0")

    assert (decision.kind, decision.command) == (Kind.HANDOFF, Command.PERSON)


@pytest.mark.parametrize("text", ["0", "0.", "cero", "zero", "0️⃣"])
async def test_zero_brings_a_person_when_nothing_was_asked(text: str) -> None:
    decision = await spanish().say(text)

    assert (decision.kind, said(decision)) == (Kind.HANDOFF, ["system.handoff"])


async def test_a_digit_means_nothing_when_nothing_was_asked() -> None:
    decision = await spanish().say("1")

    assert decision.kind is Kind.FALLBACK


async def test_a_digit_beyond_the_menu_is_not_understood_and_leaves_it_open() -> None:
    talk = spanish(MENU)
    await talk.say(TEXT)
    talk.bot = FakeBot()

    beyond, within = await talk.say("7"), await talk.say("3")

    assert (beyond.kind, within.answer) == (Kind.FALLBACK, "legal.find_lawyer")


async def test_a_question_expires() -> None:
    talk = spanish(MENU)
    await talk.say(TEXT)
    talk.bot = FakeBot()
    talk.wait(seconds=QUESTION_LASTS.total_seconds())

    decision = await talk.say("1")

    assert decision.kind is Kind.FALLBACK


async def test_zero_brings_a_person_also_when_the_question_has_expired() -> None:
    talk = spanish(MENU)
    await talk.say(TEXT)
    talk.wait(days=3)

    decision = await talk.say("0")

    assert decision.kind is Kind.HANDOFF


async def test_a_choice_that_the_catalogue_no_longer_has_is_not_understood() -> None:
    talk = spanish()
    talk.remember(open_question=ask(CHOOSE, ("school.removed_since",), talk.now))

    decision = await talk.say("1")

    assert decision.kind is Kind.FALLBACK


async def test_a_person_picked_from_a_menu_is_a_person() -> None:
    talk = spanish()
    talk.remember(open_question=ask(CHOOSE, ("service.talk_to_person",), talk.now))

    decision = await talk.say("1")

    assert (decision.kind, said(decision)) == (Kind.HANDOFF, ["system.handoff"])


async def test_a_question_that_nobody_knows_any_more_is_answered_to_the_bot() -> None:
    talk = spanish(AnswerKey("school.vaccines"))
    talk.remember(open_question=ask("grade", ("9", "10"), talk.now))

    decision = await talk.say("noveno")

    assert decision.answer == "school.vaccines"


async def test_a_digit_chooses_a_language() -> None:
    talk = spanish()
    talk.remember(language=None, open_question=ask(LANGUAGE, ("quc", "es", "en"), talk.now))

    decision = await talk.say("3")

    assert (decision.kind, talk.memory.language, talk.memory.open_question) == (Kind.COMMAND, "en", None)


async def test_another_question_instead_of_a_digit_is_answered() -> None:
    talk = spanish(MENU)
    await talk.say(TEXT)
    talk.bot = FakeBot({"vacunas": "school.vaccines"})

    decision = await talk.say("vacunas")

    assert (decision.answer, talk.memory.open_question) == ("school.vaccines", None)


# Buttons


async def test_a_button_with_the_id_of_an_answer_answers_it() -> None:
    decision = await spanish().say("Vacunas", MessageKind.BUTTON, button="school.vaccines")

    assert (decision.kind, decision.answer) == (Kind.ANSWER, "school.vaccines")


async def test_a_button_with_a_digit_picks_from_the_menu() -> None:
    talk = spanish(MENU)
    await talk.say(TEXT)

    decision = await talk.say("Mi fecha", MessageKind.BUTTON, button="2")

    assert decision.answer == "court.date_find"


@pytest.mark.parametrize("button", ["system.stopped", "system.handoff_waiting", "anything", "school.", "{code}"])
async def test_any_other_button_is_its_text(button: str) -> None:
    talk = spanish(AnswerKey("school.vaccines"))

    decision = await talk.say("Vacunas", MessageKind.BUTTON, button=button)

    assert decision.answer == "school.vaccines"


# What is not understood


@pytest.mark.parametrize("text", ["1", "x", "aaaaaaaaaaaa", "abcdefgh" * 25, "a b c"])
async def test_what_holds_no_word_is_not_given_to_the_bot(text: str) -> None:
    talk = spanish(AnswerKey("court.a_number"))

    decision = await talk.say(text)

    assert decision.kind is Kind.FALLBACK


async def test_the_second_message_in_a_row_that_is_not_understood_brings_a_person() -> None:
    talk = spanish()

    first, second = await talk.say("bla"), await talk.say("ble")

    assert (first.kind, second.kind) == (Kind.FALLBACK, Kind.HANDOFF)
    assert second.handoff
    assert (second.handoff.topic, second.handoff.reason) == (NOT_UNDERSTOOD, "misunderstood")
    assert talk.memory.misunderstood == 0


async def test_an_answer_in_between_starts_the_count_again() -> None:
    talk = spanish()
    talk.bot = FakeBot({"vacunas": "school.vaccines"})

    kinds = [(await talk.say(text)).kind for text in ("bla", "vacunas", "bla")]

    assert kinds == [Kind.FALLBACK, Kind.ANSWER, Kind.FALLBACK]


async def test_a_menu_in_between_does_not_hide_two_failures() -> None:
    talk = spanish()
    talk.bot = FakeBot(keys={"menos claro": (MENU,)})

    kinds = [(await talk.say(text)).kind for text in ("bla", "menos claro", "bla")]

    assert kinds == [Kind.FALLBACK, Kind.CHOOSE, Kind.HANDOFF]


async def test_menus_that_do_not_help_bring_a_person() -> None:
    talk = spanish(MENU)

    kinds = [(await talk.say(text)).kind for text in ("uno cosa", "la cosa", "esa cosa")]

    assert kinds == [Kind.CHOOSE, Kind.CHOOSE, Kind.HANDOFF]


# Sessions with the bot


async def test_a_session_is_kept_for_some_turns_and_then_replaced() -> None:
    talk = spanish(AnswerKey("school.vaccines"))

    sessions = []
    for _ in range(SESSION_TURNS + 1):
        await talk.say(TEXT)
        sessions.append(talk.memory.bot_session)

    assert len({session.id for session in sessions if session}) == 2
    assert sessions[SESSION_TURNS - 1] == BotSession(sessions[0].id, SESSION_TURNS, sessions[0].started_at)  # type: ignore[union-attr]


async def test_a_session_is_replaced_before_the_bot_forgets_it() -> None:
    talk = spanish(AnswerKey("school.vaccines"))
    await talk.say(TEXT)
    before = talk.memory.bot_session

    talk.now += SESSION_LASTS - timedelta(seconds=1)
    await talk.say(TEXT)
    kept = talk.memory.bot_session
    talk.now += timedelta(seconds=1)
    await talk.say(TEXT)

    assert before
    assert kept
    assert talk.memory.bot_session
    assert (kept.id == before.id, talk.memory.bot_session.id == before.id) == (True, False)


async def test_the_slots_of_the_bot_are_remembered() -> None:
    talk = spanish()
    talk.bot = FakeBot({"vacunas": "school.vaccines"}, slots={"topic": "school.vaccines"})

    await talk.say("vacunas")

    assert talk.memory.slots == {"topic": "school.vaccines"}


async def test_a_silent_bot_changes_no_slot_and_no_session() -> None:
    talk = spanish(slots={"state": "TX"})
    talk.bot = FakeBot(silence="http_500")

    await talk.say(TEXT)

    assert (talk.memory.slots, talk.memory.bot_session) == ({"state": "TX"}, None)
