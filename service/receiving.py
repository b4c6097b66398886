"""What comes in from the carrier goes into the store: messages once (I1, I2), delivery reports forward only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session

from channels.twilio.error_codes import outcome_of_report
from conversation.messages import DeliveryReport, DeliveryStatus, InboundMessage
from conversation.ports import WorkQueue
from conversation.turn import Rules
from service.failures import follow_report
from store import inbox, outbox
from store.database import Database
from store.held import hold_place
from store.sealing.vault import Vault

_TRIES = 3
_NOT_ARRIVED = (DeliveryStatus.UNDELIVERED, DeliveryStatus.FAILED)


@dataclass(frozen=True, slots=True)
class DurableInbox:
    """Implements Inbox: stores and queues in one transaction."""

    database: Database
    vault: Vault
    rules: Rules
    queue: WorkQueue
    organisation_id: str

    async def accept(self, message: InboundMessage) -> bool:
        for _ in range(_TRIES - 1):
            try:
                return await self.database.run(lambda session: self._accept(session, message))
            except (IntegrityError, NoResultFound):
                continue  # the same message or address came twice, or was erased, in one moment; now that can be seen
        return await self.database.run(lambda session: self._accept(session, message))

    def _accept(self, session: Session, message: InboundMessage) -> bool:
        return inbox.accept(
            session, message,
            vault=self.vault, rules=self.rules, queue=self.queue, organisation_id=self.organisation_id,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordedDeliveries:
    """Implements Deliveries: a status only moves forward, and a text that did not arrive is looked at."""

    database: Database
    vault: Vault
    clock: Callable[[], datetime]

    async def record(self, report: DeliveryReport) -> bool:
        return await self.database.run(lambda session: self._record(session, report))

    def _record(self, session: Session, report: DeliveryReport) -> bool:
        now = self.clock()
        if report.status in _NOT_ARRIVED and (found := outbox.find_reported(session, report)):
            hold_place(session, found.id)  # its case is opened in the same transaction
        outbox_id = outbox.record_report(session, report, now=now)
        if outbox_id and report.status in _NOT_ARRIVED:
            outcome = outcome_of_report(report.error_code)
            follow_report(session, self.vault, outbox_id, outcome, reason=report.status.value, now=now)
        return outbox_id is not None
