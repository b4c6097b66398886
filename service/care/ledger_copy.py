"""This machine's copy of the ledger, kept up with the table: a restore needs it when the database is gone."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from store.forgetting import ledger
from store.forgetting.ledger import Line
from store.sql.reader import Reader

INTERVAL_S = 5.0


@dataclass(slots=True)
class LedgerCopy:
    """Adds to a file what the table has and the file lacks. One per process; harmless beside another of the same file.

    Attributes:
        lookup_id: id of the look-up key behind the hashes (`KeyRing.lookup_id`).
    """

    path: Path
    reader: Reader
    lookup_id: str
    _lines: list[Line] = field(default_factory=list)
    _seen: tuple[int, int] | None = None
    _whole: bool = True  # compare all of it: a file that others have changed may lack any line

    async def keep_up(self) -> None:
        """Append what is new, on disk when this returns."""
        await asyncio.to_thread(self._read_if_changed)
        while found := await self.reader.run(self._find_new):
            await asyncio.to_thread(ledger.append_lines, self.path, found)
            self._lines += found
            self._seen, self._whole = self._look(), False
        self._whole = False

    def _find_new(self, session: Session) -> list[Line]:
        return ledger.find_new(session, self._lines, lookup_id=self.lookup_id, whole=self._whole)

    def _read_if_changed(self) -> None:
        """Read the file again when somebody else has changed it: a purge, a restore, an operator."""
        if (found := self._look()) != self._seen or found is None:
            self._lines, self._seen, self._whole = ledger.read_lines(self.path), found, True

    def _look(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size
