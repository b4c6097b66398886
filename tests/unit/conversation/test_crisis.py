"""Danger: by rule, by the model, by a button; after a stop; and the doubt that a person should read."""

import pytest

from conversation.crisis import BELIEVED, SUSPECTED, find_model_danger
from conversation.messages import Kind, MessageKind, Urgency
from conversation.ports import AnswerKey, ChooseKey, HandoffKey, Understanding
from tests.fakes import FakeBot
from tests.talk import RankedBot, Talk, languages, said

DANGER = "mi papá me pega con el cinturón y tengo miedo"
UNKNOWN = "unas palabras que ninguna regla conoce"


def spanish(bot: FakeBot | None = None, **values: object) -> Talk:
    talk = Talk(bot=bot or FakeBot())
    talk.remember(language="es", **values)
    return talk


async def test_danger_pages_somebody_and_says_where_help_is() -> None:
    decision = await spanish().say(DANGER)

    assert (decision.kind, decision.answer, decision.confidence) == (Kind.CRISIS, "safety.abuse", 1.0)
    assert decision.handoff
    assert (decision.handoff.urgency, decision.handoff.reason) == (Urgency.PAGE_NOW, "danger")
    assert decision.texts[0].overtakes


async def test_a_crisis_text_comes_alone() -> None:
    talk = Talk()

    first, second = await talk.say("help my dad is hitting me and I am scared"), await talk.say("ayuda")

    assert said(first) == ["safety.abuse"]
    assert "system.first_notice" in said(second)


async def test_every_message_of_danger_is_answered_again() -> None:
    talk = spanish()

    decisions = [await talk.say(DANGER) for _ in range(3)]

    assert [said(decision) for decision in decisions] == [["safety.abuse"]] * 3


async def test_after_a_stop_the_crisis_text_goes_once_and_the_case_every_time() -> None:
    talk = spanish(stopped=True)

    first, second = await talk.say(DANGER), await talk.say(DANGER)

    assert (said(first), said(second)) == (["safety.abuse"], [])
    assert first.handoff == second.handoff
    assert second.handoff
    assert talk.memory.stopped


async def test_after_a_stop_a_danger_that_only_the_model_sees_is_answered_too() -> None:
    talk = spanish(RankedBot(ranking=(("safety.suicide", 0.7),)), stopped=True)

    decision = await talk.say(UNKNOWN)

    assert (decision.kind, said(decision)) == (Kind.CRISIS, ["safety.suicide"])


async def test_after_a_stop_anything_else_is_kept_in_silence() -> None:
    talk = spanish(FakeBot({UNKNOWN: "school.enroll_documents"}), stopped=True)

    decision = await talk.say(UNKNOWN)

    assert (decision.kind, decision.texts, decision.handoff) == (Kind.SILENT, (), None)


async def test_where_the_language_is_unknown_the_crisis_text_goes_in_spanish_and_english_even_after_a_stop() -> None:
    talk = Talk(memory=spanish(stopped=True).memory)
    talk.remember(language=None)

    decision = await talk.say("911!!! sos")

    assert decision.kind is Kind.CRISIS
    assert languages(decision) == ["es", "en"]


async def test_a_mayan_crisis_text_never_goes_alone() -> None:
    talk = spanish(RankedBot(ranking=(("safety.emergency", 0.9),)), stopped=True)
    talk.remember(language="quc")

    decision = await talk.say("in k'o pa k'axk'olil")

    assert languages(decision) == ["quc", "es"]


@pytest.mark.parametrize(
    ("ranking", "danger"),
    [
        ((("safety.abuse", 0.6), ("school.vaccines", 0.1)), "safety.abuse"),
        ((("school.vaccines", 0.4), ("safety.abuse", 0.3), ("safety.suicide", 0.25)), "safety.abuse"),
        ((("school.vaccines", 0.6), ("safety.abuse", 0.2)), None),
        ((("safety.abuse", BELIEVED - 0.01),), None),
        ((), None),
    ],
    ids=["sure", "together", "something else", "below", "nothing"],
)
def test_the_safety_intents_are_believed_together(ranking: tuple[tuple[str, float], ...], danger: str | None) -> None:
    assert find_model_danger(Understanding(ranking)) == danger


async def test_a_danger_without_an_entry_of_its_own_gets_the_general_one() -> None:
    talk = spanish(RankedBot(ranking=(("safety.no_such", 0.9),)))

    decision = await talk.say(UNKNOWN)

    assert (decision.answer, said(decision)[0]) == ("safety.emergency", "safety.emergency")
    assert decision.handoff
    assert (decision.handoff.topic, decision.handoff.urgency) == ("safety.no_such", Urgency.PAGE_NOW)


@pytest.mark.parametrize(
    "key", [AnswerKey("safety.partner_violence"), HandoffKey("safety.partner_violence")], ids=["answer", "handoff"]
)
async def test_a_safety_answer_of_the_bot_is_a_crisis_however_sure_it_is(key: AnswerKey | HandoffKey) -> None:
    talk = spanish(RankedBot(ranking=(("safety.partner_violence", 0.41),), says=(key,)), private=True)

    decision = await talk.say(UNKNOWN)

    assert (decision.kind, said(decision)) == (Kind.CRISIS, ["safety.partner_violence"])
    assert decision.handoff
    assert decision.handoff.reason == "danger"


async def test_a_danger_that_is_the_best_guess_but_not_believed_is_read_by_a_person_the_same_day() -> None:
    talk = spanish(RankedBot(ranking=(("safety.suicide", SUSPECTED), ("service.menu", 0.1))))

    decision = await talk.say(UNKNOWN)

    assert (decision.kind, said(decision)) == (Kind.HANDOFF, ["system.handoff", "system.first_notice"])
    assert decision.handoff
    assert (decision.handoff.discipline, decision.handoff.urgency) == ("safety", Urgency.SAME_DAY)
    assert decision.handoff.reason == "doubtful_danger"


async def test_a_faint_suspicion_is_not_understood_like_anything_else() -> None:
    talk = spanish(RankedBot(ranking=(("safety.suicide", SUSPECTED - 0.01), ("service.menu", 0.1))))

    decision = await talk.say(UNKNOWN)

    assert decision.kind is Kind.FALLBACK


async def test_danger_is_never_a_line_of_a_menu() -> None:
    talk = spanish(RankedBot(says=(ChooseKey(("safety.abuse", "school.vaccines", "safety.suicide")),)))

    decision = await talk.say(UNKNOWN)

    assert decision.choices == ("school.vaccines",)


async def test_a_menu_of_danger_alone_is_no_menu() -> None:
    talk = spanish(RankedBot(says=(ChooseKey(("safety.abuse",)),)))

    decision = await talk.say(UNKNOWN)

    assert decision.kind is Kind.FALLBACK


async def test_a_pressed_button_of_danger_is_danger_also_when_a_person_has_the_case() -> None:
    talk = spanish()
    await talk.say("persona")
    talk.claim()

    decision = await talk.say("Opción", MessageKind.BUTTON, button="safety.emergency")

    assert (decision.kind, said(decision)) == (Kind.CRISIS, ["safety.emergency"])


async def test_danger_forgets_what_was_not_understood_before() -> None:
    talk = spanish(misunderstood=1)

    await talk.say(DANGER)

    assert talk.memory.misunderstood == 0
