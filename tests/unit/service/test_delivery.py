"""A text goes to the carrier once, whatever the carrier says and wherever we crash; else somebody looks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from conversation.messages import Author, Channel, DeliveryStatus
from conversation.ports import Refused, RetryLater, Unknown
from service import delivery, settling
from store import lines
from store.forgetting.carrier_erasure import DELETE_MESSAGE, queue_carrier_erasure
from store.sealing.vault import KeyRing, Vault
from store.tables import Address, OutboxEntry
from tests.fakes import START, FakeSender, Lost, Offer
from tests.house import OURS, PERSON, House

T = TypeVar("T")

SLOW_DOWN = RetryLater(20429, 0.5)
SILENCE = Unknown("timeout")
BUSY = RetryLater(21611, 300.0)


async def work_off(house: House, outbox_id: str, send: Callable[[str], Any] | None = None) -> None:
    """Call until nothing is left to do, waiting on the clock, as engine and sweep together would."""
    for _ in range(60):
        wait_s = await (send or house.send)(outbox_id)
        entry = house.get(OutboxEntry, outbox_id)
        if wait_s is not None:
            house.clock.advance(wait_s)
        elif entry.status in ("waiting", "sending"):
            house.clock.now = max(house.clock.now, entry.due_at)
        else:
            return
    pytest.fail("the text never came to an end")


async def queue_to_many(house: House, count: int) -> list[str]:
    """Put a text into the outbox of each of several people."""
    conversations = [await house.open_conversation(person=f"+1202555{110 + one:04}") for one in range(count)]
    return [house.queue_text(conversation_id) for conversation_id in conversations]


async def test_a_text_is_handed_over_with_both_ends_in_the_carriers_form(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation(channel=Channel.WHATSAPP), body="Hola.")

    wait_s = await house.send(outbox_id)

    (offer,) = house.sender.offers
    assert (offer.sender, offer.to, offer.body) == (f"whatsapp:{OURS}", f"whatsapp:{PERSON}", "Hola.")
    assert (wait_s, house.status(outbox_id)) == (None, "accepted")
    assert house.get(OutboxEntry, outbox_id).provider_message_id == offer.sid


async def test_a_text_that_was_handed_over_is_not_offered_again(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())

    for _ in range(3):
        await house.send(outbox_id)

    assert len(house.sender.offers) == 1


async def test_two_workers_with_one_text_offer_it_once(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())

    await asyncio.gather(*(house.send(outbox_id) for _ in range(5)))

    assert len(house.sender.offers) == 1
    assert house.sender.looks == 0


async def test_a_second_worker_leaves_a_text_alone_while_its_answer_may_still_come(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    waits: list[float | None] = []

    async def second_worker(_: Offer) -> None:
        waits.append(await house.send(outbox_id))

    house.sender.meanwhile = second_worker
    await house.send(outbox_id)

    assert waits == [settling.NO_ANSWER * house.delivery.answer_s]
    assert (len(house.sender.offers), house.sender.looks) == (1, 0)


async def test_of_two_that_read_the_same_entry_only_one_marks_it(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())

    def begin_twice(session: Session) -> list[object]:
        first = house.delivery._begin(session, outbox_id)
        stale = replace(first.letter, status=DeliveryStatus.QUEUED, attempt=0, due_at=None)  # type: ignore[union-attr]
        return [first, house.delivery._take_turn(session, stale, house.clock())]

    first, second = house.database.run_sync(begin_twice)

    assert isinstance(first, delivery._Offer)
    assert second == delivery.MOVED_S


async def test_a_callback_that_comes_before_the_answer_stands(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())

    async def delivered_at_once(offer: Offer) -> None:
        await house.report(offer.sid, DeliveryStatus.DELIVERED, outbox_id=outbox_id)

    house.sender.meanwhile = delivered_at_once
    await house.send(outbox_id)

    assert house.status(outbox_id) == "delivered"
    assert house.get(OutboxEntry, outbox_id).provider_message_id == house.sender.offers[0].sid


@pytest.mark.parametrize("answer", [SILENCE, SLOW_DOWN, Refused(21211)], ids=["unknown", "later", "refused"])
async def test_a_callback_outweighs_whatever_answer_comes_after_it(house: House, answer: Any) -> None:
    outbox_id = house.queue_text(await house.open_conversation())

    async def delivered_at_once(offer: Offer) -> None:
        await house.report(offer.sid, DeliveryStatus.DELIVERED, outbox_id=outbox_id)

    house.sender.meanwhile = delivered_at_once
    house.sender.script = [Lost(answer)]
    await work_off(house, outbox_id)

    assert house.status(outbox_id) == "delivered"
    assert len(house.sender.offers) == 1
    assert house.cases() == []


async def test_an_unknown_send_is_settled_by_its_callback(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script = [Lost(SILENCE)]
    await house.send(outbox_id)

    await house.report(house.sender.offers[0].sid, DeliveryStatus.SENT, outbox_id=outbox_id)
    await work_off(house, outbox_id)

    assert house.status(outbox_id) == "sent"
    assert (len(house.sender.offers), house.sender.looks) == (1, 0)


async def test_an_unknown_send_is_looked_up_before_it_is_repeated(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script = [Lost(SILENCE)]

    await work_off(house, outbox_id)

    assert house.status(outbox_id) == "accepted"
    assert (len(house.sender.offers), house.sender.looks) == (1, 1)


async def test_a_text_the_carrier_surely_does_not_have_is_offered_again(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script = [SILENCE]

    await work_off(house, outbox_id)

    assert house.status(outbox_id) == "accepted"
    assert (len(house.sender.texts), house.sender.looks) == (1, settling.LONG_LOOKS)


async def test_an_older_message_of_the_same_words_is_not_taken_for_this_one(house: House) -> None:
    conversation_id = await house.open_conversation()
    first, second = house.queue_text(conversation_id), house.queue_text(conversation_id)
    await house.send(first)
    house.sender.script = [SILENCE]

    await work_off(house, second)

    sids = {house.get(OutboxEntry, one).provider_message_id for one in (first, second)}
    assert sids == {offer.sid for offer in house.sender.texts}
    assert len(sids) == 2


async def test_a_carrier_that_cannot_say_leaves_it_to_a_person_and_never_resends(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script, house.sender.blind = [Lost(SILENCE)], "http_503"

    await work_off(house, outbox_id)

    assert house.status(outbox_id) == "unsettled"
    assert len(house.sender.offers) == 1
    assert [(case.topic, case.reason, case.urgency) for case in house.cases()] == [
        ("system.delivery", "unsettled", "same_day")
    ]


async def test_a_late_callback_still_settles_what_was_given_to_a_person(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script, house.sender.blind = [Lost(SILENCE)], "http_503"
    await work_off(house, outbox_id)

    await house.report(house.sender.offers[0].sid, DeliveryStatus.DELIVERED, outbox_id=outbox_id)

    assert house.status(outbox_id) == "delivered"


async def test_a_carrier_that_is_too_busy_is_asked_again_ever_more_slowly(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script = [SLOW_DOWN] * 5

    waits = [await house.send(outbox_id)]
    while (wait_s := waits[-1]) is not None:
        house.clock.advance(wait_s)
        waits.append(await house.send(outbox_id))

    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, None]
    assert house.status(outbox_id) == "accepted"


async def test_what_was_turned_away_together_does_not_come_back_together(house: House) -> None:
    turned_away = []
    for jitter, outbox_id in zip((0.0, 0.5, 1.0), await queue_to_many(house, 3), strict=True):
        house.sender.script = [RetryLater(20429, 10.0)]
        one = replace(house.delivery, jitter=lambda jitter=jitter: jitter)  # type: ignore[misc]
        turned_away.append(await one.send(outbox_id))

    assert turned_away == [10.0, 12.5, 15.0]


@pytest.mark.parametrize("asked_s", [0.5, 300.0, 3600.0])
async def test_no_wait_is_shorter_than_asked_or_endless(house: House, asked_s: float) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script = [RetryLater(20429, asked_s)] * delivery.MOST_ATTEMPTS
    waits = []

    for _ in range(delivery.MOST_ATTEMPTS - 1):
        await house.send(outbox_id)
        due_at = house.get(OutboxEntry, outbox_id).due_at
        waits.append((due_at - house.clock()).total_seconds())
        house.clock.now = due_at

    assert min(waits) >= asked_s
    assert max(waits) <= max(asked_s, delivery.LONGEST_BACK_OFF_S)


async def test_a_carrier_that_never_takes_it_leaves_it_to_a_person(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script = [SLOW_DOWN] * 50

    await work_off(house, outbox_id)

    assert house.status(outbox_id) == "failed"
    assert len(house.sender.offers) == delivery.MOST_ATTEMPTS
    assert [case.reason for case in house.cases()] == ["too_many_attempts"]


async def test_a_long_wait_leaves_the_line_and_the_sweep_finds_it_when_it_is_due(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script = [BUSY]

    left = await house.send(outbox_id)
    too_early = await house.send(outbox_id)
    house.clock.now = house.get(OutboxEntry, outbox_id).due_at

    assert (left, too_early, house.status(outbox_id)) == (None, None, "waiting")
    assert await house.send(outbox_id) is None
    assert house.status(outbox_id) == "accepted"


async def test_a_text_does_not_pass_one_that_left_the_line_to_wait(house: House) -> None:
    conversation_id = await house.open_conversation()
    first, second = house.queue_text(conversation_id), house.queue_text(conversation_id)
    house.sender.script = [BUSY]
    await house.send(first)

    left = await house.send(second)
    waits_until = house.get(OutboxEntry, second).due_at
    house.clock.now = house.get(OutboxEntry, first).due_at
    for outbox_id in (second, first):
        await house.send(outbox_id)
    house.clock.now = house.get(OutboxEntry, second).due_at
    await house.send(second)

    assert (left, (waits_until - START).total_seconds()) == (None, delivery.LONGEST_BEHIND_S)
    assert [offer.outbox_id for offer in house.sender.texts] == [first, second]


async def test_each_return_of_a_text_that_stands_behind_is_work_of_its_own(house: House) -> None:
    conversation_id = await house.open_conversation()
    first, second = house.queue_text(conversation_id), house.queue_text(conversation_id)
    house.sender.script = [BUSY]
    await house.send(first)

    turns = set()
    for _ in range(3):
        await house.send(second)
        house.clock.now = house.get(OutboxEntry, second).due_at
        due = house.database.run_sync(lambda session: lines.find_due(session, house.clock()))
        turns |= {turn for outbox_id, _, _, turn in due if outbox_id == second}

    assert len(turns) == 3


async def test_the_carriers_copy_of_an_erased_text_is_not_taken_for_one_that_never_arrived(house: House) -> None:
    conversation_id = await house.open_conversation()
    await house.send(house.queue_text(conversation_id))
    copy = ("twilio", house.sender.offers[0].sid or "")
    house.database.run_sync(
        lambda session: queue_carrier_erasure(session, [copy], DELETE_MESSAGE, due_at=house.clock())
    )
    forgotten = update(OutboxEntry).values(provider_message_id=None)  # its envelope is gone
    house.database.run_sync(lambda session: session.execute(forgotten))
    house.sender.script = [SILENCE]

    again = house.queue_text(conversation_id)
    await work_off(house, again)

    assert [offer.outbox_id for offer in house.sender.texts][1:] == [again]


async def test_what_is_put_off_by_a_late_answer_comes_back_as_work_of_its_own(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script = [BUSY]
    turns: list[int] = []

    async def sweep(_: object) -> None:
        house.clock.now = max(house.clock.now, house.get(OutboxEntry, outbox_id).due_at)
        turns.extend(turn for *_, turn in house.database.run_sync(lambda it: lines.find_due(it, house.clock())))

    house.sender.meanwhile = sweep  # another worker's, while nobody has answered yet
    await house.send(outbox_id)
    await sweep(None)

    assert len(set(turns)) == len(turns) == 2


async def test_a_crisis_text_passes_whatever_waits(house: House) -> None:
    conversation_id = await house.open_conversation()
    crisis = {"answer": "safety.suicide", "author": Author.SYSTEM, "overtakes": True}
    first, second = house.queue_text(conversation_id, **crisis), house.queue_text(conversation_id, **crisis)
    house.sender.script = [BUSY]

    for outbox_id in (first, second):
        await house.send(outbox_id)

    assert (house.status(first), house.status(second)) == ("waiting", "accepted")


@pytest.mark.parametrize(
    ("reason", "answer", "seconds"),
    [("timeout", "school.vaccines", 60), ("http_502", "school.vaccines", 10), ("timeout", "safety.suicide", 0)],
    ids=["silence", "an answer", "a crisis text"],
)
async def test_after_silence_a_text_is_looked_for_longer_before_it_is_repeated(
    house: House, reason: str, answer: str, seconds: float
) -> None:
    outbox_id = house.queue_text(await house.open_conversation(), answer=answer)
    house.sender.script = [Unknown(reason)]

    await work_off(house, outbox_id)

    age_s = (house.clock() - START).total_seconds()
    assert len(house.sender.texts) == 1
    assert seconds <= age_s <= 1.3 * seconds + 10


async def test_what_the_carrier_creates_late_is_found_and_not_sent_twice(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script, house.sender.hidden_looks = [Lost(SILENCE)], 3  # it comes to exist after half a minute

    await work_off(house, outbox_id)

    assert (house.status(outbox_id), len(house.sender.offers)) == ("accepted", 1)


async def test_who_was_paused_after_marking_a_text_does_not_offer_it(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    moments = iter([0.0, 60.0])
    paused = replace(house.delivery, steady=lambda: next(moments))

    wait_s = await paused.send(outbox_id)
    offers = len(house.sender.offers)
    await house.send(outbox_id)

    assert (wait_s, offers) == (delivery.MOVED_S, 0)
    assert (house.status(outbox_id), len(house.sender.offers)) == ("accepted", 1)


async def test_who_was_paused_after_marking_a_text_leaves_it_to_those_who_took_it_over(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())

    def pause_in_between(session: Session) -> str:
        marked = house.delivery._begin(session, outbox_id)
        looked = update(OutboxEntry).where(OutboxEntry.id == outbox_id).values(checks=1)
        session.execute(looked)  # by the worker that has the text now
        house.delivery._take_back(session, marked.letter)  # type: ignore[union-attr]
        return str(session.scalar(select(OutboxEntry.status).where(OutboxEntry.id == outbox_id)))

    assert house.database.run_sync(pause_in_between) == "sending"


async def test_a_sender_number_that_is_too_fast_keeps_its_texts_in_line(house: House) -> None:
    house.per_second = 0.01  # one in a hundred seconds
    ids = await queue_to_many(house, 8)

    waits = [await house.send(outbox_id) for outbox_id in ids]

    assert waits == [None, None, None, None, None, 100.0, 200.0, 300.0]


async def test_a_turn_that_was_given_outlives_a_crash_however_far_it_is(house: House) -> None:
    house.per_second = 0.01
    ids = await queue_to_many(house, 8)
    for outbox_id in ids:
        await house.send(outbox_id)

    after_restart = await house.send(ids[-1])
    house.clock.advance(300)
    done = await house.send(ids[-1])

    assert (after_restart, done, house.status(ids[-1])) == (300.0, None, "accepted")


async def test_a_repeated_text_takes_a_turn_like_any_other(house: House) -> None:
    house.per_second = 0.01
    ids = await queue_to_many(house, 5)
    house.sender.script = [SLOW_DOWN]
    for outbox_id in ids:
        await house.send(outbox_id)
    house.clock.advance(1)

    wait_s = await house.send(ids[0])

    assert wait_s == 99.0
    assert len(house.sender.offers) == 5


async def test_a_crisis_text_does_not_wait_for_its_turn(house: House) -> None:
    house.per_second = 0.01
    conversation_id = await house.open_conversation()
    for _ in range(7):
        await house.send(house.queue_text(conversation_id))

    crisis = house.queue_text(conversation_id, answer="safety.suicide", author=Author.SYSTEM, overtakes=True)

    assert await house.send(crisis) is None
    assert house.status(crisis) == "accepted"


async def test_a_stop_while_a_text_waits_keeps_it_back(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    house.sender.script = [SLOW_DOWN]
    await house.send(outbox_id)

    await house.receive("STOP", channel=Channel.WHATSAPP)
    await work_off(house, outbox_id)

    assert (house.status(outbox_id), len(house.sender.texts)) == ("dropped", 0)
    assert house.cases() == []


async def test_a_caseworkers_text_is_kept_back_by_a_stop_as_well(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation(), answer=None, author=Author.CASEWORKER)

    await house.receive("STOP")
    await work_off(house, outbox_id)

    assert house.status(outbox_id) == "dropped"


async def test_a_claim_while_a_text_waits_keeps_it_back(house: House) -> None:
    conversation_id = (await house.hear("PERSON")).conversation_id
    outbox_id = house.queue_text(conversation_id)
    house.sender.script = [SLOW_DOWN]
    await house.send(outbox_id)

    house.claim(conversation_id)
    await work_off(house, outbox_id)

    entry = house.get(OutboxEntry, outbox_id)
    assert (entry.status, entry.reason) == ("dropped", "claimed")


async def test_whoever_is_out_of_whatsapps_day_is_not_lost(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation(channel=Channel.WHATSAPP))

    house.later(25 * 3600)
    await work_off(house, outbox_id)

    assert (house.status(outbox_id), house.sender.offers) == ("dropped", [])
    assert [(case.reason, case.urgency) for case in house.cases()] == [("window_closed", "same_day")]


async def test_a_refused_text_comes_before_a_person_once(house: House) -> None:
    conversation_id = await house.open_conversation()
    house.sender.script = [Refused(21211), Refused(30007, operator=True)]

    for _ in range(2):
        await work_off(house, house.queue_text(conversation_id))

    assert [(entry.status, entry.error_code) for entry in house.outbox()[-2:]] == [("failed", 21211), ("failed", 30007)]
    assert [case.reason for case in house.cases()] == ["refused"]
    assert house.case_events() == ["opened", "joined"]


async def test_a_stop_the_carrier_knows_of_becomes_ours_on_every_channel(house: House) -> None:
    conversation_id = await house.open_conversation()
    await house.receive("hola", channel=Channel.WHATSAPP)
    house.sender.script = [Refused(21610, opted_out=True)] * 2

    await work_off(house, house.queue_text(conversation_id))
    await work_off(house, house.queue_text(conversation_id, answer="system.help", author=Author.SYSTEM))

    assert all(row.stopped_at is not None for row in house.rows(select(Address)))
    assert [(act.act, act.source, act.wording) for act in house.consents()] == [("stopped", "carrier", None)]
    assert house.cases() == []


async def test_what_cannot_be_handled_goes_to_a_person_even_when_it_cannot_be_opened(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    keyless = replace(house.delivery, vault=Vault(KeyRing({"k2": bytes(32)}, "k2", bytes(32))))

    await keyless.give_up(outbox_id)
    await keyless.give_up("0" * 32)

    assert house.status(outbox_id) == "unsettled"
    assert [case.reason for case in house.cases()] == ["gave_up"]


async def test_giving_up_does_not_touch_what_has_arrived(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    await house.send(outbox_id)

    await house.delivery.give_up(outbox_id)

    assert (house.status(outbox_id), house.cases()) == ("accepted", [])


class Crash(BaseException):
    """kill -9, for a test."""


@dataclass
class Fate:
    """Counts the moments at which a process may die and dies at the chosen ones."""

    dies_at: frozenset[int]
    moments: int = 0

    def pass_by(self) -> None:
        self.moments += 1
        if self.moments in self.dies_at:
            raise Crash


@dataclass
class MortalDatabase:
    inner: Any
    fate: Fate

    async def run(self, fn: Callable[[Session], T]) -> T:
        self.fate.pass_by()
        result: T = await self.inner.run(fn)
        self.fate.pass_by()
        return result


@dataclass
class MortalSender(FakeSender):
    fate: Fate = field(default_factory=lambda: Fate(frozenset()))

    async def send(self, **text: str) -> Any:
        self.fate.pass_by()
        outcome = await super().send(**text)
        self.fate.pass_by()
        return outcome

    async def find_sent(self, **where: Any) -> Any:
        self.fate.pass_by()
        return await super().find_sent(**where)


ANSWERS = st.sampled_from([Lost(SILENCE), SILENCE, SLOW_DOWN, BUSY])  # after them it accepts


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(ANSWERS, max_size=4), dies_at=st.frozensets(st.integers(1, 30), max_size=4))
async def test_wherever_we_die_the_carrier_gets_the_text_once(
    house: House, script: list[Any], dies_at: frozenset[int]
) -> None:
    house.received += 1
    person = f"+1202555{100 + house.received % 100:04}"
    conversation_id = await house.open_conversation(person=person)
    fate = Fate(dies_at)
    house.sender = MortalSender(script=script, fate=fate)
    outbox_id = house.queue_text(conversation_id, body=f"Texto {house.received}.")

    async def start_again_after_death(outbox_id: str) -> float | None:
        process = replace(house.delivery, database=MortalDatabase(house.database, fate))
        try:
            return await process.send(outbox_id)
        except Crash:
            return 0.0

    await work_off(house, outbox_id, start_again_after_death)

    assert len(house.sender.texts) == 1
    assert house.status(outbox_id) == "accepted"
    assert house.get(OutboxEntry, outbox_id).provider_message_id == house.sender.texts[0].sid


async def test_an_offer_that_died_with_its_worker_is_found_by_the_sweep(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())
    fate = Fate(frozenset({4}))  # after the carrier has it, before we know
    house.sender = MortalSender(fate=fate)
    with pytest.raises(Crash):
        await replace(house.delivery, database=MortalDatabase(house.database, fate)).send(outbox_id)

    due_at = house.get(OutboxEntry, outbox_id).due_at

    assert due_at == house.clock() + timedelta(seconds=settling.NO_ANSWER * house.delivery.answer_s)
    await work_off(house, outbox_id)
    assert (house.status(outbox_id), len(house.sender.texts)) == ("accepted", 1)


async def test_logs_of_a_send_hold_no_words_and_no_number(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    conversation_id = await house.open_conversation()
    house.sender.script = [Refused(20003, operator=True), SILENCE]

    await work_off(house, house.queue_text(conversation_id, body="canario"))
    await work_off(house, house.queue_text(conversation_id, body="canario"))

    shown = " ".join(str(vars(record)) for record in caplog.records)
    assert caplog.records
    assert "canario" not in shown
    assert PERSON not in shown


async def test_an_entry_that_is_not_there_is_nothing_to_do(house: House) -> None:
    assert await house.send("0" * 32) is None


async def test_a_status_moves_when_the_answer_is_late_and_another_worker_was_faster(house: House) -> None:
    outbox_id = house.queue_text(await house.open_conversation())

    async def another_worker_settles(_: Offer) -> None:
        settled = update(OutboxEntry).values(status="queued", attempt=1, checks=2, due_at=None)
        house.database.run_sync(lambda session: session.execute(settled.where(OutboxEntry.id == outbox_id)))

    house.sender.meanwhile = another_worker_settles
    house.sender.script = [SLOW_DOWN]
    await house.send(outbox_id)

    entry = house.get(OutboxEntry, outbox_id)
    assert (entry.status, entry.due_at) == ("queued", None)
