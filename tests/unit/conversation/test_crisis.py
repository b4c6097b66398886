"""Danger: by rule, by the model, by a button; after a stop; and the doubt that a person should read."""

from dataclasses import replace

import pytest

from conversation.danger.crisis import BELIEVED, CALMED, SHORT_BELIEVED, SUSPECTED, believe
from conversation.danger.safety import Evidence
from conversation.danger.safety_file import PAGING, Danger, Grade
from conversation.messages import Kind, MessageKind, Urgency
from conversation.ports import AnswerKey, ChooseKey, HandoffKey
from conversation.turn import Rules
from tests.fakes import FakeBot
from tests.talk import RankedBot, Talk, languages, real_rules, said

DANGER = "mi papá me pega con el cinturón y tengo miedo"
UNKNOWN = "unas palabras que ninguna regla conoce"
LIKELY = "la señora nos guarda los pasaportes y tenemos deuda"


def without(answer: str, language: str) -> Rules:
    """The project's rules without one text."""
    rules = real_rules()
    wordings = {key: wording for key, wording in rules.catalogue.wordings.items() if key != (answer, language)}
    return replace(rules, catalogue=replace(rules.catalogue, wordings=wordings))


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
    talk = Talk(memory=spanish(stopped=True).memory, bot=RankedBot(ranking=(("safety.emergency", 0.9),)))
    talk.remember(language=None)

    decision = await talk.say("911!!! sos")

    assert decision.kind is Kind.CRISIS
    assert sorted(languages(decision)) == ["en", "es"]


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
        ((("school.vaccines", 0.6), ("safety.abuse", 0.18)), None),
        ((("safety.abuse", BELIEVED[Grade.NOTHING] - 0.01),), None),
        ((("safety.scam", 0.4), ("safety.work_exploitation", 0.4)), None),
        ((("sponsor.child_missing", 0.3), ("rights.child_detained", 0.3)), "sponsor.child_missing"),
        ((("a", 0.1), ("b", 0.1), ("c", 0.1), *((danger, 0.09) for danger in PAGING[:7])), None),
        ((), None),
    ],
    ids=["sure", "together", "something else", "below", "no page", "other topics", "a sum of nothings", "nothing"],
)
def test_the_dangers_are_believed_together(ranking: tuple[tuple[str, float], ...], danger: str | None) -> None:
    assert believe(Evidence(Grade.NOTHING), ranking) == danger


THREAT = Danger("safety.threats_debt", "es", "es/safety.threats_debt/debt")
UNPAID = Danger("safety.work_exploitation", "es", "es/safety.work_exploitation/unpaid")


@pytest.mark.parametrize(
    ("evidence", "needed"),
    [
        (Evidence(Grade.NOTHING), BELIEVED[Grade.NOTHING]),
        (Evidence(Grade.CUE), BELIEVED[Grade.CUE]),
        (Evidence(Grade.LIKELY, THREAT), BELIEVED[Grade.LIKELY]),
        (Evidence(Grade.LIKELY, UNPAID), BELIEVED[Grade.CUE]),
        (Evidence(Grade.NOTHING, calm=True), BELIEVED[Grade.NOTHING] + CALMED),
        (Evidence(Grade.CUE, calm=True), BELIEVED[Grade.CUE] + CALMED),
    ],
    ids=["silent rules", "a cue", "a likely danger", "likely, but no page", "a film", "an alarming film"],
)
def test_what_the_rules_say_moves_what_the_model_must(evidence: Evidence, needed: float) -> None:
    assert believe(evidence, [("safety.suicide", needed - 0.01)]) is None
    assert believe(evidence, [("safety.suicide", needed + 0.01)]) is not None


def test_where_the_model_hardly_tells_dangers_apart_the_rule_names_it() -> None:
    likely = Evidence(Grade.LIKELY, THREAT)

    assert believe(likely, [("safety.abuse", 0.14), ("safety.suicide", 0.1)]) == "safety.threats_debt"
    assert believe(likely, [("safety.abuse", 0.7), ("safety.suicide", 0.1)]) == "safety.abuse"


async def test_what_the_rules_find_likely_is_answered_when_the_bot_is_silent() -> None:
    talk = spanish(FakeBot(silence="timeout"))

    decision = await talk.say(LIKELY)

    assert (decision.kind, decision.answer) == (Kind.CRISIS, "safety.trafficking")


@pytest.mark.parametrize("stopped", [False, True])
async def test_what_can_wait_until_morning_wakes_nobody(stopped: bool) -> None:
    talk = spanish(stopped=stopped)

    decision = await talk.say("el patron no nos quiere pagar el sueldo")

    assert decision.kind is (Kind.SILENT if stopped else Kind.ANSWER)
    assert decision.handoff
    assert (decision.handoff.topic, decision.handoff.urgency) == ("safety.work_exploitation", Urgency.SAME_DAY)


async def test_of_two_dangers_the_more_urgent_is_answered() -> None:
    decision = await spanish().say("mi tio me pega y me quiero morir, tambien necesito saber cuando es mi corte")

    assert decision.answer == "safety.suicide"


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
    talk = spanish(RankedBot(ranking=(("safety.suicide", SUSPECTED), ("service.menu", 0.05))))

    decision = await talk.say(UNKNOWN)

    assert (decision.kind, said(decision)) == (Kind.HANDOFF, ["system.handoff", "system.first_notice"])
    assert decision.handoff
    assert (decision.handoff.discipline, decision.handoff.urgency) == ("safety", Urgency.SAME_DAY)
    assert decision.handoff.reason == "doubtful_danger"


async def test_a_faint_suspicion_is_not_understood_like_anything_else() -> None:
    talk = spanish(RankedBot(ranking=(("safety.suicide", SUSPECTED - 0.01), ("service.menu", 0.05))))

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


def test_a_person_is_paged_for_the_dangers_and_for_nothing_else() -> None:
    entries = real_rules().catalogue.entries.values()
    paging = {entry.id for entry in entries if entry.urgency is Urgency.PAGE_NOW}

    assert paging == {*PAGING, "system.crisis"}


@pytest.mark.parametrize(
    "answer",
    [
        "safety.scam", "safety.work_exploitation", "safety.worried_about_child", "safety.i_hurt_the_child",
        "school.not_sent_to_school",
    ],
)  # fmt: skip
def test_what_is_read_the_same_day_opens_a_case_with_its_own_answer(answer: str) -> None:
    entry = real_rules().catalogue.get_entry(answer)

    assert (entry.urgency, entry.handoff) == (Urgency.SAME_DAY, "open")


SOME_WORDS = "tal cosa"


@pytest.mark.parametrize(
    ("evidence", "share", "danger"),
    [
        (Evidence(Grade.NOTHING), SHORT_BELIEVED - 0.01, None),
        (Evidence(Grade.NOTHING), SHORT_BELIEVED, "safety.abuse"),
        (Evidence(Grade.CUE), BELIEVED[Grade.CUE], "safety.abuse"),
    ],
    ids=["guessed", "all but certain", "with a cue"],
)
def test_of_a_few_words_without_a_cue_the_model_must_be_sure(
    evidence: Evidence, share: float, danger: str | None
) -> None:
    assert believe(evidence, (("safety.abuse", share),), is_short=True) == danger


async def test_a_danger_guessed_from_a_few_words_is_read_by_a_person_and_wakes_nobody() -> None:
    ranking = (("safety.runaway", 0.8), ("school.suspended", 0.05))
    talk = spanish(RankedBot(ranking=ranking, says=(AnswerKey("safety.runaway"),)))

    decision = await talk.say(SOME_WORDS)

    assert decision.handoff
    assert (decision.kind, said(decision)) == (Kind.HANDOFF, ["system.handoff", "system.first_notice"])
    assert (decision.handoff.urgency, decision.handoff.reason) == (Urgency.SAME_DAY, "doubtful_danger")


@pytest.mark.parametrize("language", ["pt", "fr", "ht"])
async def test_a_danger_without_a_text_in_the_own_language_gets_the_general_one_before_it(language: str) -> None:
    talk = Talk(bot=RankedBot(ranking=(("safety.abuse", 0.9),)), rules=without("safety.abuse", language))
    talk.remember(language=language)

    decision = await talk.say(UNKNOWN)

    assert (said(decision), languages(decision)) == (["system.crisis", "safety.abuse"], [language, "en"])


async def test_who_says_that_the_phone_is_not_safe_gets_no_text_that_names_abuse() -> None:
    bot = FakeBot({"my phone is not safe my husband reads it": "service.phone_not_safe"})
    talk = Talk(bot=bot)

    decision = await talk.say("my phone is not safe my husband reads it")

    assert (decision.answer, talk.memory.private) == ("service.phone_not_safe", True)


async def test_in_an_open_danger_a_few_words_are_believed_as_many_are() -> None:
    talk = spanish(RankedBot(ranking=(("safety.runaway", 0.8),)))
    await talk.say(DANGER)

    decision = await talk.say(SOME_WORDS)

    assert (decision.kind, said(decision)) == (Kind.CRISIS, ["safety.runaway"])


@pytest.mark.parametrize("text", ["estoy cortandome", "me estoy cortando", "mi hermana se esta cortando"])
def test_cutting_oneself_is_likely_a_danger_in_few_words(text: str) -> None:
    assert real_rules().danger.weigh(text).grade >= Grade.LIKELY


@pytest.mark.parametrize("text", ["my husband reads my phone", "mi esposo revisa mi celular"])
def test_a_phone_that_somebody_reads_is_for_the_model_to_weigh(text: str) -> None:
    assert real_rules().danger.find_danger(text) is None
