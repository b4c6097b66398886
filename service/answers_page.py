"""The page of answers with the texts of this deployment, read again when a file of theirs has changed."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from channels.sms_text import Encoding
from console.catalogue.page import CataloguePage
from console.catalogue.view import Price, Sheet
from conversation.turn import Rules
from service import wiring
from service.catalogue.costs import measure
from service.catalogue.filling import Filling
from service.settings import Settings


def build_answers_page(settings: Settings, guard: Sequence[Middleware] = ()) -> list[BaseRoute]:
    """Return the routes of /answers; nothing is read before somebody looks."""
    return CataloguePage(SheetReader(settings).read, today=lambda: wiring.utc_now().date()).routes(guard)


@dataclass
class SheetReader:
    """Reads the sheet once, and anew after any file under data/answers or data/reference was written or taken away."""

    settings: Settings
    _sheet: Sheet | None = None
    _stamps: frozenset[tuple[str, int]] = frozenset()
    _lock: Lock = field(default_factory=Lock)

    def read(self) -> Sheet:
        """Return the sheet of the files as they are now.

        Raises:
            ContentError: a file breaks its format.
        """
        with self._lock:
            stamps = frozenset(_find_stamps(wiring.DATA))
            if self._sheet is None or stamps != self._stamps:
                self._sheet, self._stamps = make_sheet(wiring.build_rules(self.settings)), stamps
            return self._sheet


def make_sheet(rules: Rules) -> Sheet:
    """Return what the page shows, with what each text costs."""
    filling = Filling(rules)
    prices = {}
    for key, wording in rules.catalogue.wordings.items():
        cost = measure(wording, filling)
        prices[key] = Price(filling.fill(wording), cost.segments, cost.encoding is Encoding.GSM7)
    return Sheet(rules, prices)


def _find_stamps(data: Path) -> Iterator[tuple[str, int]]:
    """Yield each file with the time of its last writing; one that goes while we look is passed over."""
    for path in (path for folder in ("answers", "reference") for path in (data / folder).rglob("*")):
        with suppress(FileNotFoundError):
            yield str(path), path.stat().st_mtime_ns
