"""Rounds of questions after a release: asked only of who said yes, one at a time, once more in silence."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from store.check_ins.starting import Outcome
from store.forgetting.deleting import forget_appointments
from store.tables import Address, Appointment, Case, CheckInAnswer, Consent, OpenQuestionRow, Person, PersonAddress
from store.tables.base import new_id
from tests.check_ins import RELEASED, Afterwards, open_afterwards
from tests.house import House
from tests.reminders import open_case


@pytest.fixture
async def there(house: House) -> Afterwards:
    return await open_afterwards(house)


async def test_nobody_is_asked_anything_before_their_own_yes(there: Afterwards) -> None:
    there.release()

    for _ in range(8):
        await there.sweep(hours=12 * 24)

    assert there.asked() == ["checkin.invite"]
    assert there.kept() == {}


async def test_a_yes_is_kept_with_the_words_shown_and_the_rounds_follow(there: Afterwards) -> None:
    await there.agree()

    await there.reach(3)

    consents = there.house.rows(select(Consent).where(Consent.kind == "check_ins").order_by(Consent.at))
    assert [(one.act, one.source, one.wording) for one in consents] == [
        ("asked", "caseworker", None), ("agreed", "told", "checkin.invite"),
    ]  # fmt: skip
    assert consents[0].details == {"who": "sponsor", "how": "phone", "phone": "sponsor"}
    assert there.asked() == ["checkin.invite", "checkin.agreed", "checkin.ready"]
    assert list(there.steps()) == ["invite", "c3", "c3_again", "c7", "c30", "c60", "c90"]


async def test_a_no_is_the_end_and_a_second_release_asks_nobody_again(there: Afterwards) -> None:
    there.release()
    await there.sweep()

    said = await there.hear("2")

    assert said == ["checkin.declined"]
    assert there.house.rows(select(Appointment.status)) == ["cancelled"]
    assert there.release() is Outcome.REFUSED


async def test_one_question_a_text_and_a_digit_brings_the_next(there: Afterwards) -> None:
    await there.agree()
    await there.reach(7)

    said = [await there.hear(text) for text in ("1", "1", "sí", "3")]

    assert said == [["checkin.home_other"], ["checkin.school_other"], ["checkin.court_other"], ["checkin.done"]]
    assert there.kept() == {(7, "home"): "yes", (7, "school"): "yes", (7, "court"): "unsure"}
    assert there.house.cases() == []


@pytest.mark.parametrize("whose", ["sponsor", "other"])
async def test_whether_somebody_is_safe_is_never_asked_on_anothers_phone(there: Afterwards, whose: str) -> None:
    await there.agree(whose)
    await there.reach(30)

    for _ in range(4):
        await there.hear("1")

    assert "checkin.safe" not in there.asked()
    assert there.asked()[-1] == "checkin.done"


async def test_a_youth_is_asked_on_their_own_phone_and_a_yes_is_never_kept(there: Afterwards) -> None:
    await there.agree("youth")
    await there.reach(30)

    said = [await there.hear("1") for _ in range(5)]

    assert said[3:] == [["checkin.safe"], ["checkin.done"]]
    assert there.kept()[30, "safe"] == "asked"


async def test_a_second_person_behind_the_number_ends_the_question(there: Afterwards) -> None:
    await there.agree("youth")
    await there.reach(30)
    for _ in range(3):
        await there.hear("1")

    share(there)
    said = await there.hear("1")

    assert said == ["checkin.done"]


async def test_who_is_not_safe_gets_the_crisis_text_first_and_somebody_is_paged(there: Afterwards) -> None:
    await there.agree("youth")
    await there.reach(3)
    for _ in range(4):
        await there.hear("1")

    said = await there.hear("2")

    case = there.house.cases()[0]
    assert said == ["safety.emergency"]
    assert (case.discipline, case.urgency, case.reason) == ("safety", "page_now", "check_in")
    assert there.kept()[3, "safe"] == "no"


@pytest.mark.parametrize(
    ("whose", "yeses", "text", "discipline", "urgency"),
    [
        ("sponsor", 0, "checkin.not_home", "reunification", "same_day"),
        ("youth", 0, "checkin.not_home_own", "safety", "same_day"),
        ("sponsor", 1, "checkin.not_school", "school", "normal"),
        ("sponsor", 2, "checkin.not_court", "legal", "same_day"),
    ],
)
async def test_a_no_opens_a_case_of_its_discipline_and_the_questions_go_on(
    there: Afterwards, whose: str, yeses: int, text: str, discipline: str, urgency: str
) -> None:
    await there.agree(whose)
    await there.reach(3)
    for _ in range(1 + yeses):
        await there.hear("1")

    said = await there.hear("2")

    case = there.house.cases()[0]
    assert said[0] == text
    assert (case.topic, case.discipline, case.urgency) == (text, discipline, urgency)


async def test_not_sure_whether_safe_is_read_by_a_person_the_same_day(there: Afterwards) -> None:
    await there.agree("youth")
    await there.reach(3)
    for _ in range(4):
        await there.hear("1")

    said = await there.hear("3")

    case = there.house.cases()[0]
    assert said == ["checkin.not_sure_safe"]
    assert (case.discipline, case.urgency) == ("safety", "same_day")


async def test_silence_is_asked_once_more_after_two_days_and_then_no_more(there: Afterwards) -> None:
    await there.agree()
    await there.reach(7)

    for _ in range(10):
        await there.sweep(hours=24)

    assert there.asked()[2:] == ["checkin.ready", "checkin.again"]
    assert there.steps()["c7_again"] == "queued"


async def test_the_second_text_goes_on_where_the_first_was_left(there: Afterwards) -> None:
    await there.agree()
    await there.reach(7)
    await there.hear("1")
    await there.hear("1")

    await there.sweep(hours=72)
    said = await there.hear("1")

    assert there.asked()[-2:] == ["checkin.again", "checkin.school_other"]
    assert said == ["checkin.school_other"]


async def test_who_has_answered_all_is_not_asked_once_more(there: Afterwards) -> None:
    await there.agree()
    await there.reach(7)
    for _ in range(4):
        await there.hear("1")

    await there.sweep(hours=72)

    assert there.asked()[-1] == "checkin.done"
    assert there.steps()["c7_again"] == "dropped"


async def test_no_more_questions_ends_all_rounds_at_once(there: Afterwards) -> None:
    await there.agree()
    await there.reach(3)
    await there.hear("1")

    said = await there.hear("4")

    for _ in range(8):
        await there.sweep(hours=12 * 24)
    assert said == ["checkin.ended"]
    assert there.asked()[-1] == "checkin.ended"
    assert there.house.rows(select(Consent.act).where(Consent.kind == "check_ins"))[-1] == "revoked"


@pytest.mark.parametrize(
    "words",
    ["no more questions", "no quiero preguntas", "sem mais perguntas", "fin des questions", "mwen pa vle kesyon"],
)
async def test_the_promised_words_end_the_rounds_also_while_no_question_is_open(there: Afterwards, words: str) -> None:
    await there.agree()

    said = await there.hear(words)

    assert said == ["checkin.ended"]
    assert there.house.rows(select(Appointment.status)) == ["cancelled"]
    assert there.house.rows(select(Consent.act).where(Consent.kind == "check_ins"))[-1] == "revoked"


async def test_the_promised_words_end_the_rounds_also_while_somebody_has_the_case(there: Afterwards) -> None:
    await there.agree()
    open_case(there, "claimed")

    said = await there.hear("no quiero preguntas")

    assert said == []
    assert there.house.rows(select(Appointment.status)) == ["cancelled"]


async def test_after_stop_no_round_goes(there: Afterwards) -> None:
    await there.agree()
    await there.hear("STOP")

    await there.reach(3)

    assert there.asked()[-1] == "checkin.agreed"
    assert there.release() is Outcome.STOPPED


async def test_while_somebody_has_the_case_rounds_are_held_and_go_when_it_is_closed(there: Afterwards) -> None:
    await there.agree()
    open_case(there, "claimed")

    await there.reach(3)
    await there.sweep(hours=12)
    held = there.steps()["c3"], there.asked()[-1]
    close_cases(there)
    await there.sweep()
    await there.sweep(hours=12)

    assert held == ("held", "checkin.agreed")
    assert there.asked()[-1] == "checkin.ready"


async def test_a_week_in_which_nothing_ran_asks_the_newest_round_alone(there: Afterwards) -> None:
    await there.agree()
    there.house.later(8 * 24 * 3600)

    await there.sweep()
    await there.sweep(hours=24)

    assert there.asked()[2:] == ["checkin.ready"]
    assert (there.steps()["c3"], there.steps()["c7"]) == ("dropped", "queued")


async def test_a_corrected_release_moves_the_rounds_and_asks_no_second_time(there: Afterwards) -> None:
    await there.agree()

    outcome = there.release(day=RELEASED - timedelta(days=2))
    await there.sweep(hours=1)

    assert outcome is Outcome.CHANGED
    assert there.asked() == ["checkin.invite", "checkin.agreed"]
    assert there.steps()["c3"] == "planned"


@pytest.mark.parametrize(("day", "outcome"), [(date(2026, 6, 3), Outcome.FUTURE), (date(2026, 1, 1), Outcome.OVER)])
async def test_a_release_that_is_to_come_or_long_ago_is_not_kept(
    there: Afterwards, day: date, outcome: Outcome
) -> None:
    assert there.release(day=day) is outcome
    assert there.house.rows(select(Appointment)) == []


async def test_a_release_is_no_date_of_the_person(there: Afterwards) -> None:
    await there.agree()

    said = await there.hear("cancela el recordatorio")

    assert "reminder.cancelled" not in said
    assert there.steps()["c7"] == "planned"


async def test_answers_go_with_their_release_when_a_person_is_forgotten(there: Afterwards) -> None:
    await there.agree()
    await there.reach(3)
    await there.hear("1")
    await there.hear("1")

    there.run(lambda session: forget_appointments(session, [there.conversation_id], until=None))

    assert there.house.rows(select(CheckInAnswer)) == []
    assert there.house.rows(select(Appointment)) == []


def share(there: Afterwards) -> None:
    """Let a sponsor be known behind the same number."""
    address_id = there.house.rows(select(Address.id))[0]
    now, person = there.house.clock(), new_id()
    of_house = {"organisation_id": there.house.organisation_id, "created_at": now}
    there.run(lambda one: one.execute(insert(Person).values(id=person, role="sponsor", **of_house)))
    link = {"id": new_id(), "person_id": person, "address_id": address_id, "certain": False, "since": now}
    there.run(lambda one: one.execute(insert(PersonAddress).values(**link)))


def close_cases(there: Afterwards) -> None:
    there.run(lambda one: one.execute(update(Case).values(status="closed")))
    there.run(lambda one: one.execute(delete(OpenQuestionRow)))
