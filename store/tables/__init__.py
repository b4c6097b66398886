"""Every table, as SQLAlchemy 2 typed mappings. Queries live beside this folder, one module per question asked.

    organisation ─┬─ address ──┬─ conversation ─┬─ message ─┬─ inbox   (came in: carrier's envelope)
                  │   │   └ consent              │           └─ outbox  (goes out; outgoing_file beside it)
                  │   └ person_address ─ person  ├─ open_question
                  │                              ├─ appointment ─┬ reminder
                  │                              │               └ check_in_answer
                  ├─ caseworker ──────────────── case_file ─ case_event
                  ├─ audit_entry                 sender_bucket, worker_lease (the engine room)
                  ├─ template (texts a channel has approved)
                  └─ erasure, ledger_entry       carrier_erasure (what is to be taken away, and the memory of it)

Words of people (`…_sealed`) are AES-GCM sealed; `…_key` columns are keyed hashes for look-up (store/sealing/vault.py).
Never stored anywhere: immigration status.
"""

from store.tables.alerts import Alert
from store.tables.appointments import Appointment, Reminder
from store.tables.base import Base
from store.tables.care import AuditEntry, SenderBucket, WorkerLease
from store.tables.cases import (
    CallEntry,
    Case,
    CaseEvent,
    CaseMember,
    InterpreterBooking,
    MandatedReport,
    Page,
    PostedForm,
    ReplyDraft,
)
from store.tables.check_ins import CheckInAnswer
from store.tables.erasure import CarrierErasure, Erasure, LedgerEntry
from store.tables.files import OutgoingFile
from store.tables.messages import AnswerFeedback, Conversation, InboxEntry, Message, OpenQuestionRow, OutboxEntry
from store.tables.people import Address, Consent, Organisation, Person, PersonAddress
from store.tables.staff import Caseworker, Holiday, LoginTry, OfficeHours, Shift, StaffSession
from store.tables.team import CannedText, Interpreter
from store.tables.templates import Template
from store.tables.wishes import SafeTimes, SmsWay

__all__ = [
    "Address",
    "Alert",
    "AnswerFeedback",
    "Appointment",
    "AuditEntry",
    "Base",
    "CallEntry",
    "CannedText",
    "CarrierErasure",
    "Case",
    "CaseEvent",
    "CaseMember",
    "Caseworker",
    "CheckInAnswer",
    "Consent",
    "Conversation",
    "Erasure",
    "Holiday",
    "InboxEntry",
    "Interpreter",
    "InterpreterBooking",
    "LedgerEntry",
    "LoginTry",
    "MandatedReport",
    "Message",
    "OfficeHours",
    "OpenQuestionRow",
    "Organisation",
    "OutboxEntry",
    "OutgoingFile",
    "Page",
    "Person",
    "PersonAddress",
    "PostedForm",
    "Reminder",
    "ReplyDraft",
    "SafeTimes",
    "SenderBucket",
    "Shift",
    "SmsWay",
    "StaffSession",
    "Template",
    "WorkerLease",
]
