"""The state: asked once, under the answer; understood; remembered; changed; and what it adds to answers."""

import pytest

from conversation.dialogue.questions import QUESTION_LASTS
from conversation.messages import Decision, Kind
from conversation.places.place import Place
from conversation.places.reference import find_km
from tests.fakes import FakeBot
from tests.talk import Talk, real_rules, said, strict_rules

COVERAGE, AGES, COURT = "puede tener seguro mi sobrina", "es tarde para la escuela", "a que corte vamos"
ANSWERS = {
    COVERAGE: "health.coverage_child",
    AGES: "school.age_limits",
    COURT: "court.location",
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

    decision = await made.say("clinica")

    assert said(decision) == ["health.clinic_uninsured"]


async def test_nobody_is_asked_for_what_changes_nothing() -> None:
    assert said(await talk().say("papeles")) == ["school.enroll_documents"]


async def test_the_language_question_is_not_joined_by_a_second_one() -> None:
    made = Talk(bot=FakeBot({"Jas wuj kajawaxik rech kok ri wal pa tijob'al": "school.right_to_enroll"}))

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
    assert said(by_city) == ["system.in_state_court"]
    assert "Laredo Immigration Court" in told(by_city)


async def test_one_court_in_the_state_is_told_and_none_is_said_to_be_none() -> None:
    one, none = await talk(state="NC").say(COURT), await talk(state="WY").say(COURT)

    assert "Charlotte Immigration Court" in told(one)
    assert said(none)[1] == "system.in_state_no_court"


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


def test_the_tables_know_every_state_and_the_courts_where_they_are() -> None:
    reference, atlas = real_rules().reference, real_rules().atlas

    assert set(reference.school_ages) == atlas.codes - {"PR"}
    assert len(reference.coverage) >= 14
    assert {court.place.state for court in reference.courts} <= atlas.codes
    assert all(court.place.latitude for court in reference.courts)


def test_distance_is_along_the_earth() -> None:
    houston, dallas = Place("TX", "Houston", 29.76, -95.37), Place("TX", "Dallas", 32.78, -96.80)

    assert round(find_km(houston, dallas) or 0) == pytest.approx(362, abs=5)
    assert find_km(houston, Place("TX")) is None


@pytest.mark.parametrize("text", ["STOP", "english", "una persona", "más", "en casa", "dos", "nada"])
async def test_a_word_is_no_town_though_some_town_is_called_so(text: str) -> None:
    made = talk()
    await made.say(COVERAGE)

    await made.say(text)

    assert made.memory.state is None
