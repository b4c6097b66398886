"""What the carrier reports later: forward only, and what did not arrive is looked at."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from conversation.messages import Author, Channel, DeliveryStatus
from store.tables import Address, InboxEntry, OutboxEntry
from tests.house import House


async def sent_text(house: House) -> OutboxEntry:
    outbox_id = house.queue_text(await house.open_conversation())
    await house.send(outbox_id)
    entry: OutboxEntry = house.get(OutboxEntry, outbox_id)
    return entry


@pytest.mark.parametrize("status", [DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED])
@pytest.mark.parametrize("code", [None, 30005, 30007, 12345])
async def test_what_did_not_arrive_comes_before_a_person_once(
    house: House, status: DeliveryStatus, code: int | None
) -> None:
    entry = await sent_text(house)

    recorded = [await house.report(entry.provider_message_id, status, error_code=code) for _ in range(2)]

    assert recorded == [True, False]
    assert [(case.topic, case.reason) for case in house.cases()] == [("system.delivery", status.value)]
    assert house.case_events() == ["opened"]
    assert house.get(OutboxEntry, entry.id).error_code == code


@pytest.mark.parametrize(("code", "wait_s"), [(30003, 3600), (30008, 300)], ids=["phone off", "unknown error"])
async def test_what_may_arrive_later_goes_once_more_and_then_comes_before_a_person(
    house: House, code: int, wait_s: float
) -> None:
    entry = await sent_text(house)
    for _ in range(2):  # a callback comes twice
        await house.report(entry.provider_message_id, DeliveryStatus.UNDELIVERED, error_code=code)
    again = house.outbox()[-1]
    asked = len(house.cases())

    early = await house.send(again.id)
    house.later(wait_s)
    await house.send(again.id)
    second = house.get(OutboxEntry, again.id)
    await house.report(second.provider_message_id, DeliveryStatus.UNDELIVERED, error_code=code)

    assert (asked, early, again.message_id) == (0, None, entry.message_id)
    assert len({offer.sid for offer in house.sender.texts}) == 2
    assert [case.reason for case in house.cases()] == ["undelivered"]


async def test_a_text_that_goes_once_more_holds_nobody_up(house: House) -> None:
    entry = await sent_text(house)
    await house.report(entry.provider_message_id, DeliveryStatus.UNDELIVERED, error_code=30003)

    newer = house.queue_text(entry.conversation_id)
    await house.send(newer)

    assert house.status(newer) == "accepted"


async def test_an_answer_of_before_does_not_come_after_the_conversation_went_on(house: House) -> None:
    entry = await sent_text(house)
    await house.report(entry.provider_message_id, DeliveryStatus.UNDELIVERED, error_code=30003)
    again = house.outbox()[-1]

    house.later(60)
    await house.receive("¿Hola?")
    house.later(3600)
    await house.send(again.id)

    assert (house.status(again.id), house.get(OutboxEntry, again.id).reason) == ("dropped", "conversation_went_on")
    assert [case.reason for case in house.cases()] == ["conversation_went_on"]


async def test_a_crisis_text_that_did_not_arrive_goes_once_more_and_comes_before_a_person_at_once(house: House) -> None:
    crisis = {"answer": "safety.suicide", "author": Author.SYSTEM, "overtakes": True}
    outbox_id = house.queue_text(await house.open_conversation(), **crisis)
    await house.send(outbox_id)

    sid = house.get(OutboxEntry, outbox_id).provider_message_id
    await house.report(sid, DeliveryStatus.UNDELIVERED, error_code=30003)

    assert house.outbox()[-1].status == "waiting"
    assert [case.reason for case in house.cases()] == ["undelivered"]


async def test_what_could_go_only_tomorrow_is_for_a_person(house: House) -> None:
    entry = await sent_text(house)

    await house.report(entry.provider_message_id, DeliveryStatus.UNDELIVERED, error_code=30023)

    assert house.outbox()[-1].id == entry.id
    assert [case.reason for case in house.cases()] == ["undelivered"]


async def test_what_arrived_opens_nothing(house: House) -> None:
    entry = await sent_text(house)

    for status in (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ):
        assert await house.report(entry.provider_message_id, status)

    assert house.cases() == []


@pytest.mark.parametrize("code", [21610, 63033])
async def test_a_stop_reported_late_becomes_ours_on_every_channel(house: House, code: int) -> None:
    entry = await sent_text(house)
    await house.receive("hola", channel=Channel.WHATSAPP)

    await house.report(entry.provider_message_id, DeliveryStatus.FAILED, error_code=code)

    assert all(row.stopped_at is not None for row in house.rows(select(Address)))
    assert [(act.act, act.source) for act in house.consents()] == [("stopped", "carrier")]
    assert house.cases() == []


async def test_a_report_nobody_knows_changes_nothing(house: House) -> None:
    assert not await house.report("SM" + "0" * 32, DeliveryStatus.FAILED, outbox_id="0" * 32)
    assert house.cases() == []


async def test_a_message_that_another_process_stored_in_the_same_moment_is_there_already(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = house.message("hola")
    door = house.inbox

    async def beaten_once(fn: object) -> bool:
        monkeypatch.undo()
        await house.inbox.accept(message)
        raise IntegrityError("INSERT", {}, Exception("unique"))

    monkeypatch.setattr(house.database, "run", beaten_once)
    accepted = await door.accept(message)

    assert not accepted
    assert len(house.rows(select(InboxEntry))) == 1


async def test_a_row_that_can_never_be_written_is_not_tried_for_ever(house: House) -> None:
    tries = 0

    async def refuse(fn: object) -> bool:
        nonlocal tries
        tries += 1
        raise IntegrityError("INSERT", {}, Exception("unique"))

    house.database.run = refuse  # type: ignore[method-assign,assignment]
    with pytest.raises(IntegrityError):
        await house.inbox.accept(house.message("hola"))

    assert tries == 3
