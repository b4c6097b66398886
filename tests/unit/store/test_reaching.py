"""When and by which way a person may be written to: safe hours, neutral texts, SMS while WhatsApp is closed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from conversation.messages import Channel, Command
from conversation.safe_hours import SafeHours
from service.window import sweep_hours
from store.cases import members, queues, transitions
from store.cases.access import get_case_for
from store.cases.outcomes import Ending, Outcome
from store.cases.queues import Filters, Queue
from store.cases.replies import ReplyOutcome
from store.cases.summary import summarise
from store.forgetting.erasure import order_erasure_of
from store.people import get_address_of, record_consent
from store.reaching import held_hours, safe_times, sms_way
from store.reaching.safe_times import SafeWish, find_next_hour, find_safe_wish
from store.reaching.sms_way import Refusal
from store.sealing.rotation import find_sealed_columns
from store.staff.staff import Role
from store.tables import Address, AuditEntry, Case, CaseEvent, Conversation, OutboxEntry, SafeTimes, SmsWay
from tests.house import OURS, PERSON, House
from tests.reaching import DAY_S, HOUR_S, OTHER, ZONE, Desk
from tests.staff import add_worker


@pytest.fixture
async def desk(house: House) -> Desk:
    return Desk(house, await house.open_conversation())


@pytest.fixture
async def closed(house: House) -> Desk:
    """A case on WhatsApp whose person has been silent for longer than a day."""
    desk = Desk(house, await house.open_conversation(channel=Channel.WHATSAPP))
    desk.house.later(DAY_S + 1)
    return desk


# Safe hours.


async def test_a_reply_outside_the_safe_hours_waits_for_them_and_then_goes_by_itself(desk: Desk) -> None:
    desk.keep(desk.hours_in(5))

    outcome = desk.reply("Mas tarde.")
    await desk.house.send_all()
    held, before = desk.entry(), desk.bodies()
    desk.house.later(5 * HOUR_S)
    await desk.sweep()

    assert (outcome, before) == (ReplyOutcome.OUTSIDE_HOURS, [])
    assert (held.status, held.reason, held.due_at) == ("waiting", "safe_hours", None)
    assert held.held_until is not None
    assert timedelta() < desk.house.clock() - held.held_until < timedelta(minutes=2)
    assert (desk.bodies(), desk.entry().status) == (["Mas tarde."], "accepted")


async def test_within_the_safe_hours_a_reply_goes_at_once(desk: Desk) -> None:
    desk.keep(desk.hours_in(-1))

    outcome = desk.reply()
    await desk.house.send_all()

    assert (outcome, desk.bodies()) == (ReplyOutcome.QUEUED, ["Aqui estamos."])


async def test_the_hours_count_on_the_clock_of_the_persons_place_and_on_the_days_that_were_named(desk: Desk) -> None:
    today = desk.house.clock().astimezone(ZONE)
    tomorrow = frozenset({(today.weekday() + 1) % 7})
    desk.keep(SafeHours(ZONE, 16 * 60, 18 * 60, tomorrow))

    desk.reply()
    await desk.house.send_all()

    until = desk.entry().held_until
    assert until is not None
    there = until.astimezone(ZONE)
    assert (there.weekday(), there.hour, there.minute) == (*tomorrow, 16, 0)


async def test_a_text_that_is_held_keeps_nothing_else_from_going(desk: Desk) -> None:
    desk.keep(desk.hours_in(5))
    desk.reply("Espera.")
    await desk.house.send_all()

    entry = await desk.house.hear("quiero morirme")
    await desk.house.send_all()

    sent = [answer for answer in desk.house.answers() if answer and answer.startswith("safety.")]
    assert entry.decision == "crisis"
    assert sent
    assert len(desk.bodies()) == len(sent)  # the crisis text waits for no hour


async def test_an_automatic_answer_to_who_has_just_written_does_not_wait(house: House) -> None:
    desk = Desk(house, await house.open_conversation())
    desk.keep(desk.hours_in(5))
    desk.run(transitions.close, **desk.told(outcome=Ending.HELPED))

    answers = await house.say("menu", Channel.SMS)

    assert len(answers) == 1


async def test_an_automatic_text_out_of_the_blue_waits(desk: Desk) -> None:
    desk.keep(desk.hours_in(5))
    desk.run(transitions.close, **desk.told(outcome=Ending.HELPED))
    desk.house.later(HOUR_S)

    outbox_id = desk.house.queue_text(desk.conversation_id)
    await desk.house.send_all()

    assert desk.house.get(OutboxEntry, outbox_id).reason == "safe_hours"


async def test_a_reason_lets_a_text_go_now_and_stays_in_timeline_and_audit(desk: Desk) -> None:
    desk.keep(desk.hours_in(5))

    outcome = desk.reply("Ahora.", any_hour="the person is writing to me")
    await desk.house.send_all()

    assert (outcome, desk.bodies()) == (ReplyOutcome.QUEUED, ["Ahora."])
    assert [item.body for item in desk.items() if item.kind == "hours_overridden"] == ["the person is writing to me"]
    (audit,) = desk.house.rows(select(AuditEntry).where(AuditEntry.act == "case.reply"))
    assert audit.details["any_hour"] is True


async def test_a_held_text_may_be_sent_now_with_a_reason_but_not_without(desk: Desk) -> None:
    desk.keep(desk.hours_in(5))
    desk.reply("Ahora.")
    await desk.house.send_all()
    text = {"message_id": desk.entry().message_id}

    refused = desk.run(held_hours.send_now, desk.house.vault, desk.house.queue, **desk.told(reason=" ", **text))
    done = desk.run(held_hours.send_now, desk.house.vault, desk.house.queue, **desk.told(reason="danger", **text))
    await desk.house.send_all()

    assert (refused, done, desk.bodies()) == (Outcome.NOT_ALLOWED, Outcome.DONE, ["Ahora."])
    assert "hours_overridden" in desk.house.case_events()


async def test_a_held_text_may_be_taken_back_before_it_goes_and_not_after(desk: Desk) -> None:
    desk.keep(desk.hours_in(5))
    desk.reply("No.")
    await desk.house.send_all()
    text = {"message_id": desk.entry().message_id}

    said = [desk.run(held_hours.cancel, **desk.told(**text)) for _ in range(2)]
    desk.house.later(5 * HOUR_S)
    await desk.sweep()

    assert (said, desk.bodies()) == ([Outcome.DONE, Outcome.NOT_ALLOWED], [])
    assert (desk.entry().status, desk.entry().reason) == ("dropped", "cancelled")
    assert "text_cancelled" in desk.house.case_events()


async def test_nobody_else_takes_a_text_back(desk: Desk) -> None:
    desk.keep(desk.hours_in(5))
    desk.reply("Mio.")
    await desk.house.send_all()
    ben = add_worker(desk.house, "ben", disciplines=["school"])

    said = desk.run(held_hours.cancel, **desk.told(message_id=desk.entry().message_id, caseworker=ben))

    assert (said, desk.entry().status) == (Outcome.NOT_ALLOWED, "waiting")


async def test_a_stop_meanwhile_keeps_the_text_from_going(desk: Desk) -> None:
    desk.keep(desk.hours_in(5))
    desk.reply("Mas tarde.")
    await desk.house.send_all()
    await desk.house.hear("STOP")

    desk.house.later(5 * HOUR_S)
    await desk.sweep()

    assert "Mas tarde." not in desk.bodies()
    assert (desk.entry().status, desk.entry().reason) == ("dropped", "stopped")


async def test_other_hours_are_kept_at_once_for_what_waits_already(desk: Desk) -> None:
    desk.keep(desk.hours_in(5))
    desk.reply("Ahora si.")
    await desk.house.send_all()

    desk.keep(None, said_by="their aunt")
    await desk.house.send_all()

    assert desk.bodies() == ["Ahora si."]
    assert desk.house.rows(select(SafeTimes)) == []


async def test_a_text_that_is_released_twice_goes_once(desk: Desk) -> None:
    desk.keep(desk.hours_in(5))
    desk.reply("Una vez.")
    await desk.house.send_all()
    desk.house.later(5 * HOUR_S)

    for _ in range(2):
        await sweep_hours(desk.house.database, desk.house.queue, desk.house.clock())
    await desk.house.send_all()
    await desk.sweep()

    assert desk.bodies() == ["Una vez."]


async def test_hours_hold_on_every_channel_of_the_number_and_for_nobody_else(desk: Desk) -> None:
    desk.keep(desk.hours_in(5), call_number="+1 202 555 0190")
    same = await desk.house.open_conversation(channel=Channel.WHATSAPP)
    other = await desk.house.open_conversation(person=OTHER)

    found = [desk.run(find_safe_wish, desk.house.vault, one) for one in (same, other)]

    assert (found[0].call_number, found[1]) == ("+1 202 555 0190", None)
    assert "0190" not in repr(found[0])


async def test_what_was_said_of_the_hours_is_sealed_and_sealed_anew_with_the_keys(desk: Desk) -> None:
    desk.keep(desk.hours_in(5), said_by="the aunt Example")

    (row,) = desk.house.rows(select(SafeTimes))
    notes = desk.house.rows(select(CaseEvent).where(CaseEvent.kind == "safe_hours"))

    assert b"Example" not in row.details_sealed
    assert b"Chicago" not in row.details_sealed
    assert "safe_times.details" in {one.context for one in find_sealed_columns()}
    assert [note.details for note in notes] == [None]


async def test_neutral_texts_are_switched_for_every_address_of_the_number(desk: Desk) -> None:
    await desk.house.open_conversation(channel=Channel.WHATSAPP)
    private = select(Address.private)

    desk.run(safe_times.set_private, **desk.told(private=True))
    on = desk.house.rows(private)
    desk.run(safe_times.set_private, **desk.told(private=False))

    assert (on, desk.house.rows(private)) == ([True, True], [False, False])
    kinds = set(desk.house.case_events())
    assert {"private_on", "private_off"} <= kinds


async def test_who_is_not_on_the_case_writes_nothing_down(desk: Desk) -> None:
    ben = add_worker(desk.house, "ben", disciplines=["school"])
    wish = SafeWish(desk.hours_in(5), "", "ben")

    kept = desk.run(
        safe_times.keep_safe_wish, desk.house.vault, desk.house.queue, **desk.told(wish=wish, caseworker=ben)
    )
    private = desk.run(safe_times.set_private, **desk.told(private=True, caseworker=ben))

    assert (kept, private) == (Outcome.NOT_ALLOWED, Outcome.NOT_ALLOWED)
    assert desk.house.rows(select(SafeTimes)) == []


# A child and the sponsor at one phone.


@pytest.fixture
async def sponsors(desk: Desk) -> Desk:
    """A case of the sponsor, by WhatsApp of the number from which the child of `desk` writes; Ben has it."""
    house = desk.house
    conversation_id = await house.open_conversation(channel=Channel.WHATSAPP)
    role = update(Conversation).where(Conversation.id == conversation_id).values(role="sponsor")
    desk.run(lambda session: session.execute(role))
    return Desk(house, conversation_id, owner="ben")


async def test_the_sponsors_caseworker_neither_reads_nor_undoes_when_the_child_may_be_reached(
    desk: Desk, sponsors: Desk
) -> None:
    desk.keep(desk.hours_in(5), call_number="+1 202 555 0190", said_by="the girl")
    desk.reply("Para ella.")
    await desk.house.send_all()

    seen = sponsors.run(find_safe_wish, desk.house.vault, sponsors.conversation_id)
    sponsors.keep(None)
    await desk.house.send_all()

    kept = desk.run(find_safe_wish, desk.house.vault, desk.conversation_id)
    assert (seen, kept.said_by, kept.call_number) == (None, "the girl", "+1 202 555 0190")
    assert desk.bodies() == []


async def test_at_one_phone_a_text_waits_until_it_does_no_harm_to_either(desk: Desk, sponsors: Desk) -> None:
    now, vault = desk.house.clock(), desk.house.vault
    desk.keep(desk.hours_in(1, lasting=3))
    sponsors.keep(sponsors.hours_in(3, lasting=3))

    both = [one.run(find_next_hour, vault, one.conversation_id, now) for one in (desk, sponsors)]
    sponsors.keep(sponsors.hours_in(5, lasting=1))  # they never meet: it is looked again when the first begin
    never = desk.run(find_next_hour, vault, desk.conversation_id, now)

    assert [round((at - now).total_seconds() / HOUR_S) for at in both] == [3, 3]
    assert timedelta() < never - now < timedelta(days=1)


async def test_neutral_texts_for_the_child_are_not_switched_off_for_the_sponsor(desk: Desk, sponsors: Desk) -> None:
    desk.run(safe_times.set_private, **desk.told(private=True))

    off = sponsors.run(safe_times.set_private, **sponsors.told(private=False))

    assert off is Outcome.NOT_ALLOWED
    assert sponsors.run(summarise_of, sponsors).private


def summarise_of(session: Any, desk: Desk) -> Any:
    case = get_case_for(session, desk.house.vault, desk.ana, desk.case_id, now=desk.house.clock())
    assert case is not None
    return summarise(session, desk.house.vault, case)


# By SMS while WhatsApp is closed.


async def test_with_consent_a_reply_goes_by_sms_when_whatsapp_is_closed(closed: Desk) -> None:
    agreed = closed.agree()

    outcome = closed.reply("Por SMS.")
    await closed.house.send_all()

    (offer,) = closed.house.sender.offers
    assert (agreed, outcome) == (Outcome.DONE, ReplyOutcome.QUEUED)
    assert (offer.to, offer.sender, offer.body) == ("+12025550123", OURS, "Por SMS.")
    assert closed.texts()[-1].by_sms


async def test_without_consent_it_knocks_as_before(closed: Desk) -> None:
    outcome = closed.reply("Espera.")
    await closed.house.send_all()

    assert outcome is ReplyOutcome.OUTSIDE_WINDOW
    assert "Espera." not in closed.bodies()


async def test_while_the_window_is_open_a_reply_goes_by_whatsapp_all_the_same(house: House) -> None:
    desk = Desk(house, await house.open_conversation(channel=Channel.WHATSAPP))
    desk.agree()

    desk.reply("Por WhatsApp.")
    await desk.house.send_all()

    (offer,) = desk.house.sender.offers
    assert offer.to == "whatsapp:+12025550123"


async def test_what_waited_for_whatsapp_goes_by_sms_as_soon_as_they_agree(closed: Desk) -> None:
    closed.reply("Esperaba.")
    held = closed.run(_hold, closed.entry().id)
    closed.agree(OTHER)
    await closed.house.send_all()

    assert held
    assert [(offer.to, offer.body) for offer in closed.house.sender.offers] == [(OTHER, "Esperaba.")]


def _hold(session: Any, outbox_id: str) -> bool:
    held = {"status": "waiting", "reason": "window_closed"}
    session.execute(update(OutboxEntry).where(OutboxEntry.id == outbox_id).values(**held))
    return True


async def test_the_consent_is_a_record_of_who_when_and_how(closed: Desk) -> None:
    closed.agree()
    closed.run(sms_way.revoke, **closed.told())

    records = [(one.kind, one.act, one.source, one.wording) for one in closed.house.consents()]
    assert records == [
        ("sms_when_closed", "agreed", "caseworker", "asked_by_call"),
        ("sms_when_closed", "revoked", "caseworker", None),
    ]
    assert {"sms_agreed", "sms_revoked"} <= set(closed.house.case_events())


async def test_after_a_revocation_a_text_in_line_waits_for_whatsapp_again(closed: Desk) -> None:
    closed.agree()
    closed.reply("Ya no.")
    closed.run(sms_way.revoke, **closed.told())

    await closed.house.send_all()

    assert "Ya no." not in closed.bodies()


async def test_a_stop_by_sms_holds_for_the_texts_that_would_go_there(closed: Desk) -> None:
    closed.agree(OTHER)
    closed.reply("No llega.")
    await closed.house.hear("STOP", person=OTHER)

    await closed.house.send_all()

    assert "No llega." not in closed.bodies()
    assert closed.entry().reason == "stopped"


async def test_a_stop_on_whatsapp_holds_for_the_other_number_too(closed: Desk) -> None:
    closed.agree(OTHER)
    closed.reply("No llega.")
    closed.run(_stop, closed)

    await closed.house.send_all()

    assert "No llega." not in closed.bodies()


def _stop(session: Any, desk: Desk) -> None:
    known = get_address_of(session, desk.house.vault, desk.conversation_id)
    record_consent(
        session, known, Command.STOP, source="keyword", language="es", message_id=None, now=desk.house.clock()
    )


async def test_numbers_that_are_not_the_persons_to_give_are_refused(closed: Desk) -> None:
    await closed.house.hear("STOP", person=OTHER)

    said = [closed.agree(OTHER), closed.agree(OURS), closed.agree("+12025550178", sender=None)]

    assert said == [Refusal.STOPPED, Refusal.STAFF, Refusal.NO_SENDER]
    assert closed.house.rows(select(SmsWay)) == []


async def test_the_sponsors_number_is_no_way_to_the_child(closed: Desk) -> None:
    sponsors = await closed.house.open_conversation(person=OTHER)
    role = update(Conversation).where(Conversation.id == sponsors).values(role="sponsor")
    closed.run(lambda session: session.execute(role))

    assert closed.agree(OTHER) is Refusal.OTHER_SIDE


async def test_a_number_that_turns_out_to_be_the_sponsors_is_no_way_any_more_and_joins_no_case(closed: Desk) -> None:
    closed.agree(OTHER)
    by_sms = Conversation.id != closed.conversation_id, Conversation.sender == OURS
    role = update(Conversation).where(*by_sms).values(role="sponsor")
    closed.run(lambda session: session.execute(role))

    closed.reply("Para la joven.")
    answers = await closed.house.say("soy su tio, que le dijo?", Channel.SMS, person=OTHER)

    assert "Para la joven." not in closed.bodies()
    assert "soy su tio, que le dijo?" not in closed.said()
    assert answers  # nobody is left without an answer: for the sponsor there is no case


async def test_an_answer_by_sms_joins_the_case_and_the_bot_is_silent(closed: Desk) -> None:
    closed.agree(OTHER)
    closed.reply("Por SMS.")
    await closed.house.send_all()
    before = len(closed.bodies())

    closed.house.later(60)
    entry = await closed.house.hear("si, gracias", person=OTHER)
    await closed.house.send_all()

    assert entry.conversation_id != closed.conversation_id
    assert len(closed.bodies()) == before
    assert closed.said()[-1] == "si, gracias"
    assert closed.house.get(Case, closed.case_id).waiting_since is not None
    assert len(closed.house.cases()) == 1


async def test_danger_by_sms_gets_the_crisis_text_there_and_an_urgent_case_of_the_same_person(closed: Desk) -> None:
    closed.agree(OTHER)

    entry = await closed.house.hear("quiero morirme", person=OTHER)
    await closed.house.send_all()

    urgent = [case for case in closed.house.cases() if case.urgency == "page_now"]
    assert entry.decision == "crisis"
    assert {offer.to for offer in closed.house.sender.offers} == {OTHER}
    assert [case.conversation_id for case in urgent] == [closed.conversation_id]
    assert "quiero morirme" in closed.said()


async def test_a_text_of_the_bot_on_its_way_by_sms_is_dropped_once_the_case_is_somebodys(closed: Desk) -> None:
    closed.agree(OTHER)
    by_sms = closed.house.rows(select(Conversation.id).where(Conversation.id != closed.conversation_id))[0]

    outbox_id = closed.house.queue_text(by_sms)
    await closed.house.send_all()

    assert (closed.house.status(outbox_id), closed.bodies()) == ("dropped", [])


async def test_once_the_case_is_closed_the_bot_answers_by_sms_again(closed: Desk) -> None:
    closed.agree(OTHER)
    closed.run(transitions.close, **closed.told(outcome=Ending.HELPED))

    answers = await closed.house.say("menu", Channel.SMS, person=OTHER)

    assert answers
    assert "menu" not in closed.said()


async def test_who_is_forgotten_leaves_no_hours_and_no_way(closed: Desk) -> None:
    closed.keep(closed.hours_in(5))
    closed.agree(OTHER)
    closed.reply("No sale.")

    closed.run(order_erasure_of, closed.conversation_id, None, now=closed.house.clock())
    await closed.house.send_all()

    assert closed.house.rows(select(SafeTimes)) == closed.house.rows(select(SmsWay)) == []
    assert "No sale." not in closed.bodies()


# A closed case ends with its closing.


async def test_a_closed_case_shows_nothing_that_was_said_later(desk: Desk) -> None:
    await desk.house.hear("antes de cerrar")
    desk.run(transitions.close, **desk.told(outcome=Ending.HELPED))
    desk.house.later(60)

    await desk.house.hear("despues, a otra persona")

    assert "antes de cerrar" in desk.said()
    assert "despues, a otra persona" not in desk.said()
    assert desk.run(_last_words, desk) == "antes de cerrar"


async def test_opened_again_it_shows_all_of_it(desk: Desk) -> None:
    desk.run(transitions.close, **desk.told(outcome=Ending.HELPED))
    desk.house.later(60)
    await desk.house.hear("despues")

    desk.run(transitions.reopen, **desk.told())

    assert "despues" in desk.said()


def _last_words(session: Any, desk: Desk) -> str:
    words: str = summarise_of(session, desk).last_words
    return words


# The wall around a child, by every way on which the sponsor's caseworker might come.


async def test_the_sponsors_caseworker_finds_the_childs_safety_case_by_no_way(house: House) -> None:
    child = Desk(house, await house.open_conversation())
    safety = update(Case).where(Case.id == child.case_id).values(discipline="safety", topic="safety.abuse")
    child.run(lambda session: session.execute(safety))
    sponsors = await house.open_conversation(channel=Channel.WHATSAPP)  # the same number
    role = update(Conversation).where(Conversation.id == sponsors).values(role="sponsor")
    child.run(lambda session: session.execute(role))
    ben = add_worker(house, "ben", role=Role.SUPERVISOR, disciplines=["safety", "school"])
    his = Case(
        organisation_id=house.organisation_id, conversation_id=sponsors, code="Z9", topic="school.enroll",
        discipline="school", urgency="normal", reason="request", status="claimed", owner_id=ben.id,
        opened_at=house.clock(),
    )  # fmt: skip
    child.run(lambda session: session.add(his))

    key = house.vault.fingerprint(PERSON)
    found = child.run(queues.list_queue, ben, Queue.ALL, filters=Filters(number_key=key), now=house.clock())
    opened = child.run(get_case_for, house.vault, ben, child.case_id, now=house.clock())
    added = child.run(members.add_member, **child.told(member=ben, discipline="safety"))
    offered = child.run(transitions.offer_transfer, **child.told(to=ben))

    assert [line.code for line in found.lines] == ["Z9"]
    assert (opened, added, offered) == (None, Outcome.NOT_ALLOWED, Outcome.NOT_ALLOWED)
