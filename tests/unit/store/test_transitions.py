"""The moves of a case: each from where and by whom the table says, one owner at a time, all of it in the timeline."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from conversation.messages import Handoff, Urgency
from store.cases import members, transitions
from store.cases.opening import open_or_join
from store.cases.transitions import MOVES, By, Ending, Move, Outcome, Phase, find_phase
from store.forgetting.deleting import empty_cases
from store.staff.staff import Role, Staff
from store.tables import AuditEntry, Case, CaseEvent, Conversation, OpenQuestionRow, Page
from tests.house import House
from tests.staff import add_worker

DRAWING = Path(__file__).parents[3] / "docs" / "handoff-states.md"
HOUR = timedelta(hours=1)
ACTS: dict[Move, Callable[..., Outcome]] = {
    Move.CLAIM: transitions.claim,
    Move.RELEASE: transitions.release,
    Move.OFFER: transitions.offer_transfer,
    Move.ACCEPT: transitions.accept_transfer,
    Move.DECLINE: transitions.decline_transfer,
    Move.SNOOZE: transitions.snooze,
    Move.WAKE: transitions.wake,
    Move.CLOSE: transitions.close,
    Move.REOPEN: transitions.reopen,
}
WAY = {  # how to get there
    Phase.WAITING: (),
    Phase.CLAIMED: (Move.CLAIM,),
    Phase.OFFERED: (Move.CLAIM, Move.OFFER),
    Phase.SNOOZED: (Move.CLAIM, Move.SNOOZE),
    Phase.CLOSED: (Move.CLAIM, Move.CLOSE),
}


class Desk:
    """A case and four people: its owner to be, who is offered it, somebody else, and their supervisor."""

    def __init__(self, house: House, conversation_id: str) -> None:
        self.house, self.conversation_id = house, conversation_id
        self.people = {
            By.OWNER: add_worker(house, "ana"),
            By.OFFERED: add_worker(house, "ben"),
            By.ANYONE: add_worker(house, "cam"),
            By.SUPERVISOR: add_worker(house, "sol", role=Role.SUPERVISOR),
            By.SERVICE: None,
        }
        self.case_id = self.open()

    def open(self, **fields: Any) -> str:
        handoff = replace(Handoff("legal.find_lawyer", "legal", Urgency.PAGE_NOW, "request"), **fields)
        values = {"language": "es", "message_id": None, "now": self.house.clock()}
        code = self.house.database.run_sync(lambda s: open_or_join(s, self.conversation_id, handoff, **values))
        found: str = self.house.rows(select(Case.id).where(Case.code == code))[0]
        return found

    def do(self, move: Move, by: By | Staff, **more: Any) -> Outcome:
        staff = self.people[by] if isinstance(by, By) else by
        extra: dict[Move, dict[str, Any]] = {
            Move.OFFER: {"to": self.people[By.OFFERED]},
            Move.SNOOZE: {"until": self.house.clock() + HOUR},
            Move.CLOSE: {"outcome": Ending.HELPED},
        }
        values = {**extra.get(move, {}), **more}
        now = self.house.later(1)
        return self.house.database.run_sync(
            lambda session: ACTS[move](session, case_id=self.case_id, caseworker=staff, now=now, **values)
        )

    def bring_to(self, phase: Phase) -> None:
        for move in WAY[phase]:
            assert self.do(move, By.OWNER) is Outcome.DONE
        assert find_phase(self.case) is phase

    @property
    def case(self) -> Case:
        found: Case = self.house.get(Case, self.case_id)
        return found

    def events(self) -> list[str]:
        return self.house.rows(select(CaseEvent.kind).where(CaseEvent.case_id == self.case_id).order_by(CaseEvent.at))


@pytest.fixture
async def desk(house: House) -> Desk:
    return Desk(house, await house.open_conversation())


@pytest.mark.parametrize("move", [one for one in Move if one is not Move.CLAIM])
async def test_a_move_is_made_from_where_and_by_whom_the_table_says(desk: Desk, move: Move) -> None:
    rule, wrong = MOVES[move], []

    for phase, by in product(Phase, By):
        desk.case_id = desk.open(topic=f"{phase}.{by}")
        desk.bring_to(phase)
        done = desk.do(move, by)
        is_it = phase is Phase.OFFERED if by is By.OFFERED else phase is not Phase.WAITING or by is not By.OWNER
        allowed = phase in rule.starts and by in rule.by and is_it
        expected = (Outcome.DONE, rule.ends) if allowed else (Outcome.NOT_ALLOWED, phase)
        wrong += [] if (done, find_phase(desk.case)) == expected else [(phase, by, done)]

    assert wrong == []


async def test_of_two_who_claim_one_wins_and_the_other_is_told(desk: Desk) -> None:
    claims = [desk.do(Move.CLAIM, by) for by in (By.OWNER, By.ANYONE, By.OWNER)]

    assert claims == [Outcome.DONE, Outcome.TAKEN_BY_OTHER, Outcome.DONE]
    assert desk.case.owner_id == desk.people[By.OWNER].id  # type: ignore[union-attr]
    assert desk.events() == ["opened", "claimed"]


async def test_a_claim_ends_the_paging_and_keeps_the_person_waiting_since_the_beginning(desk: Desk) -> None:
    opened = desk.case.opened_at
    page = Page(case_id=desk.case_id, caseworker_id=desk.people[By.OWNER].id, step="worker", sent_at=opened)  # type: ignore[union-attr]
    desk.house.database.run_sync(lambda session: session.add(page))

    desk.do(Move.CLAIM, By.OWNER)

    assert (desk.case.page_due_at, desk.case.waiting_since) == (None, opened)
    assert desk.house.rows(select(Page.answered_at)) == [desk.house.clock()]


async def test_a_transfer_leaves_no_moment_without_an_owner(desk: Desk) -> None:
    desk.bring_to(Phase.OFFERED)
    before = desk.case.owner_id

    accepted = desk.do(Move.ACCEPT, By.OFFERED)

    assert (accepted, before) == (Outcome.DONE, desk.people[By.OWNER].id)  # type: ignore[union-attr]
    assert desk.case.owner_id == desk.people[By.OFFERED].id  # type: ignore[union-attr]


@pytest.mark.parametrize("wrong", [{"active": False}, {"organisation_id": "0" * 32}, {"role": Role.REVIEWER}])
async def test_nobody_can_be_offered_a_case_who_cannot_have_one(desk: Desk, wrong: dict[str, Any]) -> None:
    desk.bring_to(Phase.CLAIMED)
    colleague = desk.people[By.OFFERED]
    assert colleague is not None

    said = desk.do(Move.OFFER, By.OWNER, to=replace(colleague, **wrong))

    assert said is Outcome.NOT_ALLOWED


async def test_an_owner_is_not_offered_their_own_case(desk: Desk) -> None:
    desk.bring_to(Phase.CLAIMED)

    assert desk.do(Move.OFFER, By.OWNER, to=desk.people[By.OWNER]) is Outcome.NOT_ALLOWED


@pytest.mark.parametrize("stranger", [{"organisation_id": "0" * 32}, {"active": False}, {"role": Role.ADMINISTRATOR}])
async def test_for_strangers_there_is_no_such_case(desk: Desk, stranger: dict[str, Any]) -> None:
    colleague = desk.people[By.ANYONE]
    assert colleague is not None

    said = desk.do(Move.CLAIM, replace(colleague, **stranger))

    assert said is Outcome.GONE


async def test_of_a_person_who_was_forgotten_no_case_moves(desk: Desk) -> None:
    empty = lambda session: empty_cases(session, [desk.case_id], reason="erased", now=desk.house.clock())  # noqa: E731
    desk.house.database.run_sync(empty)

    said = [desk.do(move, By.SUPERVISOR) for move in (Move.CLAIM, Move.REOPEN, Move.CLOSE)]

    assert said == [Outcome.GONE] * 3


async def test_nothing_is_laid_aside_until_a_time_that_is_over(desk: Desk) -> None:
    desk.bring_to(Phase.CLAIMED)

    assert desk.do(Move.SNOOZE, By.OWNER, until=desk.house.clock()) is Outcome.NOT_ALLOWED


async def test_a_snoozed_case_wakes_when_its_person_writes(desk: Desk) -> None:
    desk.bring_to(Phase.SNOOZED)

    desk.open(reason="joined", urgency=Urgency.NORMAL)

    assert find_phase(desk.case) is Phase.CLAIMED
    assert set(desk.events()[-2:]) == {"joined", "woken"}


async def test_the_last_closing_gives_the_person_back_to_a_bot_that_begins_anew(desk: Desk) -> None:
    other = desk.open(topic="health.care", discipline="health")
    confused = update(Conversation).values(misunderstood=1, last_answer="system.handoff_waiting")
    desk.house.database.run_sync(lambda session: session.execute(confused))
    question = OpenQuestionRow(
        conversation_id=desk.conversation_id, kind="choose", choices=[], expires_at=desk.house.later(1)
    )
    desk.house.database.run_sync(lambda session: session.add(question))

    desk.bring_to(Phase.CLOSED)
    still = (
        desk.house.get(Conversation, desk.conversation_id).misunderstood,
        len(desk.house.rows(select(OpenQuestionRow))),
    )
    desk.case_id = other
    desk.bring_to(Phase.CLOSED)

    conversation = desk.house.get(Conversation, desk.conversation_id)
    assert still == (1, 1)
    assert (conversation.misunderstood, conversation.last_answer) == (0, None)
    assert desk.house.rows(select(OpenQuestionRow)) == []


async def test_a_case_is_not_opened_again_beside_another_of_its_topic(desk: Desk) -> None:
    desk.bring_to(Phase.CLOSED)
    desk.open()

    assert desk.do(Move.REOPEN, By.OWNER) is Outcome.NOT_ALLOWED


async def test_every_move_is_in_the_timeline_and_in_the_audit(desk: Desk) -> None:
    for move, by in (
        (Move.CLAIM, By.OWNER),
        (Move.OFFER, By.OWNER),
        (Move.DECLINE, By.OFFERED),
        (Move.CLOSE, By.OWNER),
    ):
        desk.do(move, by)

    acts = desk.house.rows(select(AuditEntry.act).where(AuditEntry.subject_id == desk.case_id).order_by(AuditEntry.at))
    assert desk.events() == ["opened", "claimed", "offered", "declined", "closed"]
    assert acts == ["case.claim", "case.offer", "case.decline", "case.close"]


async def test_whoever_leaves_has_no_case_any_more(desk: Desk) -> None:
    ana = desk.people[By.OWNER]
    assert ana is not None
    desk.bring_to(Phase.OFFERED)

    left = desk.house.database.run_sync(lambda session: members.leave_all(session, ana.id, now=desk.house.later(1)))

    assert (left, find_phase(desk.case), desk.case.owner_id) == (1, Phase.WAITING, None)
    assert desk.case.page_due_at is not None


def test_the_drawing_has_every_move_of_the_table_and_no_other() -> None:
    drawn = set(re.findall(r"^ +(\w+) --> (\w+): (\w+)", DRAWING.read_text(encoding="utf-8"), re.MULTILINE))

    table = {(start, rule.ends, move) for move, rule in MOVES.items() for start in rule.starts}
    assert drawn == table


def test_the_document_says_who_may_make_each_move() -> None:
    rows = re.findall(r"^\| (\w+) \| ([\w, ]+) \|", DRAWING.read_text(encoding="utf-8"), re.MULTILINE)

    assert {move: set(by.split(", ")) for move, by in rows if move in set(Move)} == {
        move: set(rule.by) for move, rule in MOVES.items()
    }
