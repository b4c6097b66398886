"""Files that caseworkers send, and calendar files: sealed here, fetched under an address that nobody can guess.

The address opens when the file is offered to the carrier, or is written in a text, and shuts by itself;
docs/decisions/0043, 0055.
"""

import base64
import binascii
import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from conversation.errors import SealError
from conversation.media import FileToSend, MediaType
from store.sealing.vault import Vault
from store.tables import Message, OutgoingFile
from store.tables.base import new_id

CONTENT, TOKEN = "outgoing_file.content", "outgoing_file.token"
# The carrier fetches a file when it takes the message, and once more for each retry towards the network: it keeps
# messages for 10 hours at most (ValidityPeriod, https://www.twilio.com/docs/messaging/api/message-resource).
OPEN_FOR = timedelta(hours=12)
_TOKEN_BYTES = 32
_TOKEN = re.compile("[A-Za-z0-9_-]{43}")


def is_token(text: str) -> bool:
    """Return whether a text has the shape of a token; whether there is such a file is another question."""
    return _TOKEN.fullmatch(text) is not None


def make_token() -> str:
    """Return what a new address ends in."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def add_file(
    session: Session, vault: Vault, message_id: str, file: FileToSend, *,
    now: datetime, token: str | None = None, open_until: datetime | None = None,
) -> None:  # fmt: skip
    """Keep the file of an outgoing message, sealed.

    Args:
        token: of an address that stands in the text of the message already.
        open_until: whoever has the address may fetch it until then; None: nobody may before it is offered.
    """
    token = token or make_token()
    session.execute(
        insert(OutgoingFile).values(
            id=new_id(), message_id=message_id, type=file.type, size=file.size, created_at=now, fetched=0,
            open_until=open_until,
            content_sealed=vault.seal(base64.b64encode(file.content).decode("ascii"), CONTENT),
            token_sealed=vault.seal(token, TOKEN), token_key=vault.fingerprint(token),
        )
    )  # fmt: skip


def open_to_carrier(session: Session, vault: Vault, message_id: str, *, now: datetime) -> str | None:
    """Let the carrier fetch a message's file from now on for OPEN_FOR; return its token, None: it is gone."""
    of_message = OutgoingFile.message_id == message_id
    sealed = session.scalar(select(OutgoingFile.token_sealed).where(of_message))
    if sealed is None:
        return None
    session.execute(update(OutgoingFile).where(of_message).values(open_until=now + OPEN_FOR))
    return vault.open(sealed, TOKEN)


def find_by_token(session: Session, vault: Vault, token: str, *, now: datetime) -> FileToSend | None:
    """Return the file whose address ends in a token while it is open and its person is not being forgotten."""
    is_open = OutgoingFile.token_key == vault.fingerprint(token), OutgoingFile.open_until > now
    row = session.execute(
        select(OutgoingFile.type, OutgoingFile.content_sealed)
        .join(Message, Message.id == OutgoingFile.message_id)
        .where(*is_open, Message.erasure_id.is_(None))
    ).one_or_none()
    return _open(vault, row.type, row.content_sealed) if row else None


def count_fetch(session: Session, vault: Vault, token: str) -> None:
    """Note that a file was fetched under its token."""
    counted = update(OutgoingFile).where(OutgoingFile.token_key == vault.fingerprint(token))
    session.execute(counted.values(fetched=OutgoingFile.fetched + 1))


def find_file(session: Session, vault: Vault, message_id: str) -> FileToSend | None:
    """Return the file of a message for who may see the message; None: it has none, or none any more."""
    row = session.execute(
        select(OutgoingFile.type, OutgoingFile.content_sealed).where(OutgoingFile.message_id == message_id)
    ).one_or_none()
    return _open(vault, row.type, row.content_sealed) if row else None


def _open(vault: Vault, media_type: str, sealed: bytes) -> FileToSend:
    try:
        content = base64.b64decode(vault.open(sealed, CONTENT), validate=True)
    except binascii.Error:
        raise SealError(f"a value of {CONTENT} is not what was sealed") from None
    return FileToSend(MediaType(media_type), content)
