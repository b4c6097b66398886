"""The door to a case, the walls behind it, what a caseworker writes, and what is left when a person is forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from conversation.messages import Channel, Handoff, Urgency
from service import wiring
from store.cases import calls, drafts, members, notes, queues, replies, reports, timeline, transitions
from store.cases.access import CaseFile, find_open_case, get_case_for
from store.cases.opening import note_good_time, open_or_join
from store.cases.outcomes import Outcome
from store.cases.queues import Filters, Queue
from store.cases.replies import OPENING, Reply, ReplyOutcome
from store.cases.summary import summarise
from store.forgetting.deleting import empty_cases
from store.staff.staff import Role, Staff
from store.tables import (
    AuditEntry,
    CallEntry,
    Case,
    CaseEvent,
    Conversation,
    InterpreterBooking,
    MandatedReport,
    Message,
    OpenQuestionRow,
    Person,
    PersonAddress,
    ReplyDraft,
)
from tests.house import House
from tests.staff import add_worker

SUPERVISOR = Role.SUPERVISOR


class Room:
    """A house with one claimed case of a discipline, its owner, a lawyer and a supervisor."""

    def __init__(self, house: House, conversation_id: str, *, discipline: str, topic: str) -> None:
        self.house, self.conversation_id = house, conversation_id
        self.ana = add_worker(house, "ana", disciplines=["school", "safety"])
        self.lea = add_worker(house, "lea", disciplines=["legal"])
        self.sol = add_worker(house, "sol", role=SUPERVISOR)
        self.case_id = self.open(discipline=discipline, topic=topic)

    def run(self, fn: Any, *given: Any, **named: Any) -> Any:
        return self.house.database.run_sync(lambda session: fn(session, *given, **named))

    def open(self, *, discipline: str, topic: str, urgency: Urgency = Urgency.NORMAL) -> str:
        handoff, now = Handoff(topic, discipline, urgency, "request"), self.house.later(1)
        code = self.run(open_or_join, self.conversation_id, handoff, language="es", message_id=None, now=now)
        found: str = self.house.rows(select(Case.id).where(Case.code == code))[0]
        return found

    def claim(self, staff: Staff) -> None:
        said = self.run(transitions.claim, case_id=self.case_id, caseworker=staff, now=self.house.later(1))
        assert said is Outcome.DONE

    def look(self, staff: Staff, case: str | None = None, **more: str) -> CaseFile | None:
        found: CaseFile | None = self.run(
            get_case_for, self.house.vault, staff, case or self.case_id, now=self.house.clock(), **more
        )
        return found

    def note(self, staff: Staff, body: str, discipline: str | None = None) -> Outcome:
        values = {"case_id": self.case_id, "body": body, "form_key": body, "discipline": discipline}
        said: Outcome = self.run(
            notes.add_note, self.house.vault, caseworker=staff, now=self.house.later(1), **values
        )  # fmt: skip
        return said

    def read_notes(self, staff: Staff) -> list[str]:
        case = self.look(staff)
        assert case is not None
        items = self.run(timeline.read_timeline, self.house.vault, staff, case)
        return [item.body for item in items if item.kind == "note"]

    def reply(self, staff: Staff, body: str = "We are here.", **fields: Any) -> ReplyOutcome:
        reply = Reply(body, fields.pop("form_key", f"{body} {self.house.later(1)}"), **fields)
        said: ReplyOutcome = self.run(
            replies.queue_reply, self.house.vault, self.house.queue, wiring.split_body,
            caseworker=staff, case_id=self.case_id, reply=reply, now=self.house.clock(),
        )  # fmt: skip
        return said

    @property
    def case(self) -> Case:
        found: Case = self.house.get(Case, self.case_id)
        return found


@pytest.fixture
async def room(house: House) -> Room:
    return Room(house, await house.open_conversation(), discipline="school", topic="school.not_sent")


@pytest.fixture
async def danger(house: House) -> Room:
    return Room(house, await house.open_conversation(), discipline="safety", topic="safety.abuse")


# The door.


async def test_every_read_is_written_into_the_audit_and_no_refusal_tells_why(room: Room) -> None:
    strangers = [replace(room.ana, organisation_id="0" * 32), replace(room.ana, active=False)]
    strangers += [replace(room.ana, role=role) for role in (Role.REVIEWER, Role.ADMINISTRATOR)]

    seen = [room.look(staff) for staff in (*strangers, room.ana)] + [room.look(room.ana, "Z9")]

    reads = room.house.rows(select(AuditEntry.actor).where(AuditEntry.act == "case.read"))
    assert [case.code if case else None for case in seen] == [None, None, None, None, "A1", None]
    assert reads == [room.ana.id]


async def test_the_same_read_is_written_down_once_a_sign_in_and_quarter_of_an_hour_an_act_each_time(room: Room) -> None:
    def written(act: str = "case.read") -> int:
        return len(room.house.rows(select(AuditEntry.id).where(AuditEntry.act == act)))

    counts = []
    for minutes, staff, sign_in in [
        (0, room.ana, "s1"),
        (14, room.ana, "s1"),
        (0, room.ana, "s2"),
        (0, room.sol, "s3"),
    ]:
        room.house.later(minutes * 60)
        room.look(staff, sign_in=sign_in)
        counts.append(written())
    room.house.later(2 * 60)
    room.look(room.ana, sign_in="s1")
    for _ in range(2):
        room.look(room.ana, sign_in="s1", act="case.act")

    assert counts == [1, 1, 2, 3]
    assert (written(), written("case.act")) == (4, 2)


async def test_a_case_opens_without_writing_only_for_a_sign_in_that_has_read_it_and_still_may(room: Room) -> None:
    def reopen(staff: Staff, sign_in: str) -> bool:
        return room.run(find_open_case, staff, "A1", sign_in=sign_in, now=room.house.clock()) is not None

    before = reopen(room.ana, "s1")
    room.look(room.ana, sign_in="s1")
    after = [reopen(room.ana, "s1"), reopen(room.ana, "s2"), reopen(room.sol, "s1")]
    room.claim(room.sol)

    assert (before, after, reopen(room.ana, "s1")) == (False, [True, False, False], False)


async def test_an_unclaimed_case_is_seen_by_its_discipline_a_claimed_one_by_who_is_on_it(room: Room) -> None:
    before = [room.look(staff) is not None for staff in (room.ana, room.lea, room.sol)]

    room.claim(room.sol)

    after = [room.look(staff) is not None for staff in (room.ana, room.lea, room.sol)]
    assert (before, after) == ([True, False, True], [False, False, True])


async def test_what_one_may_not_see_one_may_not_take_nor_learn_whose_it_is(room: Room) -> None:
    take = {"case_id": room.case_id, "caseworker": room.lea, "now": room.house.clock()}

    waiting = room.run(transitions.claim, **take)
    room.claim(room.ana)
    claimed = room.run(transitions.claim, **take)

    assert (waiting, claimed) == (Outcome.GONE, Outcome.GONE)
    assert room.case.owner_id == room.ana.id


async def test_who_was_only_asked_sees_no_more_of_it_once_somebody_else_has_it(room: Room) -> None:
    room.run(lambda session: session.execute(update(Case).values(assigned_to_id=room.lea.id)))
    asked = room.look(room.lea)

    room.claim(room.ana)

    assert asked is not None
    assert room.look(room.lea) is None


async def test_a_member_sees_the_case_and_may_leave_it(room: Room) -> None:
    room.claim(room.ana)
    of_lea = {"case_id": room.case_id, "member": room.lea, "now": room.house.clock()}
    added = [room.run(members.add_member, caseworker=room.ana, discipline=one, **of_lea) for one in ("health", "legal")]

    seen = room.look(room.lea)
    leave = {"case_id": room.case_id, "caseworker": room.lea, "member_id": room.lea.id, "now": room.house.clock()}
    left = room.run(members.remove_member, **leave)

    assert added == [Outcome.NOT_ALLOWED, Outcome.DONE]
    assert seen is not None
    assert seen.has_on_it(room.lea.id)
    assert (left, room.look(room.lea)) == (Outcome.DONE, None)


async def test_the_sponsors_worker_gets_no_safety_case_of_the_child_whatever_their_role(danger: Room) -> None:
    sponsors = await danger.house.open_conversation(channel=Channel.WHATSAPP)  # the same number
    is_sponsor = update(Conversation).where(Conversation.id == sponsors).values(role="sponsor")
    danger.house.database.run_sync(lambda session: session.execute(is_sponsor))
    childs, danger.conversation_id = danger.case_id, sponsors
    danger.case_id = danger.open(discipline="school", topic="school.enroll")
    danger.claim(danger.sol)
    danger.case_id = childs

    said = danger.run(transitions.claim, case_id=childs, caseworker=danger.sol, now=danger.house.clock())

    assert (said, danger.look(danger.sol)) == (Outcome.GONE, None)
    listed = danger.run(queues.list_queue, danger.sol, Queue.ALL, now=danger.house.clock())
    assert [line.topic for line in listed.lines] == ["school.enroll"]
    danger.claim(danger.ana)
    offer = {"case_id": childs, "caseworker": danger.ana, "to": danger.sol, "now": danger.house.clock()}
    assert danger.run(transitions.offer_transfer, **offer) is Outcome.NOT_ALLOWED


async def test_who_has_the_childs_safety_case_gets_none_of_the_sponsor(danger: Room) -> None:
    danger.claim(danger.ana)
    childs, danger.conversation_id = danger.case_id, await danger.house.open_conversation(channel=Channel.WHATSAPP)
    is_sponsor = update(Conversation).where(Conversation.id == danger.conversation_id).values(role="sponsor")
    danger.house.database.run_sync(lambda session: session.execute(is_sponsor))
    danger.case_id = danger.open(discipline="school", topic="school.enroll")

    said = danger.run(transitions.claim, case_id=danger.case_id, caseworker=danger.ana, now=danger.house.clock())

    assert said is Outcome.GONE
    assert danger.look(danger.ana, childs) is not None


async def test_a_household_known_by_its_persons_is_walled_too(danger: Room) -> None:
    other = await danger.house.open_conversation(person="+12025550177")
    is_sponsor = update(Conversation).where(Conversation.id == other).values(role="sponsor")
    danger.house.database.run_sync(lambda session: session.execute(is_sponsor))
    childs, conversation_id = danger.case_id, danger.conversation_id
    danger.conversation_id = other
    danger.case_id = danger.open(discipline="school", topic="school.enroll")
    danger.claim(danger.ana)
    before = danger.look(danger.ana, childs)

    danger.run(link, danger.house.organisation_id, [conversation_id, other], danger.house.clock())

    assert before is not None
    assert danger.look(danger.ana, childs) is None


def link(session: Any, organisation_id: str, conversations: list[str], now: datetime) -> None:
    """Say that one person is behind the addresses of some conversations."""
    session.add(Person(id="p" * 32, organisation_id=organisation_id, created_at=now))
    session.flush()
    for address_id in session.scalars(select(Conversation.address_id).where(Conversation.id.in_(conversations))):
        session.add(PersonAddress(person_id="p" * 32, address_id=address_id, since=now))


# Notes.


async def test_a_lawyers_note_is_for_the_lawyers_on_the_case_and_nobody_else(room: Room) -> None:
    room.claim(room.ana)
    of_lea = {"case_id": room.case_id, "member": room.lea, "discipline": "legal", "now": room.house.clock()}
    room.run(members.add_member, caseworker=room.ana, **of_lea)

    room.note(room.lea, "privileged", "school")
    room.note(room.ana, "for all")

    assert room.read_notes(room.lea) == ["privileged", "for all"]
    assert room.read_notes(room.ana) == room.read_notes(room.sol) == ["for all"]


async def test_a_lawyer_who_is_not_on_the_case_sees_no_walled_note(room: Room) -> None:
    lawyer = add_worker(room.house, "lou", role=SUPERVISOR, disciplines=["legal"])
    room.claim(room.ana)

    room.note(lawyer, "privileged")
    other = replace(lawyer, id=room.sol.id)

    assert (room.read_notes(lawyer), room.read_notes(other)) == (["privileged"], [])


# Replies.


async def test_only_who_has_the_case_writes_and_only_once_it_is_claimed(room: Room) -> None:
    before = room.reply(room.ana)
    room.claim(room.ana)

    said = [room.reply(room.ana), room.reply(room.sol), room.reply(replace(room.ana, organisation_id="0" * 32))]

    assert before is ReplyOutcome.NOT_ALLOWED
    assert said == [ReplyOutcome.QUEUED, ReplyOutcome.NOT_ALLOWED, ReplyOutcome.GONE]


async def test_a_double_click_sends_once(room: Room) -> None:
    room.claim(room.ana)

    said = [room.reply(room.ana, form_key="one"), room.reply(room.ana, form_key="one")]

    assert said == [ReplyOutcome.QUEUED, ReplyOutcome.REPEATED]
    sent = room.house.rows(select(Message.body_sealed).where(Message.author == "caseworker"))
    assert len(sent) == 1


async def test_a_reply_stops_the_clock_and_takes_a_question_about_erasing_away(room: Room) -> None:
    room.claim(room.ana)
    room.run(drafts.save_draft, room.house.vault, **_draft(room), body="We a")
    asked = {"kind": "erase", "choices": ["erase", "keep"], "expires_at": room.house.later(9)}
    question = OpenQuestionRow(conversation_id=room.conversation_id, **asked)
    room.house.database.run_sync(lambda session: session.add(question))

    room.reply(room.ana)

    assert (room.case.waiting_since, room.case.reply_due_at) == (None, None)
    assert room.case.first_reply_at == room.house.clock()
    assert room.house.rows(select(OpenQuestionRow)) == room.house.rows(select(ReplyDraft)) == []
    (message,) = room.house.rows(select(Message).where(Message.author == "caseworker"))
    assert (message.caseworker_id, message.case_id) == (room.ana.id, room.case_id)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (" \n", ReplyOutcome.EMPTY),
        ("a" * 1601, ReplyOutcome.TOO_LONG),
        ("Your A-number is A 012 345 678", ReplyOutcome.GOVERNMENT_NUMBER),
        ("<b>Hola</b> & {code}", ReplyOutcome.QUEUED),
    ],
)
async def test_what_cannot_be_sent_is_refused_and_kept_for_the_composer(
    room: Room, body: str, said: ReplyOutcome
) -> None:
    room.claim(room.ana)

    assert room.reply(room.ana, body) is said


async def test_nobody_writes_after_a_stop(room: Room) -> None:
    room.claim(room.ana)
    await room.house.hear("STOP")

    assert room.reply(room.ana) is ReplyOutcome.STOPPED


async def test_outside_the_window_the_reply_waits_in_the_outbox(house: House) -> None:
    conversation_id = await house.open_conversation(channel=Channel.WHATSAPP)
    room = Room(house, conversation_id, discipline="school", topic="school.not_sent")
    room.claim(room.ana)
    house.later(25 * 3600)

    said = room.reply(room.ana)

    case = room.look(room.ana)
    assert case is not None
    assert said is ReplyOutcome.OUTSIDE_WINDOW
    assert room.run(replies.find_window_end, case) < house.clock()
    assert house.outbox()[-1].status == "queued"


async def test_the_first_text_of_a_safety_case_is_neutral_until_it_is_answered(danger: Room) -> None:
    danger.claim(danger.ana)
    first, neutral = danger.reply(danger.ana), danger.reply(danger.ana, "Is this a good time?", answer=OPENING)
    too_soon = danger.reply(danger.ana)
    danger.run(note_good_time, danger.conversation_id, "who is this", now=danger.house.clock())
    still = danger.reply(danger.ana)
    danger.run(note_good_time, danger.conversation_id, " 1. ", now=danger.house.clock())

    answered = danger.reply(danger.ana)

    assert (first, neutral) == (ReplyOutcome.OPENING_FIRST, ReplyOutcome.QUEUED)
    assert (too_soon, still, answered) == (ReplyOutcome.OPENING_FIRST, ReplyOutcome.OPENING_FIRST, ReplyOutcome.QUEUED)


async def test_the_neutral_text_is_left_out_only_with_a_reason_that_stays_in_the_timeline(danger: Room) -> None:
    danger.claim(danger.ana)

    said = [danger.reply(danger.ana, override=" "), danger.reply(danger.ana, override="She asked me to write now.")]

    case = danger.look(danger.ana)
    assert case is not None
    items: Sequence[timeline.TimelineItem] = danger.run(timeline.read_timeline, danger.house.vault, danger.ana, case)
    assert said == [ReplyOutcome.OPENING_FIRST, ReplyOutcome.QUEUED]
    assert [item.body for item in items if item.kind == "opening_overridden"] == ["She asked me to write now."]


# Messages that arrive.


async def test_why_a_lawyer_left_the_neutral_text_out_is_for_lawyers_that_it_was_left_out_for_all(danger: Room) -> None:
    lawyer = replace(danger.ana, disciplines=("legal", "safety"))
    danger.claim(danger.ana)
    danger.reply(lawyer, override="Her lawyer told me.")

    seen = []
    for staff in (lawyer, danger.sol):
        case = danger.look(staff)
        assert case is not None
        items = danger.run(timeline.read_timeline, danger.house.vault, staff, case)
        seen += [item.body for item in items if item.kind == "opening_overridden"]

    assert seen == ["Her lawyer told me.", ""]


async def test_an_answer_that_a_claim_has_overtaken_leaves_its_message_with_the_owner(room: Room) -> None:
    room.house.bot.answers = {"menu?": "service.menu"}
    inbox_id = await room.house.receive("menu?")
    room.run(update_clock_away, room.case_id)
    before = len(room.house.outbox())
    heard = room.house.bot.understand

    async def claim_meanwhile(text: str) -> Any:
        room.claim(room.ana)
        return await heard(text)

    room.house.bot.understand = claim_meanwhile  # type: ignore[method-assign]
    await room.house.decider.decide(inbox_id)

    assert len(room.house.outbox()) == before
    assert "joined" in room.house.case_events()
    assert room.case.waiting_since is not None


def update_clock_away(session: Any, case_id: str) -> None:
    session.execute(update(Case).where(Case.id == case_id).values(waiting_since=None, reply_due_at=None))


# Lists, summary, reports.


async def test_the_queues_hold_what_their_names_say_and_filters_narrow_them(room: Room) -> None:
    urgent = room.open(discipline="health", topic="health.emergency", urgency=Urgency.PAGE_NOW)
    room.claim(room.ana)
    now = room.house.clock()

    listed = {queue: room.run(queues.list_queue, room.sol, queue, now=now).lines for queue in Queue}
    mine = room.run(queues.list_queue, room.ana, Queue.MINE, now=now).lines
    found = room.run(queues.list_queue, room.sol, Queue.ALL, filters=Filters(code="a1", language="es"), now=now).lines
    none = room.run(queues.list_queue, room.sol, Queue.ALL, filters=Filters(number_key="0" * 64), now=now).lines

    assert [line.id for line in listed[Queue.ALL]] == [urgent, room.case_id]
    assert [line.id for line in listed[Queue.URGENT]] == [line.id for line in listed[Queue.UNCLAIMED]] == [urgent]
    assert [line.id for line in mine] == [line.id for line in found] == [room.case_id]
    assert none == ()
    assert room.run(queues.count_queues, room.sol) == {queue: len(lines) for queue, lines in listed.items()}


async def test_the_summary_has_what_was_asked_and_the_last_words_and_shows_no_words_in_its_repr(room: Room) -> None:
    await room.house.hear("xyzzy plugh")
    case = room.look(room.ana)
    assert case is not None

    summary = room.run(summarise, room.house.vault, case)

    assert summary.last_words == "xyzzy plugh"
    assert len(summary.exchanges) == 2
    assert "plugh" not in repr(summary)
    assert "plugh" not in repr(case)


async def test_a_report_is_made_once_and_signed_by_another_supervisor(room: Room) -> None:
    room.claim(room.sol)
    other = add_worker(room.house, "sue", role=SUPERVISOR)
    of_case, now = {"case_id": room.case_id}, room.house.clock()
    begin = {**of_case, "caseworker": room.sol, "to_whom": "Child protection", "state": "TX", "now": now}
    begun = room.run(reports.begin_report, room.house.vault, **begin)
    report_id = room.house.rows(select(MandatedReport.id))[0]
    overdue = room.run(reports.find_overdue, room.house.organisation_id, now + timedelta(days=2))
    sign = {**of_case, "report_id": report_id, "now": now}
    make = {**sign, "caseworker": room.sol, "reference": "R-77", "reported_at": now}

    said = [room.run(reports.sign_report, caseworker=other, **sign)]
    said += [room.run(reports.make_report, room.house.vault, **make) for _ in range(2)]
    said += [room.run(reports.sign_report, caseworker=staff, **sign) for staff in (room.sol, other, other)]

    no, done = Outcome.NOT_ALLOWED, Outcome.DONE
    assert (begun, overdue) == (done, [(room.case_id, room.sol.id)])
    assert said == [no, done, no, no, done, no]
    case = room.look(room.sol)
    assert case is not None
    assert [one.reference for one in room.run(reports.list_reports, room.house.vault, case)] == ["R-77"]


async def test_of_a_forgotten_person_no_word_is_left_beside_the_case(room: Room) -> None:
    room.claim(room.ana)
    own = {"caseworker": room.ana, "case_id": room.case_id, "now": room.house.clock()}
    call = {"kind": calls.CallKind.WISH, "details": {"number": "+12025550199"}}
    room.run(calls.add_call, room.house.vault, **own, **call)
    booking = {"language": "quc", "details": {"town": "Nebaj"}, "starts_at": None}
    room.run(calls.add_booking, room.house.vault, **own, **booking)
    room.run(reports.begin_report, room.house.vault, **own, to_whom="Child protection", state="TX")
    room.run(drafts.save_draft, room.house.vault, **_draft(room), body="Dear")
    room.note(room.ana, "She is afraid.")

    room.run(empty_cases, [room.case_id], reason="erased", now=room.house.clock())

    columns = CallEntry.details_sealed, InterpreterBooking.details_sealed, CaseEvent.note_sealed
    columns += MandatedReport.to_whom_sealed, MandatedReport.reference_sealed, ReplyDraft.body_sealed
    assert [room.house.rows(select(func.count(column))) for column in columns] == [[0]] * 6
    assert (room.case.conversation_id, room.case.owner_id) == (None, room.ana.id)
    assert room.look(room.sol) is not None


def _draft(room: Room) -> dict[str, Any]:
    return {"case_id": room.case_id, "caseworker_id": room.ana.id, "now": room.house.clock()}


async def test_a_page_that_is_still_open_keeps_nothing_of_a_forgotten_person(room: Room) -> None:
    room.claim(room.ana)
    room.run(empty_cases, [room.case_id], reason="erased", now=room.house.later(1))

    typed = {"case_id": room.case_id, "caseworker_id": room.ana.id, "body": "Her name is", "now": room.house.clock()}
    room.run(drafts.save_draft, room.house.vault, **typed)

    assert room.look(room.ana) is not None  # the shell: code and times
    assert room.house.rows(select(ReplyDraft)) == []


async def test_whatever_is_written_to_or_beside_a_case_is_in_the_audit_without_a_word_of_it(room: Room) -> None:
    room.claim(room.ana)
    by_ana = {"caseworker": room.ana, "case_id": room.case_id, "now": room.house.clock()}

    room.reply(room.ana, "Buenos días")
    room.note(room.ana, "Buenos días")
    room.run(calls.add_call, room.house.vault, kind=calls.CallKind.WISH, details={"note": "Buenos días"}, **by_ana)
    room.run(
        calls.add_booking, room.house.vault, language="quc", details={"town": "Buenos días"}, starts_at=None, **by_ana
    )

    written = room.house.rows(select(AuditEntry).where(AuditEntry.act != "staff_added"))
    assert {one.act for one in written} == {
        "case.claim", "case.reply", "case.note", "case.call_wished", "case.interpreter",
    }  # fmt: skip
    assert not any("Buenos" in str(one.details) for one in written)


async def test_what_is_being_typed_is_kept_for_each_caseworker(room: Room) -> None:
    for body in ("We", "We are"):
        room.run(drafts.save_draft, room.house.vault, **_draft(room), body=body)

    found = [
        room.run(drafts.find_draft, room.house.vault, case_id=room.case_id, caseworker_id=staff.id)
        for staff in (room.ana, room.sol)
    ]

    assert found == ["We are", ""]
