"""Short questions after an answer, "I don't understand", "more", and two questions in one message."""

from typing import Any

import pytest

from conversation.dialogue.questions import QUESTION_LASTS
from conversation.messages import Kind
from conversation.ports import AnswerKey, BotReply, BotSilence, Understanding
from tests.fakes import FakeBot
from tests.talk import Talk, said

DOCUMENTS = "school.enroll_documents"


class HearingBot(FakeBot):
    """Hears an intent with a confidence, by text; others it does not know."""

    def __init__(self, heard: dict[str, tuple[str, float]]) -> None:
        super().__init__()
        self.knows = heard

    async def understand(self, text: str) -> Understanding | BotSilence:
        self.heard.append(text)
        return Understanding((self.knows[text],) if text in self.knows else ())

    async def converse(self, text: str, **context: Any) -> BotReply | BotSilence:
        heard = await self.understand(text)
        assert isinstance(heard, Understanding)
        return BotReply(heard, (AnswerKey(heard.intent),) if heard.intent else (), {})


def talk(heard: dict[str, tuple[str, float]] | None = None, **known: object) -> Talk:
    made = Talk(bot=HearingBot(heard or {}))
    made.remember(language="es", noticed=True, **{"topic": DOCUMENTS, "last_answer": DOCUMENTS, **known})
    return made


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("¿y si no tengo eso?", "school.enroll_missing_documents"),
        ("what if i dont have it", "school.enroll_missing_documents"),
        ("e si m pa gen sa", "school.enroll_missing_documents"),
        ("y si me dicen que no?", "school.enroll_refused"),
    ],
)
async def test_a_short_question_means_the_answer_before_it(text: str, answer: str) -> None:
    decision = await talk().say(text)

    assert (decision.kind, decision.answer) == (Kind.ANSWER, answer)


async def test_the_topic_goes_on_through_thanks_and_menus() -> None:
    made = talk()

    for text in ("gracias", "más", "ok"):
        await made.say(text)
    decision = await made.say("y si no tengo eso?")

    assert decision.answer == "school.enroll_missing_documents"


async def test_where_nothing_is_known_the_follow_ups_are_offered() -> None:
    decision = await talk().say("¿cuándo?")

    assert decision.kind is Kind.CHOOSE
    assert decision.choices == ("school.enroll_missing_documents", "school.who_can_enroll", "school.vaccines")


async def test_for_another_child_the_same_answer_is_offered_first() -> None:
    decision = await talk().say("y mi otro hijo?")

    assert decision.choices[0] == DOCUMENTS


async def test_another_topic_that_is_surely_meant_wins_but_not_in_a_few_words() -> None:
    longer, short = "pero entonces y si no tengo eso todavía aquí ahora", "y si no tengo eso"
    made = talk({longer: ("legal.find_lawyer", 0.95), short: ("rights.at_home", 0.99)})

    first, second = await made.say(longer), await talk({short: ("rights.at_home", 0.99)}).say(short)

    assert (first.answer, second.answer) == ("legal.find_lawyer", "school.enroll_missing_documents")


async def test_danger_in_a_short_message_wins() -> None:
    longer = "pero entonces y si no tengo eso todavía aquí ahora"

    decision = await talk({longer: ("safety.abuse", 0.9)}).say(longer)

    assert decision.kind is Kind.CRISIS


async def test_in_a_few_words_the_model_sees_danger_only_where_the_rules_find_it_likely() -> None:
    harmless = await talk({"¿y con quién hablo?": ("safety.emergency", 0.9)}).say("¿y con quién hablo?")
    danger = await talk({"no me dejan ir": ("safety.trafficking", 0.3)}).say("no me dejan ir")

    assert (harmless.kind is Kind.CRISIS, danger.kind is Kind.CRISIS) == (False, True)


async def test_without_a_topic_a_short_question_stands_for_itself() -> None:
    made = talk({"cuanto cuesta": ("service.cost", 0.9)}, topic=None, last_answer=None)

    assert (await made.say("cuanto cuesta")).answer == "service.cost"


async def test_what_was_not_understood_is_said_again_and_then_a_person_comes() -> None:
    made = talk()

    first, second = await made.say("no entendí"), await made.say("no entiendo nada")

    assert said(first) == [DOCUMENTS, "system.say_again"]
    assert (second.kind, second.handoff is not None) == (Kind.HANDOFF, True)


async def test_a_question_mark_alone_asks_what_was_meant() -> None:
    assert said(await talk().say("??")) == [DOCUMENTS, "system.say_again"]


@pytest.mark.parametrize("text", ["repita por favor", "otra vez", "repeat that"])
async def test_an_answer_is_repeated_as_often_as_one_wishes(text: str) -> None:
    made = talk()

    decisions = [await made.say(text) for _ in range(3)]

    assert [said(decision) for decision in decisions] == [[DOCUMENTS]] * 3


async def test_what_opened_a_case_opens_no_second_one_when_it_is_repeated() -> None:
    decision = await talk(topic="court.missed", last_answer="court.missed").say("repita")

    assert (said(decision), decision.handoff) == (["court.missed"], None)


@pytest.mark.parametrize("text", ["más", "more", "plus", "mais", "plis", "mas info"])
async def test_more_offers_what_people_ask_next(text: str) -> None:
    assert (await talk().say(text)).kind is Kind.CHOOSE


async def test_more_about_nothing_is_what_we_can_help_with() -> None:
    assert said(await talk(topic=None).say("más")) == ["service.menu"]


# Two questions

VACCINES, COURT = "¿Qué vacunas pide la escuela?", "¿Cuándo es la corte?"
SURE = {
    VACCINES: ("school.vaccines", 0.9),
    COURT: ("court.date_find", 0.8),
    "quiero saber cuándo es la corte": ("court.date_find", 0.8),
    "qué vacunas pide la escuela": ("school.vaccines", 0.9),
}


@pytest.mark.parametrize(
    "text",
    [
        f"{VACCINES} {COURT}",
        f"Hola, buenas. {VACCINES}\n{COURT} Gracias",
        "qué vacunas pide la escuela y también quiero saber cuándo es la corte",
    ],
)
async def test_two_questions_get_two_answers_in_their_order(text: str) -> None:
    decision = await talk(SURE, topic=None).say(text)

    assert (decision.kind, decision.answer) == (Kind.ANSWER, "school.vaccines")
    assert decision.answers == ("school.vaccines", "court.date_find")
    assert said(decision) == ["school.vaccines", "court.date_find"]


@pytest.mark.parametrize(
    ("text", "second"),
    [
        (f"{VACCINES} {COURT}", ("court.date_find", 0.5)),
        (f"{VACCINES} {COURT}", ("school.vaccines", 0.9)),
        (f"{VACCINES} {COURT}", ("system.out_of_scope", 0.9)),
        (f"{VACCINES} {COURT}", ("service.thanks", 0.9)),
    ],
    ids=["not sure", "the same", "out of scope", "small talk"],
)
async def test_otherwise_the_message_is_one(text: str, second: tuple[str, float]) -> None:
    made = talk({**SURE, COURT: second, text: ("health.dental", 0.9)}, topic=None)

    decision = await made.say(text)

    assert decision.answers == ()


async def test_a_story_before_a_question_is_not_split() -> None:
    text = "Mi sobrino llegó hace dos semanas. Vive conmigo y tiene 15 años. ¿Qué vacunas pide la escuela?"
    made = talk({text: ("school.vaccines", 0.9)}, topic=None)

    await made.say(text)

    assert isinstance(made.bot, HearingBot)
    assert made.bot.heard == [text]


async def test_danger_in_one_of_two_questions_is_the_answer_to_both() -> None:
    text = f"{VACCINES} ¿Por qué me grita?"
    made = talk({**SURE, "¿Por qué me grita?": ("safety.abuse", 0.9)}, topic=None)

    assert (await made.say(text)).kind is Kind.CRISIS


async def test_a_short_question_long_after_the_answer_stands_for_itself() -> None:
    made = talk({"papeles para la escuela": (DOCUMENTS, 0.9)})
    await made.say("papeles para la escuela")
    made.wait(seconds=QUESTION_LASTS.total_seconds())

    decision = await made.say("y si no tengo eso?")

    assert (decision.kind, made.memory.topic) == (Kind.FALLBACK, None)
