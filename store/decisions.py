"""Writing a decision: everything it leads to, and "handled", in one transaction (I1, I2, I4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from conversation.appointments.schedule import DAYS_BEFORE
from conversation.appointments.wording import LINK
from conversation.check_ins.values import DAYS_AFTER
from conversation.messages import CaseStatus, Channel, Command, Decision, Memory, OutgoingText
from conversation.one_voice import may_follow_claim
from conversation.ports import WorkQueue
from store.cases.opening import join_claimed, note_good_time, open_or_join
from store.check_ins.acts import carry_out as carry_out_check_ins
from store.conversations import find_joined, find_open_case, hold, save_memory
from store.feedback import add_feedback
from store.forgetting.erasure import order_erasure_of
from store.held import release
from store.inbox import Undecided, close_entry
from store.outbox import Part, add_text
from store.outgoing_files import make_token
from store.people import end_privacy, get_address_of, record_consent
from store.reaching.joining import mark_joined
from store.reminders.acts import carry_out, leave_number
from store.reminders.calendars import add_calendar
from store.sealing.vault import Vault

_NOT_TOLD_AT_THE_DOOR = frozenset({"system.not_understood", "system.empty_message"})
Split = Callable[[str, Channel], Sequence[Part]]  # a body → what the carrier gets, with segments counted


@dataclass(frozen=True, slots=True)
class DecisionWriter:
    """Writes decisions; `split` is the channel's way to cut a body into what the carrier takes."""

    vault: Vault
    queue: WorkQueue
    split: Split
    reminder_days: Sequence[int] = DAYS_BEFORE  # before an appointment
    check_in_days: Sequence[int] = DAYS_AFTER  # a release
    files_url: str = ""  # where a calendar file that somebody asked for is fetched

    def write(self, session: Session, inbox_id: str, heard: Undecided, decision: Decision, now: datetime) -> bool:
        """Write one decision. False: this message was decided already, nothing is changed."""
        confidence = decision.confidence
        # from here on nobody can claim a case of it before we are done; first, as an erasure takes its locks
        noticed = hold(session, heard.conversation_id)
        if not close_entry(session, inbox_id, status="handled", now=now, decision=decision.kind, confidence=confidence):
            return False
        code = self._hand_off(session, heard, decision, now)
        released = self._release(session, heard, now)
        memory = _remember(heard, decision, released)
        if heard.memory.noticed and not noticed:
            memory = _forget(memory)
        save_memory(session, self.vault, heard.conversation_id, memory, now)
        if decision.command is Command.PRIVATE_OFF:
            end_privacy(session, heard.conversation_id)
        self._note(session, heard, decision, code=code, now=now)
        if noticed or not heard.memory.noticed:  # else all was erased meanwhile, and is not told anew
            carry_out(session, self.vault, decision.appointments, heard, now, days=self.reminder_days)
            carry_out_check_ins(session, self.vault, decision.check_ins, heard, now, days=self.check_in_days)
        case = find_open_case(session, heard.conversation_id)
        claimed = case is not None and case.status is CaseStatus.CLAIMED
        note_good_time(session, heard.conversation_id, heard.message.text, now=now)
        # a person took over while we were thinking (I4): what we had to say is theirs to answer now
        texts = [text for text in decision.texts if not claimed or may_follow_claim(text.author, text.answer)]
        if len(texts) < len(decision.texts) and decision.handoff is None:
            join_claimed(session, heard.conversation_id, message_id=heard.message_id, now=now)
        for text in texts:
            # the message may have opened the door for what was held, and that is its answer
            if not (released and text.answer in _NOT_TOLD_AT_THE_DOOR):
                self._add(session, heard, text, code=code, now=now)
        if (joined := find_joined(session, heard.conversation_id)) != heard.conversation_id:
            mark_joined(session, joined, conversation_id=heard.conversation_id, message_id=heard.message_id)
        if decision.erase:
            order_erasure_of(session, heard.conversation_id, heard.memory.bot_session, now=now)
        return True

    def _release(self, session: Session, heard: Undecided, now: datetime) -> int:
        """Let go what was held until this person writes; only WhatsApp has a window."""
        if heard.message.sender.channel is not Channel.WHATSAPP:
            return 0
        return release(session, self.queue, heard.conversation_id, now=now)

    def _hand_off(self, session: Session, heard: Undecided, decision: Decision, now: datetime) -> str | None:
        if decision.handoff is None:
            return None
        return open_or_join(
            session, heard.conversation_id, decision.handoff,
            language=decision.language, message_id=heard.message_id, now=now,
        )  # fmt: skip

    def _note(self, session: Session, heard: Undecided, decision: Decision, *, code: str | None, now: datetime) -> None:
        """Stop a number that is not our person's, as STOP does (I9); keep a complaint for reviewers."""
        if decision.stop:
            record_consent(
                session, get_address_of(session, self.vault, heard.conversation_id), Command.STOP,
                source="wrong_number", language=decision.language, message_id=heard.message_id, now=now,
            )  # fmt: skip
            leave_number(
                session, heard.conversation_id, language=decision.language, message_id=heard.message_id, now=now
            )
        if decision.complaint:
            add_feedback(
                session, message_id=heard.message_id, answer=_find_blamed(heard.memory), language=decision.language,
                case_code=code, now=now,
            )  # fmt: skip

    def _add(self, session: Session, heard: Undecided, text: OutgoingText, *, code: str | None, now: datetime) -> None:
        # the code of a case exists only since this transaction: the catalogue left its place open
        body = text.body.replace("{code}", code) if code else text.body
        token = make_token() if text.calendar else None  # as is the address of a file
        if token:
            body = body.replace(LINK, f"{self.files_url}/{token}")
        for part in self.split(body, heard.message.sender.channel):
            outbox_id = add_text(
                session, self.vault, self.queue, heard.conversation_id, text, part,
                provider=heard.message.provider, in_reply_to=heard.message_id, now=now,
            )  # fmt: skip
            if token and token in part.body:
                add_calendar(session, self.vault, heard.conversation_id, outbox_id, text.calendar, token=token, now=now)


def _find_blamed(memory: Memory) -> str | None:
    """Return the answer that a complaint means: what was said last, unless that was only talk of ours."""
    last = memory.last_answer
    return last if last and not last.startswith("system.") else memory.topic


def _remember(heard: Undecided, decision: Decision, released: int) -> Memory:
    """What was written only to open the door does not count as misunderstood."""
    if not released:
        return decision.memory
    return replace(decision.memory, misunderstood=min(decision.memory.misunderstood, heard.memory.misunderstood))


def _forget(memory: Memory) -> Memory:
    """What may be remembered when all was erased, on the other channel, while we were thinking (I8)."""
    return Memory(
        open_question=memory.open_question, private=memory.private, crisis_after_stop=memory.crisis_after_stop
    )
