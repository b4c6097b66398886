"""A month laid out by hand: persons, cases and texts as rows, each with only what a report counts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from console.inbox.report_layout import collect_labels
from store.forgetting.periods import Periods
from store.reporting.months import Month
from store.reporting.report import Report, make_report, plan_report
from store.staff.staff import NAME
from store.tables import (
    Address,
    AnswerFeedback,
    Case,
    CaseEvent,
    Caseworker,
    Consent,
    Conversation,
    InboxEntry,
    MandatedReport,
    Message,
    OutboxEntry,
    Page,
)
from store.tables.base import new_id
from tests.house import OURS, House

MARCH = Month(2026, 3)  # the wall clock of New York goes forward on the 8th
ZONE = ZoneInfo("America/New_York")
MIDDLE = datetime(2026, 3, 15, 12, tzinfo=UTC)
JUST_AFTER = datetime(2026, 4, 2, tzinfo=UTC)


class MonthBook:
    """Writes rows into a house and reads the report of March 2026."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._codes = 0
        self._rows: list[tuple[Any, dict[str, Any]]] = []
        self._addresses: dict[str, str] = {}

    def person(
        self, *, at: datetime = MIDDLE, language: str | None = None, state: str | None = None,
        number: str | None = None, channel: str = "sms", decision: str = "answer", caseworker_id: str | None = None,
    ) -> str:  # fmt: skip
        """Let somebody write once; return the conversation's id."""
        ours, address, conversation = self.house.organisation_id, new_id(), new_id()
        key, self._addresses[conversation] = new_id(), address
        self.add(
            Address, id=address, organisation_id=ours, channel=channel, address_sealed=b"", address_key=key,
            number_key=number or key, created_at=at,
        )  # fmt: skip
        self.add(
            Conversation, id=conversation, organisation_id=ours, address_id=address, sender=OURS, language=language,
            state=state, created_at=at, caseworker_id=caseworker_id,
        )  # fmt: skip
        self.hear(conversation, at=at, decision=decision)
        return conversation

    def hear(self, conversation: str, *, at: datetime = MIDDLE, decision: str = "answer") -> str:
        message = self.message(conversation, author="person", at=at)
        self.add(
            InboxEntry, id=new_id(), provider="twilio", provider_message_id=new_id(), message_id=message,
            conversation_id=conversation, seq=1, status="handled", decision=decision, received_at=at,
        )  # fmt: skip
        return message

    def message(self, conversation: str, *, author: str = "bot", at: datetime = MIDDLE, **more: Any) -> str:
        message = new_id()
        self.add(
            Message, id=message, conversation_id=conversation, seq=1, author=author, kind="text", body_sealed=b"",
            at=at, **more,
        )  # fmt: skip
        return message

    def text(
        self, conversation: str, *, at: datetime = MIDDLE, segments: int = 1, status: str = "delivered", **more: Any
    ) -> str:
        """Write to somebody."""
        message = self.message(conversation, at=at, **more)
        self.add(
            OutboxEntry, id=new_id(), message_id=message, conversation_id=conversation, seq=1, line=conversation,
            status=status, provider="twilio", segments=segments, created_at=at, updated_at=at,
        )  # fmt: skip
        return message

    def case(
        self, conversation: str | None, *, at: datetime = MIDDLE, reason: str = "request", by: str | None = None,
        claimed: timedelta | None = None, replied: timedelta | None = None, closed: timedelta | None = None,
        **more: Any,
    ) -> str:  # fmt: skip
        """Open a case; times are counted from its opening, acts are by `by`."""
        self._codes += 1
        case = new_id()
        values: dict[str, Any] = {
            "id": case, "organisation_id": self.house.organisation_id, "conversation_id": conversation,
            "code": f"X{self._codes}", "topic": new_id(), "discipline": "school", "urgency": "normal", "reason": reason,
            "status": "closed" if closed else "waiting", "opened_at": at,
            "first_reply_at": None if replied is None else at + replied,
            "closed_at": None if closed is None else at + closed,
        }  # fmt: skip
        self.add(Case, **{**values, **more})
        acts = (("claimed", claimed), ("replied", replied), ("closed", closed))
        for kind, after in acts:
            if after is not None:
                self.event(case, kind, at=at + after, by=by)
        return case

    def caseworker(self, id_: str) -> None:
        name = self.house.vault.seal(id_[:8].title(), NAME)
        values = {"login": id_[:8], "name_sealed": name, "languages": [], "disciplines": [], "created_at": MIDDLE}
        self.add(Caseworker, id=id_, organisation_id=self.house.organisation_id, **values)

    def event(self, case: str, kind: str, *, at: datetime = MIDDLE, by: str | None = None) -> None:
        self.add(CaseEvent, id=new_id(), case_id=case, kind=kind, actor="system", caseworker_id=by, at=at)

    def page(self, case: str, by: str, *, at: datetime = MIDDLE) -> None:
        self.add(Page, id=new_id(), case_id=case, caseworker_id=by, step="rota", sent_at=at)

    def must_report(self, case: str, by: str, *, due: datetime = MIDDLE, made: datetime | None = None) -> None:
        self.add(
            MandatedReport, id=new_id(), case_id=case, caseworker_id=by, due_at=due, reported_at=made, created_at=due
        )  # fmt: skip

    def blame(self, conversation: str, answer: str | None, *, at: datetime = MIDDLE) -> None:
        message = self.message(conversation, author="person", at=at)
        self.add(AnswerFeedback, id=new_id(), message_id=message, answer=answer, language="es", at=at)

    def wish(self, conversation: str, act: str, *, at: datetime = MIDDLE) -> None:
        self.add(
            Consent,
            id=new_id(),
            address_id=self._addresses[conversation],
            kind="texts",
            act=act,
            source="keyword",
            at=at,
        )

    def many(self, count: int, make: Callable[[], Any]) -> list[Any]:
        return [make() for _ in range(count)]

    def add(self, table: Any, **values: Any) -> None:
        self._rows.append((table, values))

    def write(self) -> None:
        """Write all rows at once, in the order in which they were added."""

        def write(session: Session) -> None:
            for table, values in self._rows:
                session.execute(insert(table).values(**values))

        self.house.database.run_sync(write)
        self._rows.clear()

    def report(self, *, now: datetime = JUST_AFTER, periods: Periods | None = None) -> Report:
        self.write()
        labels = collect_labels(self.house.rules)
        plan = plan_report(self.house.organisation_id, MARCH, zone=ZONE, labels=labels, now=now)
        figures = {name: self.house.database.run_sync(part) for name, part in plan.items()}
        return make_report(MARCH, figures, zone=ZONE, periods=periods or Periods(), now=now)


BORDERS = (  # of March on New York's wall clock: the first and last moment in it, and those next to them
    datetime(2026, 3, 1, 5, tzinfo=UTC),
    datetime(2026, 4, 1, 3, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 1, 4, 59, 59, tzinfo=UTC),
    datetime(2026, 4, 1, 4, tzinfo=UTC),
)


def lay_march(book: MonthBook, *, ana: str, bo: str) -> None:
    """A month with everything in it that is counted, and beside it what is not. `ana`, `bo`: two caseworkers' ids."""
    for one in (ana, bo):
        book.caseworker(one)
    minutes, hours = (lambda count: timedelta(minutes=count)), (lambda count: timedelta(hours=count))
    texans = book.many(30, lambda: book.person(language="es", state="TX"))
    book.many(20, lambda: book.person(language="en", state="CA"))
    quiche = book.many(12, lambda: book.person(state="TX", decision="fallback"))
    book.many(8, lambda: book.person(language="ht", state="FL"))
    for at in BORDERS:
        book.person(language="ht", at=at)
    book.person(caseworker_id=ana, language="es")  # a caseworker's own phone
    for one in quiche:  # they have stated no language, and get each answer in two
        for language in ("quc", "es"):
            book.text(one, answer="school.vaccines", language=language, segments=2)
    both = book.person(language="es", state="TX", number="7" * 64)
    book.person(language="en", at=MIDDLE + hours(1), number="7" * 64, channel="whatsapp")  # the same person, later
    for place, one in enumerate(texans[:15]):
        book.case(
            one, reason="answer", topic="school.enroll_documents", by=ana, claimed=minutes(10 + place),
            replied=minutes(20 + place), closed=hours(30), outcome="helped",
        )  # fmt: skip
    for place, one in enumerate(texans[15:28]):
        book.case(one, reason="danger", urgency="page_now", by=bo, claimed=minutes(1 + place), topic="safety.abuse")
        book.blame(one, "school.vaccines")
        book.text(one, answer="health.insurance", language="en", in_reply_to="a" * 32)
    waiting = [book.case(one, reason="misunderstood") for one in quiche]
    book.case(both, reason="bot_down")
    book.case(None, reason="expired", topic="expired", closed=hours(1))
    book.case(texans[0], at=BORDERS[2])  # of the month before
    for one in waiting[:3]:
        book.page(one, bo)
    book.must_report(waiting[0], ana, made=MIDDLE + hours(2))
    for one in texans[:11]:
        book.wish(one, "stopped")
        book.text(one, status="undelivered", language="es")
    book.wish(both, "stopped", at=BORDERS[3])
    book.text(texans[0], status="dropped", segments=50)
    book.text(texans[0], status="failed", segments=50)
    book.text(texans[0], at=BORDERS[3], segments=50)
    book.event(waiting[0], "accepted", by=bo)
