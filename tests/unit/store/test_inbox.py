"""A message is stored once, masked and sealed, with its work in line; STOP and START are obeyed in that transaction."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from conversation.errors import BrokenWorld
from conversation.messages import Address, Attachment, Author, Channel, Command, Location, MessageKind
from store import inbox
from store.database import Database
from store.forgetting.deleting import delete_messages, forget_addresses, forget_conversations
from store.tables import Address as AddressRow
from store.tables import Conversation, InboxEntry, Message
from tests.house import OURS, PERSON, House

SCOPED = "US.1234567890123456"


def addresses(house: House) -> list[AddressRow]:
    return house.rows(select(AddressRow).order_by(AddressRow.created_at, AddressRow.channel))


def everything_stored(database: Database) -> str:
    """All tables as text, sealed columns as they are on the disk."""

    def dump(session: object) -> str:
        connection = session.connection()  # type: ignore[attr-defined]
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return "\n".join(str(connection.execute(text(f"SELECT * FROM {name}")).all()) for name in names)

    return database.run_sync(dump)


async def test_a_message_is_stored_once_and_its_decision_stands_in_line(house: House) -> None:
    message = house.message("¿Qué vacunas necesita?")

    accepted = [await house.inbox.accept(message) for _ in range(3)]

    assert accepted == [True, False, False]
    (entry,) = house.rows(select(InboxEntry))
    (work,) = house.queue.of("decide")
    assert (entry.status, entry.seq) == ("new", 1)
    assert (work.item_id, work.line, work.seq) == (entry.id, entry.conversation_id, 1)


async def test_messages_of_one_conversation_are_numbered_in_the_order_they_came(house: House) -> None:
    for words in ("uno", "dos", "tres"):
        await house.receive(words)
    await house.receive("otra", person="+12025550124")

    assert [work.seq for work in house.queue.of("decide")] == [1, 1, 2, 3]


async def test_words_and_numbers_of_people_are_nowhere_readable(house: House) -> None:
    await house.hear(
        "canario amarillo",
        profile_name="canario",
        button="canario",
        location=Location(38.8977, -77.0365),
        attachments=(Attachment("https://example.org/canario", "image/jpeg"),),
    )
    await house.send_all()

    stored = everything_stored(house.database)

    assert "canario" not in stored
    assert PERSON.removeprefix("+") not in stored
    assert "38.8977" not in stored


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("mi numero A 123 456 789 gracias", "[A-number]"),
        ("SSN 123-45-6789", "[SSN]"),
        ("pasaporte C01234567", "[passport]"),
    ],
)
async def test_government_numbers_are_masked_before_they_are_stored(house: House, words: str, kept: str) -> None:
    inbox_id = await house.receive(words, profile_name=words)

    heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, inbox_id))

    assert heard is not None
    assert kept in heard.message.text
    assert kept in (heard.message.profile_name or "")
    assert not any(digits in heard.message.text for digits in ("6789", "234567", "456"))


async def test_what_came_with_a_message_comes_back_for_its_decision(house: House) -> None:
    given = {
        "attachments": (Attachment("https://example.org/one", "image/jpeg"),),
        "location": Location(38.9, -77.0),
        "button": "school.vaccines",
        "profile_name": "Ana",
        "state_hint": "TX",
        "kind": MessageKind.LOCATION,
        "carrier_command": Command.HELP,
    }
    inbox_id = await house.receive("  así, tal cual  ", **given)

    heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, inbox_id))

    assert heard is not None
    assert {name: getattr(heard.message, name) for name in given} == given
    assert heard.message.text == "  así, tal cual  "
    assert heard.message.sender == Address(Channel.SMS, PERSON)
    assert heard.message.recipient == Address(Channel.SMS, OURS)


async def test_no_repr_shows_words_or_numbers(house: House) -> None:
    inbox_id = await house.receive("canario", profile_name="canario")

    heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, inbox_id))

    assert "canario" not in repr(heard)
    assert PERSON not in repr(heard)


@pytest.mark.parametrize(
    "words", ["STOP", "stop stop", "Alto", "ALTO por favor", "unsubscribe"], ids=lambda words: words
)
async def test_a_stop_holds_from_the_webhooks_own_transaction(house: House, words: str) -> None:
    await house.receive(words)

    assert [row.stopped_at is not None for row in addresses(house)] == [True]
    assert [(act.act, act.source, act.wording) for act in house.consents()] == [
        ("stopped", "keyword", "system.stopped")
    ]


async def test_a_stop_inside_a_sentence_stops_nothing(house: House) -> None:
    await house.receive("no quiero parar de estudiar, please do not stop")

    assert [row.stopped_at for row in addresses(house)] == [None]
    assert house.consents() == []


async def test_a_stop_on_one_channel_holds_on_every_channel_of_the_number(house: House) -> None:
    await house.receive("hola", channel=Channel.WHATSAPP)
    await house.receive("STOP", channel=Channel.SMS)

    assert [row.stopped_at is not None for row in addresses(house)] == [True, True]


async def test_a_stop_holds_on_a_channel_that_is_used_only_later(house: House) -> None:
    await house.receive("STOP", channel=Channel.SMS)

    inbox_id = await house.receive("hola", channel=Channel.WHATSAPP)

    heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, inbox_id))
    assert heard is not None
    assert heard.memory.stopped


async def test_a_stop_holds_for_the_scoped_id_of_the_same_number(house: House) -> None:
    await house.receive("hola", person=SCOPED, channel=Channel.WHATSAPP)
    await house.receive("STOP", channel=Channel.SMS)

    alias = Address(Channel.WHATSAPP, PERSON)
    inbox_id = await house.receive("hola otra vez", person=SCOPED, channel=Channel.WHATSAPP, alias=alias)

    heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, inbox_id))
    assert heard is not None
    assert heard.memory.stopped
    assert len({row.number_key for row in addresses(house)}) == 1


async def test_a_stop_under_the_scoped_id_holds_for_the_number_learned_later(house: House) -> None:
    await house.receive("STOP", person=SCOPED, channel=Channel.WHATSAPP)
    await house.receive("hola", channel=Channel.WHATSAPP, alias=Address(Channel.WHATSAPP, SCOPED))

    inbox_id = await house.receive("hola", channel=Channel.SMS)

    heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, inbox_id))
    assert heard is not None
    assert heard.memory.stopped


async def test_a_stop_of_a_number_forgotten_since_holds_for_the_scoped_id_that_turns_out_to_be_its(
    house: House,
) -> None:
    await house.receive("hola", person=SCOPED, channel=Channel.WHATSAPP)
    await house.receive("STOP", channel=Channel.SMS)
    house.database.run_sync(lambda session: forget_channel(session, Channel.SMS))

    alias = Address(Channel.WHATSAPP, PERSON)
    await house.receive("hola otra vez", person=SCOPED, channel=Channel.WHATSAPP, alias=alias)

    assert [(row.channel, row.stopped_at is not None) for row in addresses(house)] == [("whatsapp", True)]


def forget_channel(session: Session, channel: Channel) -> None:
    """Leave nothing of a channel but the ledger."""
    gone = list(session.scalars(select(AddressRow.id).where(AddressRow.channel == channel)))
    talks = list(session.scalars(select(Conversation.id).where(Conversation.address_id.in_(gone))))
    delete_messages(session, list(session.scalars(select(Message.id).where(Message.conversation_id.in_(talks)))))
    forget_conversations(session, talks)
    forget_addresses(session, gone)


async def test_a_start_lifts_the_stop_on_every_channel(house: House) -> None:
    await house.receive("STOP", channel=Channel.WHATSAPP)
    await house.receive("hola", channel=Channel.SMS)

    house.later(60)
    await house.receive("START", channel=Channel.SMS)

    assert [row.stopped_at for row in addresses(house)] == [None, None]
    assert [act.act for act in house.consents()] == ["stopped", "started"]


async def test_yes_is_a_start_only_after_a_stop(house: House) -> None:
    await house.receive("YES")
    before = [act.act for act in house.consents()]
    await house.receive("STOP")
    house.later(60)
    await house.receive("YES")

    assert before == []
    assert [act.act for act in house.consents()] == ["stopped", "started"]


async def test_a_start_is_decided_as_coming_from_somebody_who_had_stopped(house: House) -> None:
    await house.receive("STOP")

    inbox_id = await house.receive("YES")

    heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, inbox_id))
    assert heard is not None
    assert heard.memory.stopped


async def test_a_command_the_carrier_has_recognised_is_obeyed_as_theirs(house: House) -> None:
    await house.receive("palabra nueva", carrier_command=Command.STOP)

    assert [(act.act, act.source, act.wording) for act in house.consents()] == [("stopped", "carrier", None)]


async def test_two_of_our_numbers_are_two_conversations_with_one_stop(house: House) -> None:
    await house.receive("hola")
    await house.receive("STOP", recipient=Address(Channel.SMS, "+12025550199"))

    assert len(house.rows(select(Conversation))) == 2
    assert [row.stopped_at is not None for row in addresses(house)] == [True]


async def test_nothing_is_kept_of_a_message_whose_work_cannot_be_put_in_line(house: House) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise BrokenWorld("the database does not answer: FULL")

    house.queue.enqueue_decide = full_disk  # type: ignore[method-assign]
    with pytest.raises(BrokenWorld):
        await house.inbox.accept(house.message("hola"))

    assert house.rows(select(Message)) == []
    assert house.rows(select(AddressRow)) == []


async def test_stranded_messages_are_those_that_wait_too_long(house: House) -> None:
    old = await house.receive("vieja")
    house.later(300)
    await house.receive("nueva")

    before = house.clock() - timedelta(seconds=120)
    found = house.database.run_sync(lambda session: inbox.find_stranded(session, before))

    assert [inbox_id for inbox_id, _, _ in found] == [old]


async def test_a_handled_message_is_not_decided_again(house: House) -> None:
    entry = await house.hear("¿Qué vacunas necesita?")
    said = house.answers()

    await house.decider.decide(entry.id)
    closed = house.database.run_sync(
        lambda session: inbox.close_entry(session, entry.id, status="failed", now=house.clock())
    )

    assert house.answers() == said
    assert not closed
    assert house.get(InboxEntry, entry.id).status == "handled"


async def test_a_reply_names_the_message_it_answers(house: House) -> None:
    entry = await house.hear("Hola")

    replies = house.rows(select(Message.in_reply_to).where(Message.author != Author.PERSON))

    assert set(replies) == {entry.message_id}
