"""A house with all that cares for privacy around it: erasing, purging, the ledger; stand-ins for bot and carrier."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from conversation.messages import Author, Command, Decision, Kind, Memory, OutgoingText
from conversation.ports import Done, RecordOutcome
from service import wiring
from service.care.erasing import Eraser
from service.care.ledger_copy import LedgerCopy
from service.care.purging import Purger
from store import inbox
from store.decisions import DecisionWriter
from store.forgetting.erasure import ARRIVES_WITHIN, CONFIRMATION, order_erasure
from store.forgetting.periods import Periods
from store.sql.reader import Reader
from store.tables import Base, InboxEntry
from tests.house import PERSON, House

LOOKUP = "0a1b2c3d"


@dataclass
class FakeRecords:
    """What the carrier keeps. `script` holds what it says next; after that all is done."""

    script: list[RecordOutcome] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def redact(self, provider_message_id: str) -> RecordOutcome:
        return self._take("redact", provider_message_id)

    async def delete_media(self, provider_message_id: str) -> RecordOutcome:
        return self._take("delete_media", provider_message_id)

    async def delete_message(self, provider_message_id: str) -> RecordOutcome:
        return self._take("delete_message", provider_message_id)

    def _take(self, act: str, provider_message_id: str) -> RecordOutcome:
        self.asked.append((act, provider_message_id))
        return self.script.pop(0) if self.script else Done()


@dataclass
class ForgetfulFake:
    """A bot that forgets when it is there."""

    away: bool = False
    forgotten: list[str] = field(default_factory=list)

    async def forget(self, session_id: str) -> bool:
        if not self.away:
            self.forgotten.append(session_id)
        return not self.away


class Care:
    """Close it when done."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.records, self.bot = house, FakeRecords(), ForgetfulFake()
        self.reader = Reader(house.database.engine.url.render_as_string(hide_password=False))
        self.ledger_file = folder / "ledger.jsonl"
        self.copy = LedgerCopy(self.ledger_file, self.reader, LOOKUP)

    @property
    def eraser(self) -> Eraser:
        house = self.house
        return Eraser(house.database, self.reader, self.bot, self.records, house.organisation_id, house.clock)

    @property
    def purger(self) -> Purger:
        return Purger(self.house.database, self.reader, Periods(), self.ledger_file, self.house.clock)

    def close(self) -> None:
        self.reader.close()

    def number_key(self, person: str = PERSON) -> str:
        return self.house.vault.fingerprint(person)

    async def erase_by_text(self, conversation_id: str) -> None:
        """Let the person's "1" be decided: the confirmation is written, and all of theirs is to go."""
        self.later(seconds=1)
        inbox_id = await self.house.receive("1")
        assert self.house.get(InboxEntry, inbox_id).conversation_id == conversation_id
        self.decide_to_erase(inbox_id)

    def decide_to_erase(self, inbox_id: str) -> None:
        """Write that decision for a message that waits for one."""
        house = self.house
        confirmation = OutgoingText(CONFIRMATION, "es", "Borrado.", Author.SYSTEM, draft=True)
        memory = Memory(language="es")
        decision = Decision(Kind.COMMAND, "es", (confirmation,), memory, command=Command.ERASE, erase=True)
        writer = DecisionWriter(house.vault, house.queue, wiring.split_body)
        heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, inbox_id))
        assert heard is not None
        house.database.run_sync(lambda session: writer.write(session, inbox_id, heard, decision, house.clock()))

    def erase_by_operator(self, person: str = PERSON) -> str:
        house, key = self.house, self.number_key(person)
        return house.database.run_sync(
            lambda session: order_erasure(session, house.organisation_id, key, by="operator", now=house.clock())
        )

    async def sweep(self) -> None:
        """One round of every sweep that erases; what is under way at the carrier has had its moment."""
        await self.eraser.carry_out_orders()
        self.later(seconds=ARRIVES_WITHIN.total_seconds())
        await self.eraser.erase_at_carrier()
        await self.copy.keep_up()

    def count(self) -> Counter[str]:
        """Return how many rows every table holds; those with none are left out."""

        def count(session: Any) -> Counter[str]:
            tables = Base.metadata.sorted_tables
            return Counter({one.name: session.scalar(select(func.count()).select_from(one)) for one in tables})

        return +self.house.database.run_sync(count)

    def later(self, **period: float) -> None:
        self.house.clock.advance(timedelta(**period).total_seconds())
