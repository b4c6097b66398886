"""From an inbox row to a written decision, with a bot that may be away."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from conversation.messages import Channel, MessageKind
from service import deciding
from store.tables import InboxEntry, Message, OutboxEntry
from tests.fakes import START
from tests.house import PERSON, House

QUESTION = "¿Qué vacunas necesita mi sobrina?"


@pytest.fixture
def house(house: House) -> House:
    house.bot.answers = {QUESTION: "school.vaccines"}
    return house


async def test_a_question_is_answered_and_marked_as_handled(house: House) -> None:
    entry = await house.hear(QUESTION)

    assert (entry.status, entry.decision) == ("handled", "answer")
    assert house.answers()[0] == "school.vaccines"
    assert len(house.queue.of("send")) == len(house.outbox())


async def test_a_bot_that_is_back_soon_answers_after_all(house: House) -> None:
    house.bot.silence = "unreachable"
    waits: list[float] = []

    async def bot_comes_back(seconds: float) -> None:
        waits.append(seconds)
        house.bot.silence = None if len(waits) == 2 else "unreachable"

    inbox_id = await house.receive(QUESTION)
    await replace(house.decider, pause=bot_comes_back).decide(inbox_id)

    assert waits == list(deciding.PATIENCE_S[:2])
    assert house.answers()[0] == "school.vaccines"
    assert house.cases() == []


async def test_a_bot_that_stays_away_brings_a_person(house: House) -> None:
    house.bot.silence = "timeout"

    entry = await house.hear(QUESTION)

    assert (entry.status, entry.decision) == ("handled", "handoff")
    assert [case.reason for case in house.cases()] == ["bot_timeout"]
    assert len(house.bot.heard) == len(deciding.PATIENCE_S) + 1
    assert house.answers()


async def test_danger_behind_does_not_wait_for_a_bot_that_is_away(house: House) -> None:
    house.bot.silence = "timeout"
    first = await house.receive(QUESTION)
    second = await house.receive("me quiero matar")

    await house.decider.decide(first)
    asked = len(house.bot.heard)
    await house.decider.decide(second)

    assert asked == 1
    assert "page_now" in [case.urgency for case in house.cases()]


async def test_several_messages_in_a_row_wait_for_a_bot_that_is_back_soon(house: House) -> None:
    house.bot.silence = "unreachable"
    burst = [await house.receive(text) for text in (QUESTION, "Gracias", QUESTION)]

    async def bot_comes_back(seconds: float) -> None:
        house.clock.advance(seconds)
        if (house.clock() - START).total_seconds() > 5:
            house.bot.silence = None

    for inbox_id in burst:
        await replace(house.decider, pause=bot_comes_back).decide(inbox_id)

    assert house.answers().count("school.vaccines") == 2
    assert house.cases() == []


async def test_nobody_waits_any_more_for_a_bot_that_is_long_gone(house: House) -> None:
    house.bot.silence = "unreachable"
    people = ["+12025550131", "+12025550132"]
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)
        house.clock.advance(seconds + 0.1)

    for person in people:
        await replace(house.decider, pause=note).decide(await house.receive(QUESTION, person=person))

    assert waits == list(deciding.PATIENCE_S)
    assert [case.reason for case in house.cases()] == ["bot_unreachable"] * 2


async def test_danger_is_seen_with_the_bot_away_and_pages_someone(house: House) -> None:
    house.bot.silence = "unreachable"

    entry = await house.hear("me quiero matar")

    (case,) = house.cases()
    assert (entry.decision, case.urgency, case.page_due_at) == ("crisis", "page_now", house.clock())
    assert house.bot.heard == []
    assert any(work.line.endswith("!") for work in house.queue.of("send"))


async def test_a_stop_is_confirmed_once_and_nothing_more_is_sent(house: House) -> None:
    await house.hear("STOP", channel=Channel.WHATSAPP)
    await house.hear(QUESTION, channel=Channel.WHATSAPP)
    await house.send_all()

    assert house.answers() == ["system.stopped"]
    assert len(house.sender.texts) == 1


async def test_what_was_being_answered_when_the_stop_came_is_not_sent(house: House) -> None:
    await house.hear(QUESTION)
    await house.receive("STOP")

    await house.send_all()

    assert house.sender.texts == []
    assert {entry.status for entry in house.outbox()} == {"dropped"}


async def test_danger_after_a_stop_gets_its_text_once_and_pages_each_time(house: House) -> None:
    await house.hear("STOP")
    for _ in range(2):
        house.later(60)
        await house.hear("me quiero matar")
    await house.send_all()

    crisis = [answer for answer in house.answers() if answer and answer.startswith("safety.")]
    assert len(crisis) == 1
    assert house.case_events() == ["opened", "joined"]
    assert "988" in house.sender.texts[-1].body


async def test_a_start_is_confirmed_and_answers_come_again(house: House) -> None:
    await house.hear("STOP", channel=Channel.WHATSAPP)
    house.later(60)
    await house.hear("START", channel=Channel.WHATSAPP)
    await house.hear(QUESTION, channel=Channel.WHATSAPP)
    await house.send_all()

    assert list(dict.fromkeys(house.answers()))[:3] == ["system.stopped", "system.started", "school.vaccines"]
    assert {entry.status for entry in house.outbox()} == {"accepted"}


async def test_a_claimed_conversation_is_left_to_its_owner(house: House) -> None:
    house.claim((await house.hear("PERSON")).conversation_id)
    said = house.answers()

    entry = await house.hear(QUESTION)

    assert entry.decision == "silent"
    assert house.answers() == said


async def test_a_message_nobody_can_decide_waits_for_a_person(house: House) -> None:
    inbox_id = await house.receive(QUESTION)

    for _ in range(2):
        await house.decider.give_up(inbox_id)

    assert house.get(InboxEntry, inbox_id).status == "failed"
    assert [(case.topic, case.reason, case.urgency) for case in house.cases()] == [
        ("system.bot_down", "failed", "same_day")
    ]
    assert house.case_events() == ["opened"]


async def test_giving_up_does_not_touch_a_handled_message_or_an_unknown_one(house: House) -> None:
    entry = await house.hear(QUESTION)

    await house.decider.give_up(entry.id)
    await house.decider.give_up("0" * 32)
    await house.decider.decide("0" * 32)

    assert house.get(InboxEntry, entry.id).status == "handled"
    assert house.cases() == []


@pytest.mark.parametrize("kind", list(MessageKind))
@pytest.mark.parametrize(
    "text", ["", "   ", "😀" * 800, "ש" * 1600, "a\nb\r\nc"], ids=["none", "blank", "emoji", "rtl", "lines"]
)
async def test_every_kind_of_message_gets_a_reply_or_a_person(house: House, kind: MessageKind, text: str) -> None:
    entry = await house.hear(text, kind=kind)

    assert entry.status == "handled"
    assert house.answers() or house.cases()


async def test_the_same_message_decided_by_two_workers_is_written_once(house: House) -> None:
    inbox_id = await house.receive(QUESTION)

    async def other_worker(_: float) -> None:
        house.bot.silence = None
        await house.decider.decide(inbox_id)

    house.bot.silence = "timeout"
    await replace(house.decider, pause=other_worker).decide(inbox_id)

    assert len(house.rows(select(Message.id).where(Message.author == "person"))) == 1
    assert house.answers().count("school.vaccines") == 1


async def test_logs_of_a_decision_hold_no_words_and_no_number(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    house.bot.silence = "timeout"

    await house.hear("canario")

    shown = " ".join(str(vars(record)) for record in caplog.records)
    assert caplog.records
    assert "canario" not in shown
    assert PERSON not in shown


async def test_each_reply_is_marked_as_the_draft_it_is(house: House) -> None:
    await house.hear(QUESTION)

    drafts = house.rows(select(Message.draft).join(OutboxEntry, OutboxEntry.message_id == Message.id))
    assert set(drafts) == {True}
