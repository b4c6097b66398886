"""What the carrier reports later: forward only, and what did not arrive is looked at."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from conversation.messages import Channel, DeliveryStatus
from store.tables import Address, InboxEntry, OutboxEntry
from tests.house import House


async def sent_text(house: House) -> OutboxEntry:
    outbox_id = house.queue_text(await house.open_conversation())
    await house.send(outbox_id)
    entry: OutboxEntry = house.get(OutboxEntry, outbox_id)
    return entry


@pytest.mark.parametrize("status", [DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED])
@pytest.mark.parametrize("code", [None, 30003, 30007, 12345])
async def test_what_did_not_arrive_comes_before_a_person_once(
    house: House, status: DeliveryStatus, code: int | None
) -> None:
    entry = await sent_text(house)

    recorded = [await house.report(entry.provider_message_id, status, error_code=code) for _ in range(2)]

    assert recorded == [True, False]
    assert [(case.topic, case.reason) for case in house.cases()] == [("system.delivery", status.value)]
    assert house.case_events() == ["opened"]
    assert house.get(OutboxEntry, entry.id).error_code == code


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
