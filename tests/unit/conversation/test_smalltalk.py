"""Thanks, greetings, yes and no, hearts: short, harmless, and never a case."""

import pytest

from conversation.messages import Kind, MessageKind
from conversation.ports import AnswerKey, ChooseKey
from tests.fakes import FakeBot
from tests.talk import RankedBot, Talk, said, strict_rules

MENU = ChooseKey(("school.vaccines", "court.date_find"))


def talk(bot: FakeBot | None = None, **known: object) -> Talk:
    made = Talk(bot=bot or FakeBot({"vacunas": "school.vaccines"}))
    made.remember(language="es", noticed=True, **known)
    return made


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("hola", "service.greeting"),
        ("Buenas tardes, disculpe la molestia", "service.greeting"),
        ("hola, ¿cómo está?", "service.greeting"),
        ("disculpe, tengo una pregunta", "service.menu"),
        ("gracias", "service.thanks"),
        ("ok muchas gracias", "service.thanks"),
        ("no, gracias", "service.thanks"),
        ("thank you so much", "service.thanks"),
        ("adiós", "service.goodbye"),
        ("maltyox", "service.thanks"),
        ("bonjou", "service.greeting"),
        ("ok", "system.acknowledged"),
        ("ya entendí", "system.acknowledged"),
        ("dale", "system.acknowledged"),
        ("sí", "system.acknowledged"),
        ("jajaja", "system.acknowledged"),
        ("👍🏽", "system.acknowledged"),
        ("😭", "system.empty_message"),
    ],
)
async def test_small_talk_gets_one_short_text_without_the_bot(text: str, answer: str) -> None:
    bot = FakeBot()

    decision = await talk(bot).say(text)

    assert (said(decision), decision.answer, decision.handoff, bot.heard) == ([answer], answer, None, [])


async def test_it_restarts_nothing() -> None:
    made = talk(FakeBot(keys={"corte": (MENU,)}))
    await made.say("corte")

    await made.say("gracias")
    await made.say("hola")
    decision = await made.say("2")

    assert decision.answer == "court.date_find"


async def test_the_same_short_text_never_goes_twice_in_a_row() -> None:
    made = talk()

    kinds = [(await made.say(text)).kind for text in ("ok", "ok", "gracias", "gracias", "ok")]

    assert kinds == [Kind.FALLBACK, Kind.SILENT, Kind.ANSWER, Kind.SILENT, Kind.FALLBACK]


async def test_it_is_no_misunderstanding_and_no_case_however_often() -> None:
    made = talk()
    await made.say("xyz")

    decisions = [await made.say(text) for text in ("👍", "ok", "jaja", "😭", "ok", "", "hola")[:5]]

    assert [decision.handoff for decision in decisions] == [None] * 5
    assert made.memory.misunderstood == 1


async def test_a_sticker_is_no_photo_of_a_letter() -> None:
    decision = await talk().say("", MessageKind.STICKER)

    assert (decision.kind, decision.handoff) == (Kind.FALLBACK, None)


async def test_yes_takes_the_only_line_of_a_menu() -> None:
    made = talk(FakeBot(keys={"vac": (ChooseKey(("school.vaccines",)),)}))
    await made.say("vac")

    assert (await made.say("sí, por favor")).answer == "school.vaccines"


async def test_yes_to_a_menu_of_several_brings_the_menu_again() -> None:
    made = talk(FakeBot(keys={"corte": (MENU,)}))
    await made.say("corte")

    again, picked = await made.say("sí"), await made.say("1")

    assert (again.kind, picked.answer) == (Kind.CHOOSE, "school.vaccines")


@pytest.mark.parametrize("text", ["no", "ninguna de esas", "none of these"])
async def test_no_to_a_menu_is_a_misunderstanding_and_the_second_brings_a_person(text: str) -> None:
    made = talk(FakeBot(keys={"corte": (MENU,)}))
    await made.say("corte")

    first = await made.say(text)
    await made.say("corte")
    second = await made.say(text)

    assert (first.kind, second.kind) == (Kind.FALLBACK, Kind.HANDOFF)


async def test_yes_reads_what_waits_on_a_private_phone() -> None:
    made = talk(private=True)
    await made.say("vacunas")

    assert (await made.say("si")).answer == "school.vaccines"


async def test_courtesy_while_a_case_waits_joins_it_and_says_nothing() -> None:
    made = talk()
    await made.say("0")

    decision = await made.say("gracias")

    assert (decision.kind, decision.handoff is not None) == (Kind.SILENT, True)


async def test_out_of_scope_is_told_so_and_a_person_comes_only_when_it_does_not_end() -> None:
    made = talk(RankedBot(ranking=(("system.out_of_scope", 0.9),), says=(AnswerKey("system.out_of_scope"),)))

    decisions = [await made.say("quién ganó el partido") for _ in range(4)]

    assert [decision.kind for decision in decisions[:3]] == [Kind.FALLBACK] * 3
    assert said(decisions[0]) == ["system.out_of_scope"]
    assert decisions[0].answer == "system.out_of_scope"


async def test_a_fresh_greeting_is_never_met_with_silence_where_drafts_are_refused() -> None:
    made = Talk(rules=strict_rules("system.way_on", "system.first_notice"))

    decision = await made.say("hola")

    assert decision.texts
