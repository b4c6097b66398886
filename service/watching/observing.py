"""What every process has beside its work: figures, health and alerts, on connections that only read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from starlette.routing import Route

from bot.client import HttpBot
from channels.twilio.sender import TwilioSender
from service.settings import Settings
from service.watching.alerting import watching
from service.watching.health import build_health_routes
from service.watching.metrics import MeasuredBot, MeasuredSender, Meters
from store.database import Database
from store.sql.reader import Reader


@dataclass(frozen=True, slots=True)
class Observed:
    """The instruments of one process, and the routes that show them."""

    meters: Meters
    routes: list[Route]

    def measure_bot(self, bot: HttpBot) -> HttpBot:
        return cast(HttpBot, MeasuredBot(bot, self.meters))

    def measure_sender(self, sender: TwilioSender) -> TwilioSender:
        return cast(TwilioSender, MeasuredSender(sender, self.meters))


@asynccontextmanager
async def observing(settings: Settings, database: Database) -> AsyncIterator[Observed]:
    """Watch for troubles while the block runs; the routes work as long."""
    reader, meters = Reader(settings.database), Meters()
    try:
        async with watching(settings, database, reader):
            yield Observed(meters, build_health_routes(settings, reader, meters))
    finally:
        reader.close()
