"""One conversation, caseworkers, and a world that interleaves everything: the machine that looks for a breach of I4.

A model beside the real store knows only what each act returned: which cases are claimed, and by whom. The carrier is
watched: at the moment of each offer the model says whether the bot may speak.
"""

import asyncio
import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import ColumnElement, select

from conversation.answers.catalogue import KNOCK
from conversation.messages import Author, CaseStatus, Channel, DeliveryStatus, InboundMessage
from conversation.one_voice import CONFIRMATIONS, is_crisis
from conversation.pipeline import decide
from conversation.ports import RetryLater, TemplateState, TemplateStatus, Unknown
from service import wiring
from store import inbox, templates
from store.cases import transitions
from store.cases.access import get_case_for
from store.cases.replies import OPENING, Reply, ReplyOutcome, queue_reply
from store.cases.timeline import MESSAGE, read_timeline
from store.cases.transitions import Ending, Outcome
from store.conversations import get_memory
from store.decisions import DecisionWriter
from store.staff.accounts import add_caseworker
from store.staff.staff import Role, Staff, find_by_login
from store.tables import Case, CaseEvent, InboxEntry, Message, OutboxEntry
from tests.fakes import START, FakeBot, FakeQueue, FakeSender, Lost, Offer
from tests.house import House

KNOWN = {"school?": "school.enroll_documents", "menu?": "service.menu", "lawyer?": "legal.find_lawyer"}
TEXTS = (
    *KNOWN,
    "qwerty zxcvb",
    "PERSON",
    "thank you",
    "I want to kill myself",
    "STOP",
    "START",
    "HELP",
    "1",
    "PRIVATE",
)
_UNSENT = (DeliveryStatus.QUEUED, DeliveryStatus.WAITING, DeliveryStatus.SENDING)
_numbers = itertools.count()


class Crash(Exception):
    """The process dies while the carrier is being asked."""


@dataclass
class Stage:
    """A database that serves all examples of a run: each has a number of its own."""

    house: House
    workers: tuple[Staff, ...] = ()

    def __post_init__(self) -> None:
        self.workers = tuple(self._add(login, role) for login, role in _STAFF)
        wording = self.house.rules.catalogue.wordings[KNOCK, "en"].text
        state = TemplateState("HX" + "c" * 32, TemplateStatus.APPROVED)
        self._run(
            lambda session: templates.save_submission(
                session, self.house.organisation_id, state, answer=KNOCK, language="en", text=wording, now=START
            )
        )

    def _add(self, login: str, role: Role) -> Staff:
        house = self.house

        def add(session: Any) -> Staff | None:
            add_caseworker(session, house.vault, house.organisation_id, login=login, name=login, role=role, now=START)
            return find_by_login(session, house.vault, house.organisation_id, login)

        found = self._run(add)
        assert found is not None
        return found

    def _run[T](self, fn: Callable[[Any], T]) -> T:
        return self.house.database.run_sync(fn)


_STAFF = (("ana", Role.CASEWORKER), ("ben", Role.CASEWORKER), ("sol", Role.SUPERVISOR))


@dataclass
class Watch(FakeSender):
    """A carrier that calls `on_offer` at the moment it is asked, before anything else can happen."""

    on_offer: Callable[[str], None] = field(default=lambda _: None)

    async def send(self, *, outbox_id: str, **offer: Any) -> Any:
        self.on_offer(outbox_id)
        return await super().send(outbox_id=outbox_id, **offer)


class OneVoice(RuleBasedStateMachine):
    """See the module. Rules are named for what happens; invariants for what must hold after each."""

    stage: Stage  # set by `play`

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.house, number = self.stage.house, next(_numbers)
        self.person = f"+1{201 + number // 100}55501{number % 100:02d}"
        self.house.queue, self.house.bot.answers = FakeQueue(), KNOWN
        self.house.sender = Watch(on_offer=self._note_offer)
        self.house.clock.now = START + timedelta(days=40 * number)
        self.channel = Channel.SMS
        self.last: InboundMessage | None = None
        self.thought: Any = None
        self.owners: dict[str, str] = {}  # case → owner, by what the moves returned
        self.acts: list[tuple[str, str]] = []  # (case, kind of event) of the caseworkers
        self.replies = 0
        self.breaches: list[str] = []

    def teardown(self) -> None:
        self.runner.close()

    # What happens.

    @initialize(channel=st.sampled_from(Channel), texts=st.lists(st.sampled_from(["PERSON", "school?"]), min_size=1))
    def begin(self, channel: Channel, texts: list[str]) -> None:
        self.channel = channel
        for text in texts[:3]:
            self.write_in(text)
        if len(texts) > 1:
            self.decide_at_once(claimed=False)

    @rule(text=st.sampled_from(TEXTS))
    def write_in(self, text: str) -> None:
        self.house.later(3)
        self.last = self.house.message(text, person=self.person, channel=self.channel)
        assert self.wait_for(self.house.inbox.accept(self.last))

    @precondition(lambda self: self.find_undecided() is not None and self.thought is None)
    @rule()
    def think(self) -> None:
        """The pipeline reads and decides; nothing is written yet."""
        inbox_id = self.find_undecided()
        heard = self.run(lambda session: inbox.find_undecided(session, self.house.vault, inbox_id or ""))
        assert heard is not None
        bot = FakeBot(KNOWN)
        decision = self.wait_for(
            decide(heard.message, heard.memory, rules=self.house.rules, bot=bot, now=self.house.clock())
        )
        self.thought = (inbox_id, heard, decision)

    @precondition(lambda self: self.thought is not None)
    @rule()
    def write_decision(self) -> None:
        self.house.later(1)
        inbox_id, heard, decision = self.thought
        self.thought = None
        writer = DecisionWriter(self.house.vault, self.house.queue, wiring.split_body)
        self.run(lambda session: writer.write(session, inbox_id, heard, decision, self.house.clock()))
        for author, answer in self.find_said(Message.in_reply_to == heard.message_id):
            self._judge(author, answer)

    @precondition(lambda self: self.find_undecided() is not None and self.thought is None)
    @rule(claimed=st.booleans())
    def decide_at_once(self, claimed: bool) -> None:
        """Think and write, with or without a claim between them: the window this is all about."""
        self.think()
        if claimed:
            self.claim(1)
        self.write_decision()

    @rule(carrier=st.sampled_from(["takes it", "takes it", "is busy", "says nothing", "dies", "is slow"]))
    def send_what_is_due(self, carrier: str) -> None:
        self.house.later(5)
        script = {"is busy": RetryLater(20429, 1.0), "says nothing": Lost(Unknown("timeout"))}
        self.house.sender.script = [script[carrier]] if carrier in script else []
        self.house.sender.meanwhile = {"dies": self._die, "is slow": self._claim_meanwhile}.get(carrier)
        for outbox_id in self.find_unsent():
            with suppress(Crash):
                self.wait_for(self.house.send(outbox_id))
        self.house.sender.meanwhile = None

    @rule(worker=st.integers(0, 2))
    def claim(self, worker: int) -> None:
        self.house.later(1)
        staff = self.stage.workers[worker]
        for case in self.cases(CaseStatus.WAITING):
            self.move("claimed", transitions.claim, case, staff)

    @precondition(lambda self: bool(self.owners))
    @rule(twice=st.booleans())
    def reply(self, twice: bool) -> None:
        self.house.later(1)
        for case in self.cases(CaseStatus.CLAIMED):
            self.replies += 1
            answer = OPENING if case.opening == "needed" else None
            reply = Reply("We are here.", f"form {self.person} {self.replies}", answer=answer, override="They called.")
            said = self.send_reply(case, reply)
            assert said in (ReplyOutcome.QUEUED, ReplyOutcome.OUTSIDE_WINDOW, ReplyOutcome.STOPPED)
            if twice and said is not ReplyOutcome.STOPPED:
                assert self.send_reply(case, reply) is ReplyOutcome.REPEATED

    @precondition(lambda self: bool(self.owners))
    @rule(what=st.sampled_from(["transfer", "decline", "release", "close", "snooze"]))
    def move_on(self, what: str) -> None:
        """The owner does something with what they have."""
        for case in self.cases(CaseStatus.CLAIMED):
            self.house.later(1)
            owner = self.owner_of(case)
            if what == "release":
                self.move("released", transitions.release, case, owner)
            elif what == "close":
                self.move("closed", transitions.close, case, owner, outcome=Ending.HELPED)
            elif what == "snooze":
                until = self.house.clock() + timedelta(hours=2)
                self.move("snoozed", transitions.snooze, case, owner, until=until)
            else:
                self.transfer(case, owner, accepts=what == "transfer")

    @rule(what=st.sampled_from(["crash", "webhook again", "second claim", "an hour", "a day"]))
    def disturb(self, what: str) -> None:
        if what == "crash":
            self.thought = None  # what was only in memory is gone
        elif what == "webhook again":
            assert self.last is not None
            assert not self.wait_for(self.house.inbox.accept(self.last))
        elif what == "second claim":
            self.claim_what_is_taken()
        else:
            self.house.later(3600 * (1 if what == "an hour" else 26))

    # What must hold.

    @invariant()
    def the_bot_is_silent_after_a_claim(self) -> None:
        assert not self.breaches, f"the bot spoke: {self.breaches}"

    @invariant()
    def each_case_has_one_owner_or_waits(self) -> None:
        owners = {case.id: case.owner_id for case in self.cases(CaseStatus.CLAIMED)}
        assert owners == self.owners
        assert all(case.owner_id is None for case in self.cases(CaseStatus.WAITING))

    @invariant()
    def no_message_is_lost_or_unseen(self) -> None:
        for entry, message in self.heard():
            if entry.status == "new" or self.is_answered(message):
                continue
            assert self.is_before_people(message), f"nobody sees message {message.seq}"

    @invariant()
    def the_timeline_is_whole(self) -> None:
        supervisor = self.stage.workers[2]
        for case in self.cases(CaseStatus.WAITING, CaseStatus.CLAIMED):
            items = self.run(lambda session, case=case: self._read(session, supervisor, case))
            said = self.house.rows(select(Message.id).where(Message.conversation_id == case.conversation_id))
            assert {item.id for item in items if item.kind == MESSAGE} == set(said)
            acted = [item.kind for item in items if item.author == "caseworker" and item.kind not in _BESIDES]
            assert acted == [kind for case_id, kind in self.acts if case_id == case.id]

    # How.

    def run[T](self, fn: Callable[[Any], T]) -> T:
        return self.house.database.run_sync(fn)

    def wait_for(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    @property
    def conversation_id(self) -> str:
        assert self.last is not None
        sent = InboxEntry.provider_message_id == self.last.provider_message_id
        found: str = self.house.rows(select(InboxEntry.conversation_id).where(sent))[0]
        return found

    def heard(self) -> list[tuple[InboxEntry, Message]]:
        query = select(InboxEntry, Message).join(Message, Message.id == InboxEntry.message_id)
        ours = query.where(InboxEntry.conversation_id == self.conversation_id).order_by(InboxEntry.seq)
        return self.run(lambda session: [tuple(row) for row in session.execute(ours)])

    def find_undecided(self) -> str | None:
        """The oldest message of the conversation that waits for its decision: one at a time (I3)."""
        return next((entry.id for entry, _ in self.heard() if entry.status == "new"), None)

    def find_unsent(self) -> list[str]:
        ours = OutboxEntry.conversation_id == self.conversation_id, OutboxEntry.status.in_(_UNSENT)
        return self.house.rows(select(OutboxEntry.id).where(*ours).order_by(OutboxEntry.seq))

    def cases(self, *statuses: CaseStatus) -> list[Case]:
        ours = Case.conversation_id == self.conversation_id, Case.status.in_(statuses)
        return self.house.rows(select(Case).where(*ours).order_by(Case.opened_at))

    def owner_of(self, case: Case) -> Staff:
        return next(one for one in self.stage.workers if one.id == self.owners[case.id])

    def move(self, kind: str, act: Callable[..., Outcome], case: Case, staff: Staff, **more: Any) -> None:
        now = self.house.clock()
        said = self.run(lambda session: act(session, case_id=case.id, caseworker=staff, now=now, **more))
        assert said is Outcome.DONE
        self.acts.append((case.id, kind))
        if kind in ("claimed", "accepted"):
            self.owners[case.id] = staff.id
        elif kind in ("closed", "released"):
            del self.owners[case.id]

    def transfer(self, case: Case, owner: Staff, *, accepts: bool) -> None:
        to = next(one for one in self.stage.workers if one.id != owner.id)
        self.move("offered", transitions.offer_transfer, case, owner, to=to)
        self.house.later(1)
        answer = transitions.accept_transfer if accepts else transitions.decline_transfer
        self.move("accepted" if accepts else "declined", answer, case, to)

    def claim_what_is_taken(self) -> None:
        """Of two who claim one wins, and the other is told."""
        staff, now = self.stage.workers[0], self.house.clock()
        for case_id, owner in self.owners.items():
            again = partial(transitions.claim, case_id=case_id, caseworker=staff, now=now)
            assert self.run(again) is (Outcome.DONE if owner == staff.id else Outcome.TAKEN_BY_OTHER)

    def send_reply(self, case: Case, reply: Reply) -> ReplyOutcome:
        house = self.house
        return self.run(
            lambda session: queue_reply(
                session, house.vault, house.queue, wiring.split_body,
                caseworker=self.owner_of(case), case_id=case.id, reply=reply, now=house.clock(),
            )
        )  # fmt: skip

    def is_answered(self, message: Message) -> bool:
        """Whether a text in reply to it has gone or will go, or it asked for nothing but silence."""
        query = select(OutboxEntry.status, OutboxEntry.reason).join(Message, Message.id == OutboxEntry.message_id)
        replies = self.run(lambda session: list(session.execute(query.where(Message.in_reply_to == message.id))))
        return any((status, reason) != ("dropped", "claimed") for status, reason in replies)

    def is_before_people(self, message: Message) -> bool:
        """Whether somebody has the message before them and owes an answer, or has acted since, or a stop held."""
        if self.was_stopped_at(message):
            return True
        for case in self.house.rows(select(Case).where(Case.conversation_id == message.conversation_id)):
            if case.status != CaseStatus.CLOSED and case.waiting_since is not None:
                return True
            acted = [case.closed_at, *self._reply_times(case)]
            if any(at is not None and at >= message.at for at in acted):
                return True
        return False

    def was_stopped_at(self, message: Message) -> bool:
        """Whether a stop held when the message was written, or it was the stop itself."""
        stopped = False
        for entry, other in self.heard():
            if other.seq > message.seq:
                break
            if entry.command in ("stop", "start"):
                stopped = entry.command == "stop"
                if other.id == message.id:
                    return True
        memory = self.run(lambda session: get_memory(session, self.house.vault, message.conversation_id))
        return stopped or memory.stopped

    def _reply_times(self, case: Case) -> list[datetime]:
        replied = CaseEvent.case_id == case.id, CaseEvent.kind == "replied"
        return self.house.rows(select(CaseEvent.at).where(*replied))

    def _read(self, session: Any, staff: Staff, case: Case) -> Any:
        found = get_case_for(session, self.house.vault, staff, case.id, now=self.house.clock())
        assert found is not None
        return read_timeline(session, self.house.vault, staff, found, limit=10_000)

    def find_said(self, which: ColumnElement[bool]) -> list[tuple[str, str | None]]:
        """Return (author, answer) of outgoing messages."""
        query = select(Message.author, Message.answer).join(OutboxEntry, OutboxEntry.message_id == Message.id)
        return self.run(lambda session: [(author, answer) for author, answer in session.execute(query.where(which))])

    def _note_offer(self, outbox_id: str) -> None:
        for author, answer in self.find_said(OutboxEntry.id == outbox_id):
            self._judge(author, answer)

    def _judge(self, author: str, answer: str | None) -> None:
        """A text is queued, or the carrier is asked for it, in this moment: may it be?"""
        may = author == Author.CASEWORKER or is_crisis(answer) or answer in CONFIRMATIONS
        if self.owners and not may:
            self.breaches.append(f"{answer} by {author}")

    async def _die(self, offer: Offer) -> None:
        raise Crash

    async def _claim_meanwhile(self, offer: Offer) -> None:
        """A caseworker claims while the carrier takes its time: what is under way was before the claim."""
        self.claim(0)


_BESIDES = {MESSAGE, "replied", "opening_overridden", "opening_answered"}
