"""What a caseworker's text does to a case: the same moves, rules and timeline as in the inbox, one function each.

Each returns what the caseworker is told. Absent, closed and forbidden cases sound alike.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.messages import CaseStatus, Channel
from conversation.staff_commands import StaffAct
from conversation.staff_texts import StaffText
from store.cases import access, notes, transitions
from store.cases.access import CaseFile
from store.cases.replies import OPENING, Reply, ReplyOutcome, queue_reply
from store.cases.transitions import Ending, Outcome
from store.staff.staff import Staff
from store.staff_phones.news import StaffNews
from store.staffing.assigning import pass_on
from store.tables import Address, Case, Conversation


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to a caseworker: a text with its values; `case_id` is of the case that it is about."""

    text: StaffText
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    case_id: str | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """One message of a caseworker in the making of its answer, inside one transaction."""

    session: Session
    news: StaffNews
    worker: Staff
    conversation_id: str
    message_id: str
    now: datetime

    def find(self, code: str) -> CaseFile | None:
        """Return a case by its code, if they may see it."""
        return access.get_case_for(self.session, self.news.mail.vault, self.worker, code, now=self.now)


def act_on_case(talk: Talk, act: StaffAct, code: str, text: str) -> Told:
    """Do what a message with a tag asks for."""
    if act is StaffAct.TAKE:
        return _take(talk, code)
    case = talk.find(code)
    if case is None or case.status is CaseStatus.CLOSED:
        return Told(StaffText.NOT_YOURS, {"code": code})
    if act is StaffAct.REPLY:
        return reply(talk, case, [(talk.message_id, text)])
    if act is StaffAct.NOTE:
        return _note(talk, case, text)
    return _ON_CASE[act](talk, case)


def reply(talk: Talk, case: CaseFile, texts: Sequence[tuple[str, str]]) -> Told:
    """Send words to the person of a case; each message of a caseworker at most once.

    Args:
        texts: (message id, words), in their order.
    """
    told = Told(StaffText.NOT_YOURS, {"code": case.code})
    for message_id, words in texts:
        told = _told_of_reply(talk, case, _queue(talk, case, Reply(body=words, form_key=f"phone {message_id}")))
        if told.text not in (StaffText.SENT, StaffText.SENT_LATER, StaffText.SENT_AT_HOURS):
            break
    return told


def _take(talk: Talk, code: str) -> Told:
    of_code = Case.organisation_id == talk.worker.organisation_id, Case.code == code, Case.status != CaseStatus.CLOSED
    row = talk.session.execute(select(Case.id, Case.offered_to_id).where(*of_code)).one_or_none()
    if row is None:
        return Told(StaffText.NOT_YOURS, {"code": code})
    # a claim and a yes to a transfer are one word for who answers from a phone
    move = transitions.accept_transfer if row.offered_to_id == talk.worker.id else transitions.claim
    outcome = move(talk.session, case_id=row.id, caseworker=talk.worker, now=talk.now)
    said = {
        Outcome.DONE: StaffText.TAKEN,
        Outcome.TAKEN_BY_OTHER: StaffText.TAKEN_BY_OTHER,
        Outcome.NOT_ALLOWED: StaffText.NOT_ALLOWED,
        Outcome.GONE: StaffText.NOT_YOURS,
    }
    return Told(said[outcome], {"code": code}, row.id if outcome is Outcome.DONE else None)


def _close(talk: Talk, case: CaseFile) -> Told:
    outcome = transitions.close(
        talk.session, case_id=case.id, caseworker=talk.worker, outcome=Ending.HELPED, now=talk.now
    )
    return _told_of_move(case, outcome, StaffText.CLOSED)


def _pass(talk: Talk, case: CaseFile) -> Told:
    """Give a case back, say no to one that was offered, or to one they were only asked to take."""
    if case.status is CaseStatus.WAITING:
        passed = pass_on(talk.session, case.id, talk.worker.id, talk.now)
        return _told_of_move(case, Outcome.DONE if passed else Outcome.NOT_ALLOWED, StaffText.PASSED)
    move = transitions.decline_transfer if case.offered_to_id == talk.worker.id else transitions.release
    outcome = move(talk.session, case_id=case.id, caseworker=talk.worker, now=talk.now)
    return _told_of_move(case, outcome, StaffText.PASSED)


def _note(talk: Talk, case: CaseFile, text: str) -> Told:
    if not text:
        return Told(StaffText.NOTE_EMPTY, {"code": case.code}, case.id)
    outcome = notes.add_note(
        talk.session, talk.news.mail.vault, caseworker=talk.worker, case_id=case.id, body=text,
        form_key=f"phone {talk.message_id}", now=talk.now,
    )  # fmt: skip
    return _told_of_move(case, outcome, StaffText.NOTED)


def _show(talk: Talk, case: CaseFile) -> Told:
    found = talk.news.describe(talk.session, talk.worker.id, case.id, talk.now)
    return Told(*found, case.id) if found else Told(StaffText.NOT_YOURS, {"code": case.code})


def _ask(talk: Talk, case: CaseFile) -> Told:
    """Send the neutral first text of a case of danger, in the person's language."""
    mail = talk.news.mail
    channel = talk.session.scalar(
        select(Address.channel)
        .join(Conversation, Conversation.address_id == Address.id)
        .where(Conversation.id == case.conversation_id)
    )
    if case.opening not in ("needed", "asked") or channel is None or OPENING not in mail.catalogue.entries:
        return _told_of_move(case, Outcome.NOT_ALLOWED, StaffText.SENT)
    texts = mail.catalogue.render(
        OPENING, case.language or "und", channel=Channel(channel), today=talk.now.date(), values={}
    )
    told = Told(StaffText.NOT_ALLOWED, {"code": case.code}, case.id)
    for text in texts:
        key = f"phone {talk.message_id} {text.language}"
        words = Reply(body=text.body, form_key=key, language=text.language, answer=OPENING)
        told = _told_of_reply(talk, case, _queue(talk, case, words))
    return told


def _refuse_unclear(talk: Talk, case: CaseFile) -> Told:
    return Told(StaffText.NEEDS_TAG)


_ON_CASE: Mapping[StaffAct, Callable[[Talk, CaseFile], Told]] = {
    StaffAct.DONE: _close,
    StaffAct.PASS: _pass,
    StaffAct.SHOW: _show,
    StaffAct.ASK: _ask,
    StaffAct.UNCLEAR: _refuse_unclear,
}


def _queue(talk: Talk, case: CaseFile, words: Reply) -> ReplyOutcome:
    mail = talk.news.mail
    return queue_reply(
        talk.session, mail.vault, mail.queue, mail.split,
        caseworker=talk.worker, case_id=case.id, reply=words, now=talk.now,
    )  # fmt: skip


def _told_of_reply(talk: Talk, case: CaseFile, outcome: ReplyOutcome) -> Told:
    is_free = case.status is CaseStatus.WAITING or case.offered_to_id == talk.worker.id
    said = {
        ReplyOutcome.QUEUED: StaffText.SENT,
        ReplyOutcome.REPEATED: StaffText.SENT,
        ReplyOutcome.OUTSIDE_WINDOW: StaffText.SENT_LATER,
        ReplyOutcome.OUTSIDE_HOURS: StaffText.SENT_AT_HOURS,
        ReplyOutcome.NOT_ALLOWED: StaffText.CLAIM_FIRST if is_free else StaffText.NOT_YOURS,
        ReplyOutcome.GONE: StaffText.NOT_YOURS,
        ReplyOutcome.TOO_LONG: StaffText.TOO_LONG,
        ReplyOutcome.STOPPED: StaffText.PERSON_STOPPED,
        ReplyOutcome.OPENING_FIRST: StaffText.OPENING,
        ReplyOutcome.GOVERNMENT_NUMBER: StaffText.HAS_NUMBER,
    }
    return Told(said.get(outcome, StaffText.NOT_ALLOWED), {"code": case.code}, case.id)


def _told_of_move(case: CaseFile, outcome: Outcome, done: StaffText) -> Told:
    refused = StaffText.NOT_YOURS if outcome is Outcome.GONE else StaffText.NOT_ALLOWED
    return Told(done if outcome is Outcome.DONE else refused, {"code": case.code}, case.id)
