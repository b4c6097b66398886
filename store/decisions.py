"""Writing a decision: everything it leads to, and "handled", in one transaction (I1, I2, I4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, Channel, Decision, OutgoingText
from conversation.ports import WorkQueue
from store.cases import open_or_join
from store.conversations import find_open_case, hold, save_memory
from store.inbox import Undecided, close_entry
from store.outbox import Part, add_text, may_follow_claim
from store.vault import Vault

Split = Callable[[str, Channel], Sequence[Part]]  # a body → what the carrier gets, with segments counted


@dataclass(frozen=True, slots=True)
class DecisionWriter:
    """Writes decisions; `split` is the channel's way to cut a body into what the carrier takes."""

    vault: Vault
    queue: WorkQueue
    split: Split

    def write(self, session: Session, inbox_id: str, heard: Undecided, decision: Decision, now: datetime) -> bool:
        """Write one decision. False: this message was decided already, nothing is changed."""
        confidence = decision.confidence
        if not close_entry(session, inbox_id, status="handled", now=now, decision=decision.kind, confidence=confidence):
            return False
        hold(session, heard.conversation_id)  # from here on nobody can claim a case of it before we are done
        code = self._hand_off(session, heard, decision, now)
        save_memory(session, self.vault, heard.conversation_id, decision.memory, now)
        case = find_open_case(session, heard.conversation_id)
        claimed = case is not None and case.status is CaseStatus.CLAIMED
        for text in decision.texts:
            if claimed and not may_follow_claim(text.author, text.answer):
                continue  # a person took over while we were thinking (I4)
            self._add(session, heard, text, code=code, now=now)
        return True

    def _hand_off(self, session: Session, heard: Undecided, decision: Decision, now: datetime) -> str | None:
        if decision.handoff is None:
            return None
        return open_or_join(
            session, heard.conversation_id, decision.handoff,
            language=decision.language, message_id=heard.message_id, now=now,
        )  # fmt: skip

    def _add(self, session: Session, heard: Undecided, text: OutgoingText, *, code: str | None, now: datetime) -> None:
        # the code of a case exists only since this transaction: the catalogue left its place open
        body = text.body.replace("{code}", code) if code else text.body
        for part in self.split(body, heard.message.sender.channel):
            add_text(
                session, self.vault, self.queue, heard.conversation_id, text, part,
                provider=heard.message.provider, in_reply_to=heard.message_id, now=now,
            )  # fmt: skip
