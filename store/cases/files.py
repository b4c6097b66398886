"""The files of a case's messages: those that came, which the carrier keeps, and those that were sent, which we keep."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.media import FileToSend
from conversation.messages import Attachment
from store.audit import record
from store.cases.access import CaseFile
from store.cases.talk import find_talk
from store.inbox import DETAILS
from store.outgoing_files import find_file
from store.sealing.vault import Vault
from store.staff.staff import Staff
from store.tables import Message

LOOKED_AT = "case.file"


def find_case_file(
    session: Session, vault: Vault, case: CaseFile, message_id: str, number: int, *, caseworker: Staff, now: datetime
) -> Attachment | FileToSend | None:
    """Return one file of a message of a case that `get_case_for` has returned; the look is written into the audit.

    Args:
        number: which of the message's files, from 0.

    Returns:
        An attachment to fetch from the carrier, or a file of ours. None: there is none, or none any more.
    """
    of_case = find_talk(session, case).condition, Message.erasure_id.is_(None)  # what its timeline shows, no more
    message = session.scalar(select(Message).where(Message.id == message_id, *of_case))
    if message is None or number < 0:
        return None
    record(
        session, case.organisation_id, actor=caseworker.id, act=LOOKED_AT, subject_kind="message",
        subject_id=message.id, now=now, details={"case": case.id, "number": number},
    )  # fmt: skip
    if message.details_sealed is None:
        return find_file(session, vault, message.id) if number == 0 else None
    attachments = vault.open_json(message.details_sealed, DETAILS).get("attachments", ())
    return Attachment(**attachments[number]) if number < len(attachments) else None
