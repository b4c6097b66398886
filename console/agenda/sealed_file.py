"""A file between its preview and its import: in the page, sealed, for one reader and for a short time."""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from conversation.errors import SealError
from store.sealing.vault import Vault

_CONTEXT = "agenda.import"
HOLDS = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """`staff_id`: who has handed it in, `at`: when; `month_first`: how 12/01/2026 is meant."""

    staff_id: str
    at: datetime
    month_first: bool
    text: str = field(repr=False)


def seal_file(vault: Vault, file: CarriedFile) -> str:
    """Return a file as letters for a field of a form."""
    packed = json.dumps([file.staff_id, file.at.isoformat(), file.month_first, file.text]).encode()
    squeezed = base64.b64encode(zlib.compress(packed)).decode("ascii")
    return base64.b64encode(vault.seal(squeezed, _CONTEXT)).decode("ascii")


def open_file(vault: Vault, sealed: str, *, staff_id: str, now: datetime) -> CarriedFile | None:
    """Return the file of a form; None: it is none of ours, too old, or another's."""
    try:
        squeezed = vault.open(base64.b64decode(sealed, validate=True), _CONTEXT)
    except (binascii.Error, ValueError, SealError):
        return None
    owner, at, month_first, text = json.loads(zlib.decompress(base64.b64decode(squeezed)))
    file = CarriedFile(owner, datetime.fromisoformat(at), month_first, text)
    return file if file.staff_id == staff_id and now - file.at <= HOLDS else None
