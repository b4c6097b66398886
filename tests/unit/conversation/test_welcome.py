"""The first notice and the question which language is best: once, and where they belong."""

import pytest

from conversation.dialogue.questions import LANGUAGE
from conversation.language.languages import OTHER_MAYAN
from conversation.messages import Kind
from conversation.ports import AnswerKey, ChooseKey
from tests.fakes import FakeBot
from tests.talk import RankedBot, Talk, languages, said, strict_rules

SPANISH = "¿Qué papeles necesito para inscribir a mi sobrina en la escuela?"
ENGLISH = "Which papers do I need to enroll my niece in the school?"
KICHE = "Jas wuj kajawaxik rech kok ri wal pa tijob'al"
DOUBT = "para minha hermana"  # half Portuguese, half Spanish
PAPERS = FakeBot(dict.fromkeys((SPANISH, ENGLISH, KICHE), "school.enroll_documents"))
NOTICE, QUESTION = "system.first_notice", "system.language_question"


@pytest.mark.parametrize(("text", "language"), [(SPANISH, "es"), (ENGLISH, "en")], ids=["es", "en"])
async def test_the_notice_follows_the_first_answer_in_its_language(text: str, language: str) -> None:
    decision = await Talk(bot=PAPERS).say(text)

    assert said(decision) == ["school.enroll_documents", NOTICE]
    assert languages(decision) == [language, language]


async def test_the_notice_is_given_once() -> None:
    talk = Talk(bot=PAPERS)

    decisions = [await talk.say(text) for text in (SPANISH, SPANISH, "ayuda", "persona", SPANISH)]

    assert [said(decision).count(NOTICE) for decision in decisions] == [1, 0, 0, 0, 0]


async def test_the_notice_waits_behind_a_crisis_text() -> None:
    talk = Talk(bot=PAPERS)

    decisions = [await talk.say(text) for text in ("mi papá me pega con el cinturón", "ayuda")]

    assert [NOTICE in said(decision) for decision in decisions] == [False, True]


async def test_the_notice_is_not_given_to_somebody_who_stops_or_has_stopped() -> None:
    talk = Talk(bot=PAPERS)

    decisions = [await talk.say(text) for text in ("stop", SPANISH, "persona", "ayuda")]

    assert [NOTICE in said(decision) for decision in decisions] == [False] * 4


async def test_a_person_with_a_claimed_case_hears_no_notice() -> None:
    talk = Talk(bot=PAPERS)
    await talk.say("persona")
    talk.claim()
    talk.remember(noticed=False)

    decision = await talk.say("english")

    assert said(decision) == ["system.language_changed"]


async def test_where_nothing_shows_the_language_answer_and_notice_come_in_spanish_and_english() -> None:
    decision = await Talk(bot=RankedBot(says=(AnswerKey("service.thanks"),))).say("ok")

    assert said(decision)[0] == said(decision)[1]
    assert said(decision)[2:] == [NOTICE, NOTICE]
    assert languages(decision) == ["es", "en", "es", "en"]


async def test_a_mayan_message_is_answered_in_both_languages_and_asked_which_is_best() -> None:
    talk = Talk(bot=PAPERS)

    decision = await talk.say(KICHE)

    assert said(decision) == ["school.enroll_documents"] * 2 + [NOTICE] + [QUESTION] * 2
    assert languages(decision) == ["quc", "es", "es", "quc", "es"]
    assert talk.memory.open_question
    assert (talk.memory.open_question.kind, talk.memory.open_question.choices[0]) == (LANGUAGE, "quc")
    assert talk.memory.open_question.choices[-1] == OTHER_MAYAN
    assert "1 K'iche'\n2 Español" in decision.texts[-1].body
    assert decision.texts[-1].body.endswith("Otro idioma maya\n0 Una persona")


async def test_a_mayan_question_without_a_mayan_text_is_answered_in_spanish_alone() -> None:
    decision = await Talk(bot=FakeBot({KICHE: "court.virtual"})).say(KICHE)

    assert (said(decision)[0], languages(decision)[0]) == ("court.virtual", "es")
    assert said(decision).count("court.virtual") == 1


async def test_the_language_is_asked_once() -> None:
    talk = Talk(bot=PAPERS)

    decisions = [await talk.say(KICHE) for _ in range(3)]

    assert [QUESTION in said(decision) for decision in decisions] == [True, False, False]


async def test_a_doubt_between_two_languages_is_asked_below_the_answer() -> None:
    talk = Talk()

    decision = await talk.say(DOUBT)

    assert said(decision)[-1] == QUESTION
    assert talk.memory.language_asked
    assert talk.memory.open_question
    assert OTHER_MAYAN not in talk.memory.open_question.choices


async def test_the_language_is_not_asked_who_has_stated_it() -> None:
    talk = Talk(bot=PAPERS)
    talk.remember(language="quc")

    decision = await talk.say(KICHE)

    assert QUESTION not in said(decision)


async def test_the_language_is_not_asked_on_top_of_a_menu() -> None:
    talk = Talk(bot=RankedBot(says=(ChooseKey(("school.vaccines",)),)))

    decision = await talk.say(KICHE)

    assert decision.kind is Kind.CHOOSE
    assert QUESTION not in said(decision)
    assert not talk.memory.language_asked


@pytest.mark.parametrize(
    ("bot", "kind"),
    [
        (FakeBot(silence="timeout"), Kind.HANDOFF),
        (RankedBot(ranking=(("safety.suicide", 0.9),)), Kind.CRISIS),
    ],
    ids=["a person", "a crisis"],
)
async def test_the_language_is_not_asked_beside(bot: FakeBot, kind: Kind) -> None:
    decision = await Talk(bot=bot).say(KICHE)

    assert decision.kind is kind
    assert QUESTION not in said(decision)


async def test_an_unreviewed_notice_and_question_are_left_out_and_not_forgotten() -> None:
    talk = Talk(bot=PAPERS, rules=strict_rules("school.enroll_documents"))

    decision = await talk.say(KICHE)

    assert said(decision) == ["school.enroll_documents"] * 2
    assert (talk.memory.noticed, talk.memory.language_asked, talk.memory.open_question) == (False, False, None)


MORE_KICHE = ("k'o ri wal pa tijob'al, man kinch'ob' taj", "man kinch'ob' taj ri wuj rech ri q'atb'al tzij")


async def test_a_kiche_message_in_an_english_conversation_is_answered_in_its_languages_and_in_english() -> None:
    talk = Talk(bot=PAPERS)
    await talk.say("I need help with the school papers for my niece")

    decision = await talk.say(KICHE)

    assert languages(decision)[:3] == ["quc", "es", "en"]
    assert [text.language for text in decision.texts if text.answer == QUESTION] == ["quc", "en"]
    assert talk.memory.open_question
    assert {"quc", "es", "en", OTHER_MAYAN} <= set(talk.memory.open_question.choices)


async def test_one_message_clearly_in_another_language_is_answered_in_both_and_the_next_in_the_old_one() -> None:
    talk = Talk(bot=FakeBot(dict.fromkeys((SPANISH, ENGLISH, "gracias, ¿y qué más?"), "school.enroll_documents")))
    await talk.say(SPANISH)

    other, next_one = [await talk.say(text) for text in (ENGLISH, "gracias, ¿y qué más?")]

    assert languages(other) == ["en", "es"]
    assert set(languages(next_one)) == {"es"}


async def test_who_stated_spanish_and_goes_on_in_kiche_is_asked_once_more_in_both() -> None:
    talk = Talk(bot=FakeBot(dict.fromkeys((KICHE, *MORE_KICHE), "school.enroll_documents")))
    talk.remember(language="es", language_asked=True, noticed=True)

    decisions = [await talk.say(text) for text in (KICHE, *MORE_KICHE)]

    asked = [[text.language for text in decision.texts if text.answer == QUESTION] for decision in decisions]
    assert asked == [[], ["es", "quc"], []]
    assert {decision.language for decision in decisions} == {"es"}


async def test_a_mayan_language_without_texts_is_answered_in_spanish_with_its_name_to_choose() -> None:
    text = "Naru taatenq'a li walal chi xkanab'ankil li tzolok sa' eskuel"
    talk = Talk(bot=FakeBot({text: "school.enroll_documents"}))

    decision = await talk.say(text)

    assert set(languages(decision)) == {"es"}
    assert said(decision)[-1] == QUESTION
    assert "1 Q'eqchi'" in decision.texts[-1].body
    assert decision.texts[-1].body.endswith("Otro idioma maya\n0 Una persona")


async def test_choosing_a_mayan_language_without_texts_offers_somebody_who_speaks_it() -> None:
    text = "Naru taatenq'a li walal chi xkanab'ankil li tzolok sa' eskuel"
    talk = Talk(bot=FakeBot({text: "school.enroll_documents"}))
    await talk.say(text)

    decision = await talk.say("1")

    assert (said(decision), talk.memory.language) == (["system.language_unavailable"], "kek")
    assert decision.texts[0].body.count("Q'eqchi'") == 2
