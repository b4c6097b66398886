"""A decision is written whole or not at all, and a person who took over keeps the word."""

import pytest
from sqlalchemy import select

from conversation.errors import BrokenWorld
from conversation.handoff import make_plain_handoff
from conversation.messages import Author, Decision, Kind, Memory, OutgoingText
from service import wiring
from store import inbox
from store.decisions import DecisionWriter
from store.tables import InboxEntry, Message, OutboxEntry
from tests.house import House


def text(answer: str | None, *, body: str = "Hola.", author: Author = Author.SYSTEM) -> OutgoingText:
    return OutgoingText(answer=answer, language="es", body=body, author=author, draft=True)


def write(house: House, inbox_id: str, decision: Decision) -> bool:
    writer = DecisionWriter(house.vault, house.queue, wiring.split_body)
    heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, inbox_id))
    assert heard is not None
    return house.database.run_sync(lambda session: writer.write(session, inbox_id, heard, decision, house.clock()))


def bodies(house: House) -> list[str]:
    ours = house.rows(select(Message).where(Message.author != "person").order_by(Message.seq))
    return [house.vault.open(message.body_sealed, inbox.BODY) for message in ours]


async def test_the_code_of_the_case_is_filled_in_where_it_is_opened(house: House) -> None:
    inbox_id = await house.receive("hola")
    handoff = make_plain_handoff("service.talk_to_person", "request")

    decision = Decision(
        Kind.HANDOFF, "es", (text("system.handoff", body="Su caso: {code}."),), Memory(), handoff=handoff
    )
    write(house, inbox_id, decision)

    assert bodies(house) == ["Su caso: A1."]
    assert house.get(InboxEntry, inbox_id).status == "handled"


async def test_a_long_text_goes_out_in_parts_in_their_order(house: House) -> None:
    inbox_id = await house.receive("hola")
    body = " ".join(f"Esta es la oración número {number}." for number in range(1, 120))

    write(house, inbox_id, Decision(Kind.ANSWER, "es", (text("school.vaccines", body=body),), Memory()))

    assert len(bodies(house)) > 1
    assert " ".join(bodies(house)) == body
    assert [work.seq for work in house.queue.of("send")] == sorted(entry.seq for entry in house.outbox())


@pytest.mark.parametrize(
    ("answer", "author", "goes"),
    [
        ("school.vaccines", Author.BOT, False),
        ("system.choose", Author.SYSTEM, False),
        ("system.first_notice", Author.SYSTEM, False),
        ("safety.suicide", Author.SYSTEM, True),
        ("system.stopped", Author.SYSTEM, True),
    ],
)
async def test_a_claim_while_the_bot_was_thinking_keeps_its_texts_back(
    house: House, answer: str, author: Author, goes: bool
) -> None:
    house.claim((await house.hear("PERSON")).conversation_id)
    before = len(house.outbox())

    inbox_id = await house.receive("otra cosa")
    write(house, inbox_id, Decision(Kind.ANSWER, "es", (text(answer, author=author),), Memory()))

    assert len(house.outbox()) - before == int(goes)
    assert house.get(InboxEntry, inbox_id).status == "handled"


async def test_a_decision_that_cannot_be_queued_leaves_the_message_undecided(house: House) -> None:
    inbox_id = await house.receive("hola")
    handoff = make_plain_handoff("service.talk_to_person", "request")

    def full_disk(*_: object, **__: object) -> None:
        raise BrokenWorld("the database does not answer: FULL")

    house.queue.enqueue_send = full_disk  # type: ignore[method-assign]
    with pytest.raises(BrokenWorld):
        write(house, inbox_id, Decision(Kind.HANDOFF, "es", (text("system.handoff"),), Memory(), handoff=handoff))

    assert house.get(InboxEntry, inbox_id).status == "new"
    assert (house.cases(), house.rows(select(OutboxEntry))) == ([], [])
