"""Forgetting a person, on both databases: what goes, what stays, and that nothing stops it half-way."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from conversation.messages import Address, Channel, DeliveryStatus
from conversation.ports import RetryLater
from store.forgetting import carrier_erasure, erasure, ledger
from store.forgetting.ledger_entries import ERASED
from store.tables import (
    AuditEntry,
    CaseEvent,
    Conversation,
    Erasure,
    InboxEntry,
    LedgerEntry,
    Message,
    Person,
    PersonAddress,
)
from store.tables.base import new_id
from tests.care import Care
from tests.house import PERSON

# of a forgotten person: shells of cases, and records of the erasing itself
RECORDS = {"case_file", "case_event", "ledger_entry", "erasure", "carrier_erasure", "audit_entry"}
RECORDS |= {"organisation", "sender_bucket"}
pytest_plugins = ["tests.care_fixtures"]


async def live(care: Care) -> str:
    """Let a person write by SMS and WhatsApp, be answered, ask for a person; return the conversation by SMS."""
    house = care.house
    first = await hear(care, "Hola, ¿qué vacunas pide la escuela?")
    await hear(care, "PERSONA")
    await hear(care, "Hola", channel=Channel.WHATSAPP)
    await house.send_all()
    values = {"bot_session_id": "s-1", "bot_session_started_at": house.clock()}
    remember = update(Conversation).where(Conversation.id == first.conversation_id).values(values)
    house.database.run_sync(lambda session: session.execute(remember))
    add_person(care, first.conversation_id)
    return first.conversation_id


async def hear(care: Care, words: str, **more: Any) -> InboxEntry:
    """Take a message in and decide it, a second after the one before."""
    care.later(seconds=1)
    return await care.house.hear(words, **more)


def add_person(care: Care, conversation_id: str) -> None:
    person_id, now, vault = new_id(), care.house.clock(), care.house.vault
    address_id = care.house.get(Conversation, conversation_id).address_id

    def add(session: Any) -> None:
        name = vault.seal("Ana", "person.name")
        values = {"id": person_id, "organisation_id": care.house.organisation_id, "name_sealed": name}
        session.execute(insert(Person).values(**values, created_at=now))
        session.execute(
            insert(PersonAddress).values(id=new_id(), person_id=person_id, address_id=address_id, since=now)
        )

    care.house.database.run_sync(add)


async def test_all_of_a_person_goes_once_the_confirmation_is_out(care: Care) -> None:
    conversation_id = await live(care)
    await care.erase_by_text(conversation_id)

    await care.sweep()
    before = care.house.get(Conversation, conversation_id), len(care.records.asked)
    await care.house.send_all()
    await care.sweep()

    assert before[0] is not None
    assert care.house.sender.texts[-1].body == "Borrado."
    assert set(care.count()) <= RECORDS
    assert "s-1" in care.bot.forgotten


async def test_the_carrier_is_asked_to_delete_every_message_in_both_directions(care: Care) -> None:
    conversation_id = await live(care)
    await care.erase_by_text(conversation_id)
    await care.house.send_all()
    for _ in range(3):
        await care.sweep()

    sent = {offer.sid for offer in care.house.sender.texts}
    received = {f"SM{number:032x}" for number in range(1, care.house.received + 1)}

    assert set(care.records.asked) == {("delete_message", sid) for sid in sent | received}
    assert len(care.records.asked) == len(set(care.records.asked))


async def test_a_case_is_left_as_a_shell_that_leads_to_nobody(care: Care) -> None:
    await live(care)
    (before,) = care.house.cases()
    note = update(CaseEvent).values(note_sealed=care.house.vault.seal("Vive con su tía", "case_event.note"))
    care.house.database.run_sync(lambda session: session.execute(note))

    care.erase_by_operator()
    await care.sweep()

    (case,) = care.house.cases()
    events = care.house.rows(select(CaseEvent))
    assert (case.code, case.urgency, case.opened_at) == (before.code, before.urgency, before.opened_at)
    assert (case.status, case.topic, case.reason) == ("closed", "erased", "erased")
    assert (case.conversation_id, case.language, case.state, case.page_due_at) == (None, None, None, None)
    assert [(one.note_sealed, one.details, one.message_id) for one in events] == [(None, None, None)] * len(events)


async def test_unsent_texts_are_dropped_and_the_confirmation_alone_goes(care: Care) -> None:
    conversation_id = await live(care)
    sent = len(care.house.sender.texts)
    for answer in ("school.vaccines", None):
        care.house.queue_text(conversation_id, answer=answer)

    await care.erase_by_text(conversation_id)
    await care.house.send_all()

    assert [offer.body for offer in care.house.sender.texts[sent:]] == ["Borrado."]


async def test_a_text_in_the_hands_of_the_carrier_is_deleted_there_once_it_is_settled(care: Care) -> None:
    conversation_id = await live(care)
    outbox_id = care.house.queue_text(conversation_id)

    async def erase_meanwhile(_: Any) -> None:
        care.house.sender.meanwhile = None
        care.erase_by_operator()
        await care.sweep()

    care.house.sender.meanwhile = erase_meanwhile
    await care.house.send(outbox_id)
    await care.sweep()
    await care.sweep()

    assert ("delete_message", care.house.sender.texts[-1].sid) in care.records.asked
    assert set(care.count()) <= RECORDS


async def test_a_text_that_was_turned_away_meanwhile_is_not_sent_any_more(care: Care) -> None:
    conversation_id = await live(care)
    outbox_id = care.house.queue_text(conversation_id)

    async def erase_meanwhile(_: Any) -> None:
        care.erase_by_operator()

    care.house.sender.meanwhile, care.house.sender.script = erase_meanwhile, [RetryLater(20429, 1.0)]
    await care.house.send(outbox_id)
    care.later(minutes=5)
    care.house.sender.meanwhile, sent = None, len(care.house.sender.texts)
    await care.house.send(outbox_id)
    await care.sweep()

    assert len(care.house.sender.texts) == sent
    assert set(care.count()) <= RECORDS


async def test_a_confirmation_that_never_leaves_is_deleted_after_a_day(care: Care) -> None:
    await care.erase_by_text(await live(care))
    await care.sweep()
    kept = care.count()["message"]

    care.later(hours=25)
    await care.sweep()

    assert kept == 1
    assert set(care.count()) <= RECORDS


async def test_a_message_that_came_before_the_decision_is_answered_by_one_who_remembers_nothing(care: Care) -> None:
    conversation_id = await live(care)
    house = care.house
    inbox_id = await house.receive("me quiero matar")
    await care.erase_by_text(conversation_id)

    await care.sweep()
    await house.decider.decide(inbox_id)
    await house.send_all()
    await care.sweep()

    danger = next(case for case in house.cases() if case.status != "closed")
    bodies = [house.vault.open(row.body_sealed, "message.body") for row in house.rows(select(Message))]
    assert (danger.urgency, danger.conversation_id) == ("page_now", conversation_id)
    assert "me quiero matar" in bodies
    assert not {"PERSONA", "1", "Borrado."} & set(bodies)
    assert house.get(Conversation, conversation_id) is not None


async def test_who_writes_again_is_new_here(care: Care) -> None:
    conversation_id = await live(care)
    care.erase_by_operator()
    await care.sweep()

    entry = await hear(care, "Hola")

    assert entry.conversation_id != conversation_id
    assert care.count()["message"] > 1


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
async def test_a_stop_outlives_the_erasing(care: Care, channel: Channel) -> None:
    await live(care)
    await hear(care, "STOP")
    care.erase_by_operator()
    await care.sweep()
    gone = care.count()["address"]

    entry = await hear(care, "¿Qué vacunas pide la escuela?", channel=channel)
    await care.house.send_all()

    assert gone == 0
    assert entry.decision == "silent"
    assert [one for one in care.house.outbox() if one.status != DeliveryStatus.DROPPED] == []


async def test_a_stop_outlives_the_erasing_of_one_who_comes_back_with_a_hidden_number(care: Care) -> None:
    hidden = "US.1000000000000001"
    await hear(care, "STOP", person=hidden, channel=Channel.WHATSAPP)
    care.erase_by_operator(hidden)
    await care.sweep()

    alias = Address(Channel.WHATSAPP, PERSON)
    entry = await hear(care, "Hola", person=hidden, channel=Channel.WHATSAPP, alias=alias)

    assert entry.decision == "silent"


async def test_a_start_ends_the_stop_of_one_who_was_erased(care: Care) -> None:
    await hear(care, "STOP")
    care.erase_by_operator()
    await care.sweep()

    await hear(care, "START")
    entry = await hear(care, "Hola")

    assert entry.decision != "silent"


async def test_a_late_webhook_of_an_erased_message_changes_nothing(care: Care) -> None:
    message = care.house.message("Hola")
    await care.house.inbox.accept(message)
    care.erase_by_operator()
    await care.sweep()

    accepted = await care.house.inbox.accept(replace(message, received_at=care.house.later(60)))

    assert accepted is False
    assert set(care.count()) <= RECORDS


async def test_a_message_that_comes_while_the_last_of_a_person_goes_is_kept(care: Care) -> None:
    for _ in range(8):
        await hear(care, "Hola")
        care.erase_by_operator()
        late = [care.house.message(words) for words in ("¿Están", "ahí?")]
        sweep = care.eraser.carry_out_orders()

        taken = await asyncio.gather(care.house.inbox.accept(late[0]), sweep, care.house.inbox.accept(late[1]))

        waiting = select(InboxEntry.provider_message_id).where(InboxEntry.status == "new")
        assert (taken[0], taken[2]) == (True, True)
        assert set(care.house.rows(waiting)) == {message.provider_message_id for message in late}


async def test_another_person_loses_nothing(care: Care) -> None:
    await live(care)
    other = await hear(care, "Hola", person="+12025550187")
    await care.house.send_all()
    of_other = select(Message.id).where(Message.conversation_id == other.conversation_id)
    before = set(care.house.rows(of_other))

    care.erase_by_operator()
    await care.sweep()

    assert set(care.house.rows(select(Message.id))) == before
    assert care.count()["conversation"] == 1


async def test_a_person_behind_two_numbers_stays_with_the_other(care: Care) -> None:
    conversation_id = await live(care)
    other = await hear(care, "Hola", person="+12025550187")
    person_id = care.house.rows(select(Person.id))[0]
    link = insert(PersonAddress).values(
        id=new_id(), person_id=person_id, since=care.house.clock(),
        address_id=care.house.get(Conversation, other.conversation_id).address_id,
    )  # fmt: skip
    care.house.database.run_sync(lambda session: session.execute(link))

    await care.erase_by_text(conversation_id)
    await care.house.send_all()
    await care.sweep()

    assert (care.count()["person"], care.count()["person_address"]) == (1, 1)


async def test_a_bot_that_is_away_is_asked_again_until_it_has_forgotten_by_itself(care: Care) -> None:
    await live(care)
    care.bot.away = True
    care.erase_by_operator()

    await care.sweep()
    waiting = care.house.rows(select(Erasure.status))
    care.later(hours=2)
    await care.sweep()

    assert (waiting, care.house.rows(select(Erasure.status))) == (["waiting"], ["done"])


async def test_ledger_and_audit_tell_that_it_was_done_and_nothing_else(care: Care) -> None:
    await live(care)
    care.erase_by_operator()
    await care.sweep()

    (entry,) = care.house.rows(select(LedgerEntry))
    acts = care.house.rows(select(AuditEntry.act).order_by(AuditEntry.act))
    assert (entry.act, entry.number_key, entry.source) == (ERASED, care.number_key(), "operator")
    assert acts == ["erased", "erasure_ordered"]


STEPS = [
    (erasure, "_mark_messages"),
    (erasure, "_drop_unsent"),
    (erasure, "_forget_memory"),
    (erasure, "add_entry"),
    (erasure, "queue_carrier_erasure"),
    (erasure, "delete_messages"),
    (erasure, "forget_conversations"),
    (erasure, "forget_addresses"),
    (carrier_erasure, "settle"),
    (ledger, "append_lines"),
]


@pytest.mark.parametrize(("module", "name"), STEPS, ids=[name for _, name in STEPS])
async def test_a_crash_at_any_step_loses_nothing(
    care: Care, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    conversation_id = await live(care)

    def die(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(module, name, die)
    with pytest.raises(RuntimeError):  # noqa: PT012 - wherever it happens
        await care.erase_by_text(conversation_id)
        await care.house.send_all()
        await care.sweep()
    monkeypatch.undo()
    for inbox_id in care.house.rows(select(InboxEntry.id).where(InboxEntry.status == "new")):
        care.decide_to_erase(inbox_id)  # the order itself was rolled back: the message waits undecided
    await care.house.send_all()
    for _ in range(3):
        await care.sweep()

    everything = {sid for _, sid in care.records.asked}
    assert [offer.body for offer in care.house.sender.texts].count("Borrado.") == 1
    assert {offer.sid for offer in care.house.sender.texts} <= everything
    assert {"message", "inbox", "outbox"} & set(care.count()) == set()
    assert [line.act for line in ledger.read_lines(care.ledger_file)] == [ERASED]
