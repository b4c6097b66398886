"""The ledger outside the database: a file of keyed hashes, so that a restored backup forgets whom it must forget.

Each worker keeps a whole copy beside its other files: what the table has and the file lacks is added, a lost file is
written anew. A backup takes the file along; a restore reads the newest one (`read_lines`) and calls `replay`.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from conversation.errors import BrokenWorld
from store.forgetting.erasure import order_erasure
from store.forgetting.ledger_entries import ERASED, STARTED, STOPPED, find_stop
from store.sealing.secret_file import replace_secret_file
from store.tables import Address, LedgerEntry, Organisation

FILE_NAME = "ledger.jsonl"  # in PUENTE_VAR
_LATE = timedelta(days=1)  # a transaction that began before others and ended after them; clocks that differ
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One act as the file tells it. `lookup`: id of the look-up key that made `number_key` (store/sealing/vault.py)."""

    id: str
    act: str
    number_key: str
    lookup: str
    organisation_id: str
    source: str
    at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found to do. `foreign`: lines of another look-up key or organisation, which nobody can follow."""

    erased: int = 0
    stopped: int = 0
    started: int = 0
    foreign: int = 0


def read_lines(path: Path) -> list[Line]:
    """Return every whole line of a ledger file, each id once; a torn line (a crash) is passed over, no file is empty.

    Raises:
        BrokenWorld: the file is there and cannot be read.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BrokenWorld(f"the ledger cannot be read: {error.strerror}") from None
    lines = [line for text in content.splitlines() if (line := _parse(text)) is not None]
    return list({line.id: line for line in lines}.values())


def find_new(session: Session, known: Sequence[Line], *, lookup_id: str, whole: bool = False) -> list[Line]:
    """Return what the table holds and a file does not yet, oldest first.

    Args:
        whole: look at the whole table, since the file may have lost any line; else at what was recorded lately, and
            return at most 500 lines.
    """
    ids = {line.id for line in known}
    since = None if whole else max((line.recorded_at for line in known), default=None)
    rows = select(LedgerEntry).order_by(LedgerEntry.recorded_at)
    if since is not None:
        rows = rows.where(LedgerEntry.recorded_at >= since - _LATE)
    found = (row for row in session.scalars(rows) if row.id not in ids)
    return [_line(row, lookup_id) for row in islice(found, None if whole else _CHUNK)]


def append_lines(path: Path, lines: Iterable[Line]) -> None:
    """Add lines to a ledger file, on disk before it returns, for its owner only; makes the file when there is none.

    Raises:
        BrokenWorld: the disk does not take them; a line may be torn, and comes again.
    """
    text = "".join(_render(line) for line in lines)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            torn = end > 0 and (file.seek(end - 1), file.read(1))[1] != b"\n"
            file.write((b"\n" if torn else b"") + text.encode())
            os.fsync(descriptor)
    except OSError as error:
        raise BrokenWorld(f"the ledger cannot be written: {error.strerror}") from None


def replace_lines(path: Path, lines: Iterable[Line]) -> None:
    """Write a ledger file anew as a whole, for its owner only."""
    replace_secret_file(path, "".join(_render(line) for line in lines))


def forget_lines(path: Path, before: datetime) -> int:
    """Drop lines of acts before a time; return how many. The file is replaced whole."""
    lines = read_lines(path)
    kept = [line for line in lines if line.at >= before]
    if len(kept) < len(lines):
        replace_lines(path, kept)
    return len(lines) - len(kept)


def replay(session: Session, lines: Sequence[Line], *, lookup_id: str, now: datetime) -> Replayed:
    """Carry out again what a restored database does not know of: call it before anything else works on that database.

    Erasing takes what was said, and cases opened, up to the act: who wrote again afterwards is left alone. It orders
    only; the worker's sweep then deletes. Harmless when repeated.

    Args:
        lines: of the newest ledger file.
        lookup_id: of the key ring that goes with this database (`KeyRing.lookup_id`).
    """
    homes = set(session.scalars(select(Organisation.id)))
    ours = [line for line in lines if line.lookup == lookup_id and line.organisation_id in homes]
    unknown = _find_unknown(session, ours)
    for line in unknown:
        session.execute(insert(LedgerEntry).values(**_values(line, now)))
    for line in (line for line in unknown if line.act == ERASED):
        order_erasure(
            session, line.organisation_id, line.number_key, by="ledger", said_until=line.at, now=now
        )  # fmt: skip
    wishes = {(line.organisation_id, line.number_key) for line in unknown if line.act in (STOPPED, STARTED)}
    stops = [_renew_wish(session, *wish) for wish in sorted(wishes)]
    return Replayed(
        erased=sum(line.act == ERASED for line in unknown),
        stopped=sum(stops), started=len(stops) - sum(stops), foreign=len(lines) - len(ours),
    )  # fmt: skip


def _find_unknown(session: Session, lines: Sequence[Line]) -> list[Line]:
    ids = [line.id for line in lines]
    known: set[str] = set()
    for start in range(0, len(ids), _CHUNK):
        known |= set(session.scalars(select(LedgerEntry.id).where(LedgerEntry.id.in_(ids[start : start + _CHUNK]))))
    return sorted((line for line in lines if line.id not in known), key=lambda line: line.at)


def _renew_wish(session: Session, organisation_id: str, number_key: str) -> bool:
    """Let the last stop or start of a number hold on its addresses; return whether that is a stop."""
    stopped_at = find_stop(session, organisation_id, {number_key})
    number = Address.organisation_id == organisation_id, Address.number_key == number_key
    session.execute(update(Address).where(*number).values(stopped_at=stopped_at))
    return stopped_at is not None


def _line(row: LedgerEntry, lookup_id: str) -> Line:
    return Line(row.id, row.act, row.number_key, lookup_id, row.organisation_id, row.source, row.at, row.recorded_at)


def _values(line: Line, now: datetime) -> dict[str, object]:
    kept = {name: value for name, value in asdict(line).items() if name != "lookup"}
    return {**kept, "recorded_at": now}


def _render(line: Line) -> str:
    written = {**asdict(line), "at": line.at.isoformat(), "recorded_at": line.recorded_at.isoformat()}
    return json.dumps(written, separators=(",", ":")) + "\n"


def _parse(text: bytes) -> Line | None:
    try:
        data = json.loads(text)
        times = {name: datetime.fromisoformat(data[name]) for name in ("at", "recorded_at")}
        line = Line(**{**data, **times})
    except (ValueError, TypeError, KeyError):
        return None
    words = line.id, line.act, line.number_key, line.lookup, line.organisation_id, line.source
    return line if all(isinstance(word, str) for word in words) and line.at.tzinfo else None
