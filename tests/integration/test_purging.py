"""What expires and what stays, on both databases; and what the carrier is asked to take away."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from conversation.messages import Attachment, DeliveryStatus, MessageKind
from conversation.ports import Gone, Refused, RetryLater
from service.care.erasing import LONGEST_PAUSE_S, MOST_ATTEMPTS
from store.forgetting import carrier_erasure, expiry
from store.forgetting.carrier_erasure import DELETE_MEDIA, DELETE_MESSAGE, REDACT, Waiting
from store.forgetting.periods import AUDIT_DAYS, ORDERS_DAYS, WISHES_DAYS
from store.tables import AuditEntry, CarrierErasure, Case, InboxEntry, Message, WorkerLease
from tests.care import Care

pytest_plugins = ["tests.care_fixtures"]

CONTENT = {"message", "inbox", "outbox", "conversation", "address", "open_question", "consent"}


async def answered(care: Care, words: str = "Hola", **more: Any) -> InboxEntry:
    """Let a person write and be answered."""
    care.later(seconds=1)
    entry = await care.house.hear(words, **more)
    await care.house.send_all()
    for offer in care.house.sender.texts:
        await care.house.report(offer.sid, DeliveryStatus.DELIVERED)
    return entry


def close_cases(care: Care) -> None:
    closed = update(Case).values(status="closed", closed_at=care.house.clock())
    care.house.database.run_sync(lambda session: session.execute(closed))


async def test_a_quiet_conversation_goes_with_all_that_belongs_to_it(care: Care) -> None:
    await answered(care)
    await answered(care, "STOP")
    care.later(days=91)

    counts = await care.purger.purge()

    assert CONTENT & set(care.count()) == set()
    assert counts["message"] >= 3
    assert (counts["conversation"], counts["address"]) == (1, 1)
    assert care.count()["ledger_entry"] == 1


async def test_a_conversation_that_goes_on_keeps_its_younger_half(care: Care) -> None:
    care.house.bot.answers = {"uno": "school.vaccines", "dos": "school.vaccines"}
    await answered(care, "uno")
    care.later(days=60)
    await answered(care, "dos")
    care.later(days=60)

    await care.purger.purge()

    bodies = [care.house.vault.open(row.body_sealed, "message.body") for row in care.house.rows(select(Message))]
    assert ("uno" in bodies, "dos" in bodies) == (False, True)
    assert care.count()["address"] == 1


async def test_nothing_of_an_open_case_expires(care: Care) -> None:
    await answered(care, "PERSONA")
    before = care.count()
    care.later(days=400)

    await care.purger.purge()

    assert {table: care.count()[table] for table in CONTENT} == {table: before[table] for table in CONTENT}


async def test_a_closed_case_keeps_its_conversation_for_its_own_time_and_leaves_a_shell(care: Care) -> None:
    await answered(care, "PERSONA")
    close_cases(care)
    care.later(days=179)
    await care.purger.purge()
    kept = care.count()["message"]

    care.later(days=2)
    await care.purger.purge()

    (case,) = care.house.cases()
    assert kept > 0
    assert CONTENT & set(care.count()) == set()
    assert (case.code, case.urgency, case.topic, case.conversation_id) == ("A1", "normal", "expired", None)


async def test_an_undecided_message_never_expires(care: Care) -> None:
    await care.house.receive("Hola")
    care.later(days=400)

    await care.purger.purge()

    assert (care.count()["message"], care.count()["inbox"], care.count()["address"]) == (1, 1, 1)


async def test_a_dry_run_counts_and_deletes_nothing(care: Care) -> None:
    await answered(care)
    care.later(days=91)
    before = care.count()

    counted = await care.purger.count()

    assert care.count() == before
    assert +counted == +await care.purger.purge()


async def test_more_than_one_step_can_take_goes_in_steps(care: Care, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "WINDOW", 3)
    for person in range(180, 190):
        await answered(care, person=f"+12025550{person}")
    transactions: list[int] = []
    step = expiry.delete_messages
    monkeypatch.setattr(expiry, "delete_messages", lambda session, ids: transactions.append(step(session, ids)))
    care.later(days=91)

    await care.purger.purge()

    assert CONTENT & set(care.count()) == set()
    assert len(transactions) > 5
    assert max(transactions) <= 6


async def test_a_webhook_is_taken_while_a_purge_goes_on(care: Care, monkeypatch: pytest.MonkeyPatch) -> None:
    await answered(care)
    care.later(days=91)
    taken: list[bool] = []

    async def write(_: float) -> None:
        if not taken:
            taken.append(await care.house.inbox.accept(care.house.message("Hola de nuevo")))

    monkeypatch.setattr("service.care.purging.asyncio.sleep", write)
    await care.purger.purge()

    assert taken == [True]
    assert (care.count()["message"], care.count()["conversation"]) == (1, 1)


async def test_records_go_when_their_own_time_is_over(care: Care) -> None:
    house, now = care.house, care.house.clock()
    await house.hear("STOP")
    care.erase_by_operator()
    await care.sweep()
    lease = insert(WorkerLease).values(executor_id="worker-9", seen_at=now)
    house.database.run_sync(lambda session: session.execute(lease))
    left = []
    for days in (ORDERS_DAYS + 1, 90, WISHES_DAYS - 200, 200):
        care.later(days=days)
        await care.purger.purge()
        left.append(set(care.count()))

    assert "worker_lease" not in left[0]
    assert left[0] >= {"carrier_erasure", "ledger_entry", "audit_entry"}
    assert "erasure" not in left[0]
    assert "carrier_erasure" not in left[1]
    assert left[2] >= {"ledger_entry", "audit_entry"}
    assert left[3] == {"organisation"}
    assert WISHES_DAYS == AUDIT_DAYS


async def redact_delivered(care: Care) -> Counter[str]:
    await care.eraser.queue_delivered()
    await care.eraser.erase_at_carrier()
    return Counter(act for act, _ in care.records.asked)


async def test_text_is_redacted_at_the_carrier_when_it_is_settled_and_not_before(care: Care) -> None:
    await answered(care)
    texts = len(care.house.sender.texts)

    at_once = await redact_delivered(care)
    care.later(hours=2)
    outgoing = await redact_delivered(care)
    care.later(hours=5)
    both = await redact_delivered(care)
    again = await redact_delivered(care)

    assert at_once == Counter()
    assert outgoing == Counter({REDACT: texts})
    assert both == again == Counter({REDACT: texts + 1})


async def test_what_never_reached_the_carrier_and_what_waits_is_not_redacted(care: Care) -> None:
    entry = await answered(care)
    care.house.queue_text(entry.conversation_id)
    known = {offer.sid for offer in care.house.sender.texts}
    undecided = await care.house.receive("¿Y?")
    care.later(days=2)

    await redact_delivered(care)

    sid = care.house.get(InboxEntry, undecided).provider_message_id
    assert {one for _, one in care.records.asked} & {sid, None} == set()
    assert {one for _, one in care.records.asked} >= known


async def test_a_text_whose_end_is_never_reported_is_redacted_after_a_day(care: Care) -> None:
    care.later(seconds=1)
    await care.house.hear("Hola")
    await care.house.send_all()
    care.later(hours=5)
    early = await redact_delivered(care)

    care.later(days=1)

    assert early == Counter()
    assert (await redact_delivered(care))[REDACT] == len(care.house.sender.texts) + 1


async def test_files_stay_at_the_carrier_while_a_case_is_open(care: Care) -> None:
    file = Attachment("https://api.twilio.com/1", "image/jpeg")
    await answered(care, "", kind=MessageKind.IMAGE, attachments=(file,))
    care.later(days=1)
    while_open = await redact_delivered(care)

    close_cases(care)

    assert while_open[DELETE_MEDIA] == 0
    assert (await redact_delivered(care))[DELETE_MEDIA] == 1


async def test_the_carrier_is_asked_again_with_growing_pauses(care: Care) -> None:
    await care.house.receive("Hola")
    care.erase_by_operator()
    care.records.script = [RetryLater(20009, 600.0), RetryLater(20009, 600.0)]
    await care.sweep()
    await care.sweep()
    early = len(care.records.asked)
    for _ in range(2):
        care.later(seconds=601)
        await care.sweep()

    (row,) = care.house.rows(select(CarrierErasure))
    assert early == 1
    assert (row.status, row.attempts, len(care.records.asked)) == ("done", 3, 3)


@pytest.mark.parametrize("outcome", [Refused(20003, operator=True), RetryLater(20500, 1.0)])
async def test_a_carrier_that_does_not_erase_is_given_up_visibly(care: Care, outcome: Any) -> None:
    await care.house.receive("Hola")
    care.erase_by_operator()
    care.records.script = [outcome] * MOST_ATTEMPTS
    for _ in range(MOST_ATTEMPTS):
        await care.sweep()
        care.later(seconds=LONGEST_PAUSE_S)

    (row,) = care.house.rows(select(CarrierErasure))
    given_up = select(AuditEntry.subject_id).where(AuditEntry.act == "carrier_erasure_given_up")
    assert (row.status, row.error_code) == ("given_up", outcome.code)
    assert care.house.rows(given_up) == [row.id]
    assert care.house.database.run_sync(carrier_erasure.count_waiting) == Waiting(waiting=0, given_up=1)


async def test_what_the_carrier_has_not_got_any_more_is_done(care: Care) -> None:
    await care.house.receive("Hola")
    care.erase_by_operator()
    care.records.script = [Gone()]

    await care.sweep()

    assert care.house.rows(select(CarrierErasure.status)) == ["done"]


async def test_who_is_to_be_deleted_is_not_redacted_first(care: Care) -> None:
    await answered(care)
    care.later(hours=7)
    await care.eraser.queue_delivered()
    care.erase_by_operator()

    await care.sweep()

    assert {act for act, _ in care.records.asked} == {DELETE_MESSAGE}
