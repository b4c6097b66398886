"""Sealing what is stored anew with the current key, while the service goes on. Safe to interrupt and to repeat."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, func, select, update
from sqlalchemy.orm import Session

from conversation.errors import SealError
from store.database import Database
from store.sealing.vault import KeyRing, Vault, prefix_of
from store.sql.reader import Reader
from store.tables import Base

BATCH = 100  # values in one transaction: a few milliseconds of the writer's time
SEALED = "_sealed"
UNKNOWN = "?"  # stands for every key that is not in the key file


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values, and the context they are sealed for."""

    table: Table
    column: Column[Any]

    @property
    def context(self) -> str:
        return f"{self.table.name}.{self.column.name.removesuffix(SEALED)}"

    @property
    def most_rows(self) -> int:
        """How many values are held in memory at a time: of whole files one."""
        return 1 if self.column.info.get("large") else BATCH

    @property
    def id(self) -> Column[Any]:
        (one,) = self.table.primary_key.columns
        return one

    def sealed_with(self, key_id: str) -> ColumnElement[bool]:
        """Say whether a value begins as those do that a key has sealed."""
        prefix = prefix_of(key_id)
        return func.substr(self.column, 1, len(prefix), type_=LargeBinary()) == prefix


@dataclass(slots=True)
class Rewrapped:
    """How far a rewrap is: values sealed anew, and those that no key of the key file opens."""

    done: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)


def find_sealed_columns() -> list[SealedColumn]:
    """Return every sealed column of our tables."""
    tables = Base.metadata.sorted_tables
    return [SealedColumn(table, column) for table in tables for column in table.columns if column.name.endswith(SEALED)]


def count_by_key(session: Session, ring: KeyRing) -> Counter[str]:
    """Return how many stored values each key has sealed; UNKNOWN counts those of keys that are not in the ring."""
    counts: Counter[str] = Counter()
    for one in find_sealed_columns():
        total = session.scalar(select(func.count(one.column))) or 0
        by_key = {key_id: _count(session, one, key_id) for key_id in ring.sealing}
        counts.update(by_key)
        counts[UNKNOWN] += total - sum(by_key.values())
    return counts


def rewrap(database: Database, reader: Reader, vault: Vault, *, batch: int = BATCH) -> Iterator[Rewrapped]:
    """Seal every value of an older key with the current one, a batch a transaction; yield the sums after each batch.

    The caller may pause between two batches, or stop: what is done stays done. A value that somebody else writes
    meanwhile stands as they wrote it. `reader` looks for old values, since the whole table may have to be read.

    Raises:
        BrokenWorld: see `Database.run`.
    """
    sums = Rewrapped()
    for one in find_sealed_columns():
        after: Any = None
        limit = min(batch, one.most_rows)
        while rows := reader.run_sync(partial(_find_old, one=one, vault=vault, after=after, limit=limit)):
            database.run_sync(partial(_seal_anew, one=one, vault=vault, rows=rows, sums=sums))
            after = rows[-1][0]
            yield sums


def _count(session: Session, one: SealedColumn, key_id: str) -> int:
    return session.scalar(select(func.count()).select_from(one.table).where(one.sealed_with(key_id))) or 0


def _find_old(session: Session, *, one: SealedColumn, vault: Vault, after: Any, limit: int) -> list[tuple[Any, bytes]]:
    """Return (id, value) of the next rows that are not sealed with the current key, in the order of their ids."""
    query = select(one.id, one.column).where(one.column.is_not(None), ~one.sealed_with(vault.keys.current))
    query = query if after is None else query.where(one.id > after)
    return [(row_id, bytes(sealed)) for row_id, sealed in session.execute(query.order_by(one.id).limit(limit))]


def _seal_anew(
    session: Session, *, one: SealedColumn, vault: Vault, rows: list[tuple[Any, bytes]], sums: Rewrapped
) -> None:
    for row_id, sealed in rows:
        try:
            anew = vault.seal(vault.open(sealed, one.context), one.context)
        except SealError:
            sums.unreadable[one.context] += 1
            continue
        as_read = one.id == row_id, one.column == sealed
        changed = session.execute(update(one.table).where(*as_read).values({one.column: anew}).returning(one.id))
        sums.done += changed.scalar() is not None
