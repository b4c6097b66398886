"""What a worker does for privacy on the side: forgetting, purging, the carrier's copies, the copy of the ledger."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from service import wiring
from service.care.backup_expiry import expire_daily
from service.care.erasing import Eraser, ForgetfulBot
from service.care.ledger_copy import INTERVAL_S, LedgerCopy
from service.care.purging import Purger
from service.engine_calls import Sweep
from service.settings import Settings
from store.database import Database
from store.forgetting.ledger import FILE_NAME
from store.forgetting.periods import Periods
from store.sql.reader import Reader

ORDERS_S, CARRIER_S, DELIVERED_S, PURGE_S = 2.0, 10.0, 3600.0, 86_400.0


@asynccontextmanager
async def open_care(
    settings: Settings, database: Database, bot: ForgetfulBot
) -> AsyncIterator[dict[str, tuple[float, Sweep]]]:
    """Open what the sweeps need; yield them by name: (seconds between, what)."""
    reader, records = Reader(settings.database), wiring.build_records(settings)
    organisation_id = wiring.get_organisation(settings, database)
    eraser = Eraser(database, reader, bot, records, organisation_id, wiring.utc_now)
    purger = build_purger(settings, database, reader)
    copy = LedgerCopy(settings.var / FILE_NAME, reader, wiring.build_vault(settings).keys.lookup_id)
    sweeps: dict[str, tuple[float, Sweep]] = {
        "orders to forget": (ORDERS_S, eraser.carry_out_orders),
        "carrier's copies": (CARRIER_S, eraser.erase_at_carrier),
        "copy of the ledger": (INTERVAL_S, copy.keep_up),
        "purge": (PURGE_S, purger.purge_daily),
        "old backups": (PURGE_S, lambda: expire_daily(settings)),
    }
    if settings.erase_at_carrier == "after_delivery":
        sweeps["delivered texts"] = (DELIVERED_S, eraser.queue_delivered)
    try:
        yield sweeps
    finally:
        await records.close()
        reader.close()


def build_purger(settings: Settings, database: Database, reader: Reader) -> Purger:
    return Purger(database, reader, build_periods(settings), settings.var / FILE_NAME, wiring.utc_now)


def build_periods(settings: Settings) -> Periods:
    """Return how long this deployment keeps what."""
    return Periods(timedelta(days=settings.keep_messages_days), timedelta(days=settings.keep_cases_days))
