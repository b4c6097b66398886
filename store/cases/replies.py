"""What a caseworker writes to a person: queued as every text is, by who has the case, once a form."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from conversation.dialogue import questions
from conversation.handoff import SAFE_OPENING
from conversation.masking import mask
from conversation.media import FileToSend, list_sendable
from conversation.messages import Author, CaseStatus, Channel, OutgoingText
from conversation.ports import WorkQueue
from store.audit import record
from store.cases import access
from store.cases.clock import stop_clock
from store.cases.drafts import drop_draft
from store.cases.events import NOTE, EventKind, add_event
from store.cases.forms import take_form
from store.cases.notes import find_wall
from store.decisions import Split
from store.outbox import WINDOW, Part, add_text, find_place
from store.outgoing_files import add_file
from store.people import is_stopped
from store.reaching.safe_times import find_next_hour
from store.reaching.sms_way import find_way
from store.sealing.vault import Vault
from store.staff.staff import Staff
from store.tables import Address, Case, Conversation, InboxEntry, Message, OpenQuestionRow, OutboxEntry

OPENING = SAFE_OPENING  # the neutral first text of a safety case: "Is this a good time? Reply 1"
LONGEST = 1600  # characters: more the carrier does not take in one message


class ReplyOutcome(StrEnum):
    """What became of a reply. Only the first four have it in the outbox."""

    QUEUED = "queued"
    OUTSIDE_WINDOW = "outside_window"  # queued; it is held until the person writes, and a template knocks
    OUTSIDE_HOURS = "outside_hours"  # queued; it is held until the person's safe hours begin
    REPEATED = "repeated"  # this form was carried out before
    NOT_ALLOWED = "not_allowed"  # the case is not claimed, or by others
    GONE = "gone"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    STOPPED = "stopped"  # the person said STOP: nobody may write
    OPENING_FIRST = "opening_first"  # a safety case: first the neutral question, and its answer
    GOVERNMENT_NUMBER = "government_number"  # an A-number or SSN must not travel by text
    FILE_TYPE = "file_type"  # such a file is not taken by this channel
    FILE_TOO_LARGE = "file_too_large"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a caseworker sends: words, or one file without words.

    Attributes:
        form_key: made by the page or phone once for this text: the same again sends nothing.
        answer: id of the catalogue entry when the words are its own, unchanged.
        draft: that entry has no review yet.
        override: why the neutral first text of a safety case is left out, in the caseworker's own words.
        any_hour: why it may not wait for the person's safe hours, likewise.
    """

    body: str = field(repr=False)
    form_key: str = field(repr=False)
    language: str | None = None
    answer: str | None = None
    draft: bool = False
    override: str | None = field(default=None, repr=False)
    file: FileToSend | None = None
    any_hour: str | None = field(default=None, repr=False)

    @property
    def goes_at_any_hour(self) -> bool:
        return bool((self.any_hour or "").strip())


@dataclass(frozen=True, slots=True)
class _Way:
    """How the person of a case is reached."""

    channel: Channel
    provider: str
    in_reply_to: str | None
    stopped: bool
    open_until: datetime | None
    language: str

    def is_closed(self, now: datetime) -> bool:
        return self.channel is Channel.WHATSAPP and (self.open_until is None or now > self.open_until)


def queue_reply(
    session: Session, vault: Vault, queue: WorkQueue, split: Split, *,
    caseworker: Staff, case_id: str, reply: Reply, now: datetime,
) -> ReplyOutcome:  # fmt: skip
    """Write a caseworker's text into the timeline and the outbox; nobody waits for an answer any more.

    It also takes an open question about erasing away: a digit after a person's words is for that person.
    """
    case = access.lock_case(session, case_id, caseworker)
    if case is None or case.conversation_id is None:
        return ReplyOutcome.GONE
    if not _may_write(session, case, caseworker):
        return ReplyOutcome.NOT_ALLOWED
    way = _find_way(session, case, case.conversation_id)
    if reply.file is None and way.is_closed(now) and find_way(session, vault, case.conversation_id):
        way = replace(way, channel=Channel.SMS)
    if refused := _refuse(case, reply, way):
        return refused
    if not take_form(session, reply.form_key, caseworker_id=caseworker.id, now=now):
        return ReplyOutcome.REPEATED
    _note_opening(session, vault, case, reply, caseworker, now)
    _add(session, vault, queue, split, case=case, reply=reply, way=way, caseworker=caseworker, now=now)
    _forget_erase_question(session, case.conversation_id)
    if reply.file is None:
        drop_draft(session, case_id=case.id, caseworker_id=caseworker.id)
    session.flush()
    if find_next_hour(session, vault, case.conversation_id, now):
        if not reply.goes_at_any_hour:
            return ReplyOutcome.OUTSIDE_HOURS
        _note_hours(session, vault, case, reply, caseworker, now)
    return ReplyOutcome.OUTSIDE_WINDOW if way.is_closed(now) else ReplyOutcome.QUEUED


def find_window_end(session: Session, case: access.CaseFile) -> datetime | None:
    """Return until when WhatsApp takes a free text to the person of a case; None: no end, or it is over for long."""
    row = session.execute(_way_query(case.conversation_id)).one_or_none()
    if row is None or row.channel != Channel.WHATSAPP or row.last_inbound_at is None:
        return None
    last: datetime = row.last_inbound_at
    return last + WINDOW


def _may_write(session: Session, case: Case, caseworker: Staff) -> bool:
    """Only who has the case, while it is claimed: before that the bot might speak too."""
    return case.status == CaseStatus.CLAIMED and access.is_on(session, case, caseworker)


def _refuse(case: Case, reply: Reply, way: _Way) -> ReplyOutcome | None:
    refused = _refuse_words(reply.body.strip()) if reply.file is None else _refuse_file(reply.file, way.channel)
    if refused:
        return refused
    if way.stopped:
        return ReplyOutcome.STOPPED
    must_ask = case.opening in ("needed", "asked") and reply.answer != OPENING and not (reply.override or "").strip()
    return ReplyOutcome.OPENING_FIRST if must_ask else None


def _refuse_words(body: str) -> ReplyOutcome | None:
    if not body:
        return ReplyOutcome.EMPTY
    if len(body) > LONGEST:
        return ReplyOutcome.TOO_LONG
    return ReplyOutcome.GOVERNMENT_NUMBER if mask(body) != body else None


def _refuse_file(file: FileToSend, channel: Channel) -> ReplyOutcome | None:
    most_bytes = list_sendable(channel).get(file.type)
    if most_bytes is None:
        return ReplyOutcome.FILE_TYPE
    return ReplyOutcome.FILE_TOO_LARGE if file.size > most_bytes else None


def _note_opening(session: Session, vault: Vault, case: Case, reply: Reply, caseworker: Staff, now: datetime) -> None:
    if case.opening not in ("needed", "asked"):
        return
    if reply.answer == OPENING:
        case.opening = "asked"
        return
    case.opening = "overridden"
    reason = vault.seal(reply.override or "", NOTE)
    add_event(
        session, case.id, EventKind.OPENING_OVERRIDDEN,
        caseworker_id=caseworker.id, discipline=find_wall(caseworker, None), note_sealed=reason, now=now,
    )  # fmt: skip


def _note_hours(session: Session, vault: Vault, case: Case, reply: Reply, caseworker: Staff, now: datetime) -> None:
    reason = vault.seal((reply.any_hour or "").strip(), NOTE)
    add_event(
        session, case.id, EventKind.HOURS_OVERRIDDEN,
        caseworker_id=caseworker.id, discipline=find_wall(caseworker, None), note_sealed=reason, now=now,
    )  # fmt: skip


def _add(
    session: Session, vault: Vault, queue: WorkQueue, split: Split, *,
    case: Case, reply: Reply, way: _Way, caseworker: Staff, now: datetime,
) -> None:  # fmt: skip
    assert case.conversation_id is not None
    language = reply.language or way.language
    text = OutgoingText(
        answer=reply.answer, language=language, body=reply.body.strip(), author=Author.CASEWORKER, draft=reply.draft
    )
    parts = [Part("", 1, reply.file.type.kind)] if reply.file else list(split(text.body, way.channel))
    for part in parts:
        outbox_id = add_text(
            session, vault, queue, case.conversation_id, text, part,
            provider=way.provider, in_reply_to=way.in_reply_to, now=now,
        )  # fmt: skip
        place = find_place(session, outbox_id)
        message_id = place[1] if place else None
        if reply.file and message_id:
            add_file(session, vault, message_id, reply.file, now=now)
        if reply.goes_at_any_hour:
            session.execute(update(OutboxEntry).where(OutboxEntry.id == outbox_id).values(any_hour=True))
        signed = {"caseworker_id": caseworker.id, "case_id": case.id}
        session.execute(update(Message).where(Message.id == message_id).values(**signed))
        add_event(session, case.id, EventKind.REPLIED, caseworker_id=caseworker.id, message_id=message_id, now=now)
    details = {"answer": reply.answer, "parts": len(parts), "opening": case.opening}
    if reply.goes_at_any_hour:
        details["any_hour"] = True
    record(
        session, case.organisation_id,
        actor=caseworker.id, act="case.reply", subject_kind="case", subject_id=case.id, now=now, details=details,
    )  # fmt: skip
    case.first_reply_at = case.first_reply_at or now
    stop_clock(case)


def _find_way(session: Session, case: Case, conversation_id: str) -> _Way:
    row = session.execute(_way_query(conversation_id)).one()
    last = select(InboxEntry.message_id, InboxEntry.provider).where(InboxEntry.conversation_id == conversation_id)
    heard = session.execute(last.order_by(InboxEntry.seq.desc()).limit(1)).one_or_none()
    return _Way(
        channel=Channel(row.channel), provider=heard.provider if heard else "twilio",
        in_reply_to=heard.message_id if heard else None,
        stopped=is_stopped(session, case.organisation_id, row.number_key),
        open_until=row.last_inbound_at + WINDOW if row.last_inbound_at else None,
        language=row.language or case.language or "und",
    )  # fmt: skip


def _way_query(conversation_id: str | None) -> Select[str, str, datetime | None, str | None]:
    columns = Address.channel, Address.number_key, Conversation.last_inbound_at, Conversation.language
    joined = select(*columns).join(Address, Address.id == Conversation.address_id)
    return joined.where(Conversation.id == conversation_id)


def _forget_erase_question(session: Session, conversation_id: str) -> None:
    of_erasing = OpenQuestionRow.conversation_id == conversation_id, OpenQuestionRow.kind == questions.ERASE
    session.execute(delete(OpenQuestionRow).where(*of_erasing))
