"""What caseworkers are told of cases on their own phones, and how much of a person's words they may read there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.messages import Author, CaseStatus, Urgency
from conversation.staff_texts import (
    MOST_TOPIC,
    CaseNews,
    StaffText,
    choose_text,
    cut,
    is_kept_off_phones,
    most_words,
)  # fmt: skip
from conversation.staffing.telling import Notice
from store.cases import access
from store.cases.summary import summarise
from store.inbox import BODY
from store.staff.staff import Staff, open_staff
from store.staff_phones.mail import Mailed, StaffMail, choose_language
from store.staffing.switching import is_working
from store.staffing.turns import hold_phones
from store.tables import Case, Caseworker, Message

_IN_TALK = timedelta(hours=1)  # who wrote so lately is there, whatever their shift
_TEXTS = {
    Notice.REMIND: StaffText.REMIND,
    Notice.MOVED: StaffText.MOVED,
    Notice.ESCALATED: StaffText.ESCALATED,
}


@dataclass(frozen=True, slots=True)
class StaffNews:
    """Implements StaffPhones of conversation/staffing/telling.py, and forwards what persons write."""

    mail: StaffMail

    def tell(self, session: Session, *, caseworker_id: str, case_id: str, notice: Notice, now: datetime) -> bool:
        """Put one text about a case in line. False: none goes to this phone."""
        if notice is Notice.CASE:
            return self.tell_case(session, caseworker_id=caseworker_id, case_id=case_id, now=now) is Mailed.QUEUED
        code = session.scalar(select(Case.code).where(Case.id == case_id))
        if code is None:
            return False
        mailed = self.mail.send(
            session, caseworker_id=caseworker_id, answer=_TEXTS[notice], values={"code": code}, case_id=case_id, now=now
        )
        return mailed is Mailed.QUEUED

    def tell_case(self, session: Session, *, caseworker_id: str, case_id: str, now: datetime) -> Mailed:
        """Queue the news of a case: who has it gets the person's last words, who has not is asked to take it."""
        found = self.describe(session, caseworker_id, case_id, now)
        if found is None:
            return Mailed.NOT_THEIRS
        text, values = found
        return self.mail.send(
            session, caseworker_id=caseworker_id, answer=text, values=values, case_id=case_id, now=now
        )

    def describe(
        self, session: Session, caseworker_id: str, case_id: str, now: datetime
    ) -> tuple[StaffText, dict[str, str]] | None:
        """Return text and values for the news of a case; None: it is kept from them. The read is in the audit."""
        row = session.get(Caseworker, caseworker_id)
        worker = open_staff(self.mail.vault, row) if row else None
        if worker is None:
            return None
        case = access.get_case_for(session, self.mail.vault, worker, case_id, now=now, act="case.texted")
        if case is None:
            return _describe_unseen(session, worker, case_id)
        summary = summarise(session, self.mail.vault, case)
        is_theirs = case.status is CaseStatus.CLAIMED and case.has_on_it(worker.id)
        is_offered = case.offered_to_id == worker.id
        news = CaseNews(case.code, case.discipline, case.urgency, is_theirs, summary.last_words or None)
        text = StaffText.OFFERED if is_offered else choose_text(news, bodies=self.mail.bodies)
        return text, {
            "code": case.code,
            "topic": self._title(case.topic, worker.locale) or case.discipline,
            "language_name": self.mail.catalogue.languages.name_of(summary.language or "und"),
            "words": cut(summary.last_words, most_words(text)),
        }

    def name_topic(self, topic: str, discipline: str, locale: str) -> str:
        """Return the title of a case's topic for a list; "" where a lock screen must not show it."""
        hidden = is_kept_off_phones(discipline, bodies=self.mail.bodies)
        return "" if hidden else self._title(topic, locale)

    def hold_owners(self, session: Session, conversation_id: str) -> None:
        """Lock the phones that `tell_owners` will write to: always before the person's conversation."""
        hold_phones(session, [case.owner_id for case in _list_claimed(session, conversation_id) if case.owner_id])

    def tell_owners(self, session: Session, conversation_id: str, message_id: str, now: datetime) -> None:
        """Forward a person's new message to those who have claimed the conversation, when they are at work."""
        told: set[str | None] = set()
        for case in _list_claimed(session, conversation_id):
            row = session.get(Caseworker, case.owner_id) if case.owner_id else None
            if row is not None and row.id not in told and self._is_there(session, row, case, now):
                told.add(row.id)
                self._forward(session, row, case, message_id, now)

    def _forward(self, session: Session, row: Caseworker, case: Case, message_id: str, now: datetime) -> None:
        worker = open_staff(self.mail.vault, row)  # a wall may have come between them and a case they still have
        if access.get_case_for(session, self.mail.vault, worker, case.id, now=now, act="case.texted") is None:
            return
        sealed = session.scalar(select(Message.body_sealed).where(Message.id == message_id))
        words = self.mail.vault.open(sealed, BODY) if sealed else ""
        news = CaseNews(case.code, case.discipline, Urgency(case.urgency), is_claimed=True, words=words or None)
        text = choose_text(news, bodies=self.mail.bodies)
        values = {"code": case.code, "words": cut(words, most_words(text))}
        self.mail.send(session, caseworker_id=row.id, answer=text, values=values, case_id=case.id, now=now)

    def _is_there(self, session: Session, row: Caseworker, case: Case, now: datetime) -> bool:
        """At work, or in the middle of this talk; to what is urgent everybody who is not off."""
        if case.urgency == Urgency.PAGE_NOW or is_working(session, open_staff(self.mail.vault, row), now):
            return True
        lately = Message.conversation_id == case.conversation_id, Message.at > now - _IN_TALK
        theirs = *lately, Message.author == Author.CASEWORKER, Message.caseworker_id == row.id
        return session.scalar(select(Message.id).where(*theirs).limit(1)) is not None

    def _title(self, topic: str, locale: str) -> str:
        catalogue = self.mail.catalogue
        title = catalogue.find_title(topic, choose_language(locale)) if topic in catalogue.entries else None
        return cut(title or "", MOST_TOPIC)


def _list_claimed(session: Session, conversation_id: str) -> Sequence[Case]:
    claimed = Case.conversation_id == conversation_id, Case.status == CaseStatus.CLAIMED
    return session.scalars(select(Case).where(*claimed).order_by(Case.claimed_at.desc())).all()


def _describe_unseen(session: Session, worker: Staff, case_id: str) -> tuple[StaffText, dict[str, str]] | None:
    """Return the code alone for who may take a case but not see it: one that was escalated to whoever is on call."""
    case = session.get(Case, case_id)
    if case is None or case.status == CaseStatus.CLOSED or not access.may_take(session, case_id, worker):
        return None
    news = CaseNews(case.code, case.discipline, Urgency(case.urgency), is_claimed=False)
    return choose_text(news, bodies=False), {"code": case.code}
