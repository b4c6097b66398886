"""Texts on their way: forward only, settled by callbacks, stopped when they must be."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from conversation.messages import Author, Channel, DeliveryReport, DeliveryStatus
from conversation.one_voice import is_crisis
from store import lines, outbox
from store.outbox import Letter
from store.tables import Conversation, OutboxEntry
from tests.house import PERSON, House

SID, OTHER_SID = "SM" + "a" * 32, "SM" + "b" * 32
CALLBACKS = [status for status in DeliveryStatus if status.rank >= DeliveryStatus.ACCEPTED.rank]


def letter(house: House, outbox_id: str) -> Letter:
    found = house.database.run_sync(lambda session: outbox.find_letter(session, house.vault, outbox_id))
    assert found is not None
    return found


def drop_reason(house: House, outbox_id: str) -> str | None:
    return letter(house, outbox_id).reason_to_drop()


def record(house: House, **report: object) -> str | None:
    values = {"provider": "twilio", "provider_message_id": SID, "outbox_id": None, **report}
    return house.database.run_sync(
        lambda session: outbox.record_report(session, DeliveryReport(**values), now=house.clock())  # type: ignore[arg-type]
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(CALLBACKS), max_size=8))
async def test_whatever_the_order_of_callbacks_the_status_never_goes_back(
    house: House, statuses: list[DeliveryStatus]
) -> None:
    outbox_id = house.queue_text(
        (await house.hear("hola", person=f"+1202555{house.received % 100:04}")).conversation_id
    )

    seen = [DeliveryStatus(house.status(outbox_id))]
    for status in statuses:
        record(house, outbox_id=outbox_id, status=status)
        seen.append(DeliveryStatus(house.status(outbox_id)))

    assert [one.rank for one in seen] == sorted(one.rank for one in seen)
    assert seen[-1].rank == max([0, *(one.rank for one in statuses)])


async def test_a_callback_for_another_carrier_message_is_not_obeyed(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    record(house, outbox_id=outbox_id, status=DeliveryStatus.SENT)

    changed = record(house, outbox_id=outbox_id, status=DeliveryStatus.FAILED, provider_message_id=OTHER_SID)

    assert changed is None
    assert house.status(outbox_id) == "sent"


async def test_a_callback_without_our_id_is_known_by_the_carriers(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    record(house, outbox_id=outbox_id, status=DeliveryStatus.ACCEPTED)

    assert record(house, status=DeliveryStatus.DELIVERED) == outbox_id
    assert house.status(outbox_id) == "delivered"


@pytest.mark.parametrize(
    "report",
    [
        {"outbox_id": "0" * 32},
        {"outbox_id": None, "provider_message_id": OTHER_SID},
        {"outbox_id": "known", "provider": "another"},
    ],
    ids=["our id is unknown", "the carrier's id is unknown", "another carrier"],
)
async def test_a_report_of_nothing_we_sent_changes_nothing(house: House, report: dict[str, str]) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    ours = {"outbox_id": outbox_id} if report["outbox_id"] == "known" else {}

    assert record(house, status=DeliveryStatus.DELIVERED, **{**report, **ours}) is None
    assert house.status(outbox_id) == "queued"


async def test_a_late_step_back_still_tells_the_carriers_id(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.database.run_sync(lambda session: session.execute(update(OutboxEntry).values(status="failed")))

    changed = record(house, outbox_id=outbox_id, status=DeliveryStatus.SENT)

    assert changed is None
    entry = house.get(OutboxEntry, outbox_id)
    assert (entry.status, entry.provider_message_id) == ("failed", SID)


async def test_an_entry_that_somebody_else_moved_is_not_changed(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    as_read = letter(house, outbox_id)

    changed = [
        house.database.run_sync(lambda session: outbox.change(session, as_read, now=house.clock(), status="sending"))
        for _ in range(2)
    ]

    assert changed == [True, False]


async def test_no_letter_shows_words_or_number(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation(), body="canario")

    shown = repr(letter(house, outbox_id)) + repr(outbox.Part("canario", 1))

    assert "canario" not in shown
    assert PERSON not in shown


@pytest.mark.parametrize(
    ("answer", "author", "reason"),
    [
        ("school.vaccines", Author.BOT, "stopped"),
        ("system.handoff", Author.SYSTEM, "stopped"),
        ("system.started", Author.SYSTEM, "stopped"),
        (None, Author.CASEWORKER, "stopped"),
        ("system.stopped", Author.SYSTEM, None),
        ("system.help", Author.SYSTEM, None),
        ("safety.suicide", Author.SYSTEM, None),
        ("system.crisis", Author.SYSTEM, None),
        ("system.last_resort", Author.SYSTEM, None),
    ],
)
async def test_after_a_stop_only_crisis_and_confirmation_go(
    house: House, answer: str | None, author: Author, reason: str | None
) -> None:
    outbox_id = house.queue_text(await house.open_conversation(), answer=answer, author=author)

    await house.receive("STOP", channel=Channel.WHATSAPP)

    assert drop_reason(house, outbox_id) == reason


@pytest.mark.parametrize(
    ("answer", "author", "reason"),
    [
        ("school.vaccines", Author.BOT, "claimed"),
        ("system.choose", Author.SYSTEM, "claimed"),
        ("system.first_notice", Author.SYSTEM, "claimed"),
        ("system.not_understood", Author.SYSTEM, "claimed"),
        (None, Author.CASEWORKER, None),
        ("system.stopped", Author.SYSTEM, None),
        ("system.started", Author.SYSTEM, None),
        ("system.language_changed", Author.SYSTEM, None),
        ("safety.suicide", Author.SYSTEM, None),
    ],
)
async def test_after_a_claim_the_bot_is_silent(
    house: House, answer: str | None, author: Author, reason: str | None
) -> None:
    conversation_id = (await house.hear("PERSON")).conversation_id
    outbox_id = house.queue_text(conversation_id, answer=answer, author=author)

    house.claim(conversation_id)

    assert drop_reason(house, outbox_id) == reason


async def test_whatsapp_is_open_for_a_day_after_the_last_message_to_the_same_number_of_ours(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation(channel=Channel.WHATSAPP))
    house.later(23 * 3600)
    open_still = not letter(house, outbox_id).is_outside_window(house.clock())
    house.later(3600)

    assert open_still
    assert letter(house, outbox_id).is_outside_window(house.clock())


async def test_a_message_to_another_number_of_ours_does_not_open_whatsapp(house: House) -> None:
    conversation_id = await house.open_conversation(channel=Channel.WHATSAPP)
    outbox_id = house.queue_text(conversation_id)
    house.later(25 * 3600)

    house.database.run_sync(
        lambda session: session.execute(
            update(Conversation).where(Conversation.id != conversation_id).values(last_inbound_at=house.clock())
        )
    )
    await house.receive("hola", recipient=outbox.Address(Channel.WHATSAPP, "+12025550199"), channel=Channel.WHATSAPP)

    assert letter(house, outbox_id).is_outside_window(house.clock())


async def test_sms_knows_no_window(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())

    house.later(30 * 24 * 3600)

    assert not letter(house, outbox_id).is_outside_window(house.clock())


async def test_what_overtakes_stands_in_a_line_of_its_own(house: House) -> None:
    conversation_id = await house.open_conversation()

    house.queue_text(conversation_id)
    house.queue_text(conversation_id, overtakes=True)

    assert [work.line for work in house.queue.of("send")] == [conversation_id, conversation_id + "!"]


@pytest.mark.parametrize("status", list(DeliveryStatus))
async def test_due_are_only_texts_that_wait_for_the_sweep(house: House, status: DeliveryStatus) -> None:
    house.queue_text(await house.open_conversation())
    house.queue.pieces.clear()
    values = {"status": status, "due_at": house.clock(), "attempt": 2, "checks": 1}
    house.database.run_sync(lambda session: session.execute(update(OutboxEntry).values(values)))

    due = house.database.run_sync(lambda session: lines.find_due(session, house.clock()))

    assert bool(due) == (status in (DeliveryStatus.WAITING, DeliveryStatus.SENDING))
    assert {turn for *_, turn in due} <= {20001}


async def test_texts_nobody_has_touched_for_long_are_brought_back(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    before = house.later(600)

    stranded = house.database.run_sync(lambda session: lines.find_stranded(session, before))

    assert [found for found, *_ in stranded] == [outbox_id]
    assert (
        house.database.run_sync(lambda session: lines.find_stranded(session, house.clock.now.replace(year=2020))) == []
    )


async def test_what_the_simulator_may_show_holds_no_words(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation(), body="canario")

    details = house.database.run_sync(lambda session: outbox.find_details(session, outbox_id))
    unknown = house.database.run_sync(lambda session: outbox.find_details(session, "0" * 32))

    assert details == {"answer": "school.vaccines", "language": "es", "draft": True, "author": "bot", "segments": 1}
    assert unknown is None


@pytest.mark.parametrize(("ahead", "is_due"), [(timedelta(hours=1), False), (timedelta(hours=5), True)])
async def test_what_is_due_later_than_any_wait_of_ours_was_noted_by_a_wrong_clock(
    house: House, ahead: timedelta, is_due: bool
) -> None:
    house.queue_text(await house.open_conversation())
    values = {"status": DeliveryStatus.WAITING, "due_at": house.clock() + ahead}
    house.database.run_sync(lambda session: session.execute(update(OutboxEntry).values(values)))

    due = house.database.run_sync(lambda session: lines.find_due(session, house.clock()))

    assert bool(due) is is_due


@pytest.mark.parametrize(
    ("answer", "crisis"),
    [
        ("safety.suicide", True),
        ("sponsor.child_missing", True),
        ("rights.child_detained", True),
        ("system.crisis", True),
        ("safety.scam", False),
        ("safety.work_exploitation", False),
        ("school.vaccines", False),
        (None, False),
    ],
)
def test_the_texts_for_which_somebody_is_paged_are_the_crisis_texts(answer: str | None, crisis: bool) -> None:
    assert is_crisis(answer) is crisis
