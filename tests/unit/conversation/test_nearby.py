"""The state: asked once, under the answer; understood; remembered; changed; and what it adds to answers."""

from dataclasses import replace

import pytest

from conversation.answers.reviews import Ledger
from conversation.dialogue.questions import QUESTION_LASTS
from conversation.messages import Decision, Kind
from tests.fakes import FakeBot
from tests.talk import Talk, said, strict_rules

COVERAGE, AGES, COURT = "puede tener seguro mi sobrina", "es tarde para la escuela", "a que corte vamos"
PASSPORT = "necesito el pasaporte de mi sobrina"
ANSWERS = {
    COVERAGE: "health.coverage_child",
    AGES: "school.age_limits",
    COURT: "court.location",
    PASSPORT: "sponsor.birth_certificate_passport",
    "pasaporte en el consulado de honduras en Houston": "sponsor.birth_certificate_passport",
    "estoy embarazada": "health.pregnancy",
    "creo que le pegan a un menor": "safety.worried_about_child",
    "como se pide el seguro": "health.coverage_apply",
    "tiene que ir a la escuela": "school.attendance",
    "papeles": "school.enroll_documents",
    "clinica": "health.clinic_uninsured",
    "can my son get medicaid in california": "health.coverage_child",
    "vivo en springfield, puede tener seguro": "health.coverage_child",
    "ny y ademas papeles para inscribir a mi sobrino": "school.enroll_documents",
}


def talk(**known: object) -> Talk:
    made = Talk(bot=FakeBot(ANSWERS))
    made.remember(language="es", noticed=True, **known)
    return made


def told(decision: Decision) -> str:
    return decision.texts[-1].body


async def test_the_answer_goes_at_once_and_the_question_stands_under_it() -> None:
    decision = await talk().say(COVERAGE)

    assert (decision.kind, decision.answer) == (Kind.ANSWER, "health.coverage_child")
    assert said(decision) == ["health.coverage_child", "system.ask_state"]


async def test_the_state_is_asked_once_in_a_life() -> None:
    made = talk()
    await made.say(COVERAGE)
    made.wait(days=3)

    decision = await made.say(AGES)

    assert said(decision) == ["school.age_limits"]


@pytest.mark.parametrize(
    ("text", "answer"), [("papeles", "school.enroll_documents"), ("clinica", "health.clinic_uninsured")]
)
async def test_nobody_is_asked_for_what_changes_nothing_that_we_say(text: str, answer: str) -> None:
    decision = await talk().say(text)

    assert said(decision) == [answer]


async def test_the_language_question_is_not_joined_by_a_second_one() -> None:
    made = Talk(bot=FakeBot({"Jas wuj kajawaxik rech kok ri wal pa tijob'al": "school.age_limits"}))

    decision = await made.say("Jas wuj kajawaxik rech kok ri wal pa tijob'al")

    assert "system.language_question" in said(decision)
    assert "system.ask_state" not in said(decision)


@pytest.mark.parametrize("reply", ["ny", "Nueva York", "vivo en el Bronx", "10001", "NY por favor"])
async def test_the_answer_to_the_question_is_remembered_and_used(reply: str) -> None:
    made = talk()
    await made.say(COVERAGE)

    decision = await made.say(reply)

    assert (decision.kind, decision.answer, made.memory.state) == (Kind.ANSWER, "health.coverage_child", "NY")
    assert said(decision) == ["system.in_state_coverage"]
    assert "Nueva York" in told(decision)
    assert "Child Health Plus" in told(decision)


async def test_a_state_without_a_value_is_told_so_and_nothing_is_guessed() -> None:
    decision = await talk(state="TX").say(COVERAGE)

    assert said(decision) == ["health.coverage_child", "system.in_state_unknown"]


async def test_a_state_told_inside_the_question_is_used_for_it() -> None:
    made = talk()

    decision = await made.say("can my son get medicaid in california")

    assert (made.memory.state, said(decision)[1]) == ("CA", "system.in_state_coverage")


async def test_a_question_beside_the_state_is_answered_too() -> None:
    made = talk()
    await made.say(COVERAGE)

    decision = await made.say("ny y ademas papeles para inscribir a mi sobrino")

    assert (decision.answer, made.memory.state) == ("school.enroll_documents", "NY")


async def test_who_moves_says_so() -> None:
    made = talk(state="TX", topic="health.coverage_child")

    decision = await made.say("nos mudamos a Nueva Jersey")

    assert (made.memory.state, said(decision)) == ("NJ", ["system.in_state_coverage"])


async def test_a_place_about_which_we_have_no_table_is_noted() -> None:
    made = talk(topic="health.clinic_uninsured")

    decision = await made.say("Ohio")

    assert (made.memory.state, said(decision)) == ("OH", ["system.state_noted"])


async def test_a_city_of_several_states_is_asked_about_with_numbers() -> None:
    made = talk()
    await made.say(COVERAGE)

    asked = await made.say("springfield")
    settled = await made.say("2")

    assert (asked.kind, asked.choices[:2], said(asked)) == (Kind.ASK, ("IL", "MA"), ["system.which_state"])
    assert (made.memory.state, said(settled)) == ("MA", ["system.in_state_coverage"])


async def test_a_doubtful_city_inside_a_question_is_asked_about_under_its_answer() -> None:
    decision = await talk().say("vivo en springfield, puede tener seguro")

    assert said(decision) == ["health.coverage_child", "system.which_state"]


async def test_zero_under_the_question_brings_a_person() -> None:
    made = talk()
    await made.say(COVERAGE)

    assert (await made.say("0")).kind is Kind.HANDOFF


async def test_a_small_word_is_a_state_only_while_the_question_is_open() -> None:
    made = talk()
    await made.say(COVERAGE)
    made.wait(seconds=QUESTION_LASTS.total_seconds())

    await made.say("la")

    assert made.memory.state is None


@pytest.mark.parametrize("reply", ["ok", "no", "gracias", "👍"])
async def test_what_is_no_place_leaves_the_question_open(reply: str) -> None:
    made = talk()
    await made.say(COVERAGE)
    await made.say(reply)

    await made.say("la")

    assert made.memory.state == "LA"


async def test_another_question_instead_is_answered() -> None:
    made = talk()
    await made.say(COVERAGE)

    assert (await made.say("papeles")).answer == "school.enroll_documents"


async def test_school_ages_come_from_the_table() -> None:
    compulsory = await talk(state="CT").say("tiene que ir a la escuela")
    free = await talk(state="CT").say(AGES)
    empty = await talk(state="CA").say(AGES)

    assert ("5" in told(compulsory), "18" in told(compulsory), "21" in told(free)) == (True, True, True)
    assert said(empty)[1] == "system.in_state_unknown"


async def test_the_nearest_court_is_told_where_the_city_is_known() -> None:
    made = talk()
    await made.say(COURT)

    by_state, by_city = await made.say("texas"), await made.say("estamos en Laredo TX")

    assert said(by_state) == ["system.in_state_courts"]
    assert "El Paso" in told(by_state)
    assert said(by_city) == ["system.in_state_court_phone"]
    assert "Laredo Immigration Court" in told(by_city)
    assert "210-230-9550" in told(by_city)


async def test_one_court_in_the_state_is_told_and_none_is_said_to_be_none() -> None:
    one, none = await talk(state="NC").say(COURT), await talk(state="WY").say(COURT)

    assert "Charlotte Immigration Court" in told(one)
    assert said(none)[1] == "system.in_state_no_court"


@pytest.mark.parametrize(("city", "court"), [("Oakland CA", "Concord"), ("Miami", "Miami"), ("Wilmington DE", "Phil")])
async def test_the_nearest_court_may_be_in_another_city_or_state(city: str, court: str) -> None:
    made = talk()
    await made.say(COURT)

    assert court in told(await made.say(city))


async def test_care_in_pregnancy_is_told_with_the_year_of_the_source() -> None:
    covered, unknown = await talk(state="TX").say("estoy embarazada"), await talk(state="FL").say("estoy embarazada")

    assert ("Texas" in told(covered), "2026" in told(covered)) == (True, True)
    assert said(unknown) == ["health.pregnancy", "system.in_state_unknown"]


async def test_who_asks_how_to_apply_is_told_the_program_and_its_line() -> None:
    decision = await talk(state="NJ").say("como se pide el seguro")

    assert ("NJ FamilyCare" in told(decision), "1-800-701-0710" in told(decision)) == (True, True)


async def test_the_line_of_the_state_stands_under_a_worry_and_no_question_does() -> None:
    known, asked = [await talk(state=state).say("creo que le pegan a un menor") for state in ("TX", None)]

    assert (said(known)[1], "1-800-252-5400" in told(known)) == ("system.in_state_child_line", True)
    assert "system.ask_state" not in said(asked)


async def test_a_state_without_a_line_of_its_own_leaves_the_answer_as_it_is() -> None:
    decision = await talk(state="CA").say("creo que le pegan a un menor")

    assert said(decision) == ["safety.worried_about_child"]


async def test_without_a_country_the_lines_of_all_consulates_are_told_and_no_state_is_asked() -> None:
    decision = await talk().say(PASSPORT)

    assert said(decision) == ["sponsor.birth_certificate_passport", "system.consulate_lines"]
    assert all(
        name in told(decision) for name in ("Honduras 1-202-", "Guatemala 1-844-", "El Salvador 1-888-", "México")
    )


async def test_the_nearest_consulate_of_the_country_in_the_message_is_told() -> None:
    decision = await talk().say("pasaporte en el consulado de honduras en Houston")

    assert said(decision)[1] == "system.consulate_near"
    assert ("9800 Centre Parkway" in told(decision), "Honduras" in told(decision)) == (True, True)


@pytest.mark.parametrize("reply", ["Honduras", "soy de honduras", "hondureña"])
async def test_a_country_alone_after_the_lines_is_answered_with_its_consulate(reply: str) -> None:
    made = talk(state="NC")
    await made.say(PASSPORT)

    decision = await made.say(reply)

    assert (decision.kind, said(decision)) == (Kind.ANSWER, ["system.consulate_near"])
    assert "Charlotte" in told(decision)


@pytest.mark.parametrize(
    "reply",
    [
        "Honduras, Houston",
        "houston, honduras",
        "Honduras 77036",
        "de Honduras en Houston",
        "soy de honduras y vivo en houston",
    ],
)
async def test_a_city_beside_the_country_decides_which_consulate_is_near(reply: str) -> None:
    made = talk(state="NC")
    await made.say(PASSPORT)

    assert "9800 Centre Parkway" in told(await made.say(reply))


async def test_a_country_inside_a_longer_message_is_left_to_the_bot() -> None:
    made = talk(state="NC")
    await made.say(PASSPORT)

    decision = await made.say("mi hermano fue deportado a Honduras la semana pasada")

    assert "system.consulate_near" not in said(decision)


async def test_a_country_alone_is_nothing_when_the_talk_was_about_something_else() -> None:
    made = talk(state="NC")
    await made.say(COVERAGE)

    assert "system.consulate_near" not in said(await made.say("Honduras"))


async def test_where_no_consulate_is_near_the_line_of_the_country_is_told() -> None:
    made = talk(state="MT")
    await made.say(PASSPORT)

    decision = await made.say("soy de Guatemala")

    assert (said(decision), "1-844-805-1011" in told(decision)) == (["system.consulate_line"], True)


async def test_a_place_after_the_lines_of_the_consulates_is_noted() -> None:
    made = talk()
    await made.say(PASSPORT)

    assert said(await made.say("Ohio")) == ["system.state_noted"]


async def test_an_answer_in_its_short_form_gets_neither_table_nor_question() -> None:
    made = talk(state="NY")
    made.rules = replace(made.rules, catalogue=replace(made.rules.catalogue, ledger=Ledger()))

    known = await made.say(COVERAGE)
    made.remember(state=None)
    unknown = await made.say(COVERAGE)

    assert (said(known), said(unknown)) == (["health.coverage_child"], ["health.coverage_child"])


async def test_a_person_who_has_the_case_is_the_one_who_asks() -> None:
    made = talk(topic="health.coverage_child")
    await made.say("0")
    made.claim()

    assert (await made.say("Texas")).kind is Kind.SILENT


async def test_where_nobody_may_send_the_question_the_answer_stands_alone() -> None:
    made = talk()
    made.rules = strict_rules("health.coverage_child")

    decision = await made.say(COVERAGE)

    assert said(decision) == ["health.coverage_child"]
    assert decision.handoff is None


async def test_a_private_phone_is_asked_only_when_the_answer_is_read() -> None:
    made = talk(private=True)

    hidden, read = await made.say(COVERAGE), await made.say("1")

    assert said(hidden) == ["system.private_waiting"]
    assert said(read) == ["health.coverage_child", "system.ask_state"]


async def test_a_private_phone_may_choose_its_state() -> None:
    made = talk(private=True)
    await made.say(COVERAGE)
    await made.say("1")

    asked = await made.say("springfield")
    await made.say("2")

    assert (said(asked), made.memory.state) == (["system.which_state"], "MA")


@pytest.mark.parametrize("text", ["STOP", "english", "una persona", "más", "en casa", "dos", "nada"])
async def test_a_word_is_no_town_though_some_town_is_called_so(text: str) -> None:
    made = talk()
    await made.say(COVERAGE)

    await made.say(text)

    assert made.memory.state is None
