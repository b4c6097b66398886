"""A reminder and the phone it goes to: another channel of the number, SMS for WhatsApp, a number that is not theirs."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from conversation.appointments.values import Act, KnownAppointment
from conversation.messages import Channel
from store.reminders.appointments import CASEWORKER, Teller, change_appointment
from store.reminders.known import find_known
from store.tables import Appointment, CaseEvent, Conversation, OpenQuestionRow, SmsWay
from store.tables.base import new_id
from tests.house import OURS, House
from tests.reminders import Almanac, decide, open_case

COURT_DAY = date(2026, 7, 14)
PERSON = "+17135550123"


@pytest.fixture
async def almanac(house: House) -> Almanac:
    almanac = Almanac(house)
    await almanac.open()
    return almanac


async def hear(almanac: Almanac, text: str, channel: Channel = Channel.SMS) -> None:
    """Let the person write a minute later."""
    almanac.house.later(60)
    await almanac.house.hear(text, person=PERSON, channel=channel)


async def due(almanac: Almanac, court: str, step: str = "d14") -> None:
    """Let the moment of a reminder come, with the number heard of lately."""
    almanac.move_to(almanac.reminders(court)[step])
    almanac.change_address(last_inbound_at=almanac.house.clock() - timedelta(days=3))
    almanac.change_conversation(last_inbound_at=almanac.house.clock() - timedelta(days=3))
    await almanac.sweep()


def known(almanac: Almanac, conversation_id: str) -> list[KnownAppointment]:
    now = almanac.house.clock()
    found: list[KnownAppointment] = almanac.run(
        lambda session: list(find_known(session, almanac.house.vault, conversation_id, now))
    )
    return found


def status(almanac: Almanac, court: str) -> str:
    return str(almanac.house.get(Appointment, court).status)


def agree_to_sms(almanac: Almanac, whatsapp: str, by_sms: str) -> None:
    """Write down that the person of a conversation on WhatsApp agreed to SMS."""
    places = {one.id: one.address_id for one in almanac.house.rows(select(Conversation))}
    values = {"id": new_id(), "address_id": places[whatsapp], "sms_address_id": places[by_sms], "sender": OURS}
    almanac.run(lambda session: session.execute(insert(SmsWay).values(at=almanac.house.clock(), **values)))


# STOP, START and numbers that are another's


async def test_after_a_stop_nothing_goes_and_after_start_what_is_still_to_come(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    await hear(almanac, "STOP")
    await due(almanac, court)
    stopped = almanac.said()
    await hear(almanac, "START")

    await due(almanac, court, "d7")

    assert stopped == []
    assert almanac.said() == ["reminder.neutral"]
    assert [almanac.states(court)[step] for step in ("d14", "d7")] == ["dropped", "queued"]


async def test_a_number_that_is_another_persons_hears_of_no_date_even_after_start(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    await hear(almanac, "numero equivocado")
    cases = [(case.discipline, case.urgency, case.reason) for case in almanac.house.cases()]
    await hear(almanac, "START")

    await due(almanac, court, "d7")

    assert almanac.said() == []
    assert known(almanac, almanac.conversation_id) == []
    assert cases == [("legal", "same_day", "wrong_number")]


async def test_who_tells_a_date_after_a_wrong_number_is_reminded_of_it(almanac: Almanac) -> None:
    almanac.tell(COURT_DAY)
    await hear(almanac, "numero equivocado")
    await hear(almanac, "START")
    almanac.house.later(60)

    doctor = almanac.tell(COURT_DAY, kind="doctor")

    assert doctor in {one.id for one in known(almanac, almanac.conversation_id)}
    assert "d7" in almanac.states(doctor)


# A date that moved


async def test_the_answer_to_a_reminder_of_the_day_that_was_confirms_nothing(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    await due(almanac, court)
    sent = almanac.reminders(court)["d14"].id
    move(almanac, court, date(2026, 7, 21))

    open_questions = almanac.house.rows(select(OpenQuestionRow.kind))
    decide(almanac, Act.GOING, court, reminder_id=sent)

    assert open_questions == []
    assert status(almanac, court) == "planned"


async def test_a_date_of_ours_that_the_person_tells_otherwise_brings_somebody(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    move(almanac, court, date(2026, 7, 21))

    decide(almanac, Act.CHANGE, court, values=told(COURT_DAY))

    assert almanac.house.get(Appointment, court).day == COURT_DAY
    assert [(case.discipline, case.urgency, case.reason) for case in almanac.house.cases()] == [
        ("legal", "same_day", "date_differs")
    ]


def told(day: date) -> KnownAppointment:
    return KnownAppointment("", "court", day, None, "America/Chicago")


def move(almanac: Almanac, court: str, day: date) -> None:
    """Let a caseworker enter another day."""
    where, now = almanac.conversation_id, almanac.house.clock()
    by_us: dict[str, Any] = {"teller": Teller(CASEWORKER, "w" * 32), "now": now}
    almanac.run(lambda s: change_appointment(s, almanac.house.vault, where, court, told(day), **by_us))


# Two channels of one phone


async def test_a_date_told_by_sms_is_known_on_whatsapp_of_the_same_phone_and_kept_once(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    whatsapp = await almanac.open(channel=Channel.WHATSAPP)

    again = almanac.tell(COURT_DAY)
    decide(almanac, Act.GOING, court)

    assert [one.id for one in known(almanac, whatsapp)] == [court]
    assert again == court
    assert status(almanac, court) == "going"


async def test_a_childs_date_is_not_known_to_the_sponsor_of_the_same_phone(almanac: Almanac) -> None:
    almanac.change_conversation(role="youth")
    court = almanac.tell(COURT_DAY)
    whatsapp = await almanac.open(channel=Channel.WHATSAPP)
    almanac.change_conversation(role="sponsor")

    decide(almanac, Act.CANCEL, court)

    assert known(almanac, whatsapp) == []
    assert status(almanac, court) == "planned"


async def test_anothers_date_is_neither_known_nor_cancelled(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    other = await almanac.open(person="+17135550199")

    decide(almanac, Act.CANCEL, court)

    assert known(almanac, other) == []
    assert status(almanac, court) == "planned"


async def test_outside_whatsapps_window_a_reminder_goes_by_sms_where_that_was_agreed(almanac: Almanac) -> None:
    by_sms = almanac.conversation_id
    whatsapp = await almanac.open(channel=Channel.WHATSAPP)
    agree_to_sms(almanac, whatsapp, by_sms)
    court = almanac.tell(COURT_DAY)
    await due(almanac, court)

    await almanac.house.send_all()
    await hear(almanac, "1")
    await hear(almanac, "2")

    (offer,) = almanac.house.sender.offers
    assert (offer.to, offer.sender) == (PERSON, OURS)
    assert status(almanac, court) == "cannot"


async def test_without_that_it_waits_behind_a_knock(almanac: Almanac) -> None:
    await almanac.open(channel=Channel.WHATSAPP)
    court = almanac.tell(COURT_DAY)
    await due(almanac, court)

    await almanac.house.send_all()
    await almanac.sweep()

    assert almanac.house.sender.offers == []
    assert almanac.states(court)["d14"] == "unreached"  # no template is approved here: a person looks


# Two dates on one day


async def test_the_answer_for_one_child_does_not_count_for_the_other(almanac: Almanac) -> None:
    almanac.change_conversation(full_reminders=True)
    kevin = almanac.tell(COURT_DAY, time(13), child="Kevin")
    ana = almanac.tell(COURT_DAY, time(15), child="Ana")
    await due(almanac, kevin, "d1")
    await almanac.sweep(hours=1)
    await hear(almanac, "1")

    await almanac.sweep(hours=4)

    assert [status(almanac, one) for one in (kevin, ana)] == ["planned", "going"]
    assert [almanac.states(one).get("again") for one in (kevin, ana)] == ["queued", "dropped"]


# While somebody has the case


async def test_a_reply_while_somebody_has_the_case_counts_and_is_shown_to_them(almanac: Almanac) -> None:
    court = almanac.tell(COURT_DAY)
    almanac.change_conversation(full_reminders=True)
    await due(almanac, court)
    open_case(almanac, "claimed")

    await hear(almanac, "2")

    assert status(almanac, court) == "cannot"
    assert shown(almanac, "date_answered") == [{"reply": "cannot"}]


async def test_a_date_told_while_somebody_has_the_case_is_theirs_to_keep(almanac: Almanac) -> None:
    open_case(almanac, "claimed")

    await hear(almanac, "my court is July 14 2026 at 8:30 am in Houston")
    await hear(almanac, "when is my court? July 14?")

    assert shown(almanac, "date_said") == [{"kind": "court", "day": "2026-07-14", "hour": "08:30"}]
    assert almanac.house.rows(select(Appointment.id)) == []


def shown(almanac: Almanac, kind: str) -> list[dict[str, Any] | None]:
    return almanac.house.rows(select(CaseEvent.details).where(CaseEvent.kind == kind))
