"""`puente report`: the figures of a month, as the page under /inbox/report has them."""

import asyncio
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from console.inbox.report_file import write_csv
from console.inbox.report_layout import Layout, Section, collect_labels
from console.rendering import Pages
from console.translating import LOCALES
from conversation.errors import ConfigurationError
from service import wiring
from service.care.sweeps import build_periods
from service.settings import Settings
from store.database import Database
from store.reporting.months import find_month, parse_month
from store.reporting.report import Part, make_report, note_reading, plan_report
from store.staff.staff import list_everybody
from store.staffing.hours import read_office

_ACTOR = "operator"


def report_month(settings: Settings, month: str | None, *, csv_file: Path | None, language: str) -> None:
    """Print a month's figures, or write them into a file that only its owner may read; either is written down.

    Raises:
        ConfigurationError: no such language or month, the month is not over, or the file cannot be written.
    """
    if language not in LOCALES:
        raise ConfigurationError(f"the report speaks {' and '.join(LOCALES)}")
    with _database(settings) as (database, organisation_id):
        now = wiring.utc_now()
        zone = database.run_sync(lambda session: read_office(session, organisation_id).zone)
        asked = parse_month(month) if month else find_month(now, zone).before
        layout = _layout(settings, database, organisation_id, language)
        plan = plan_report(organisation_id, asked, zone=zone, labels=collect_labels(layout.rules), now=now)
        act = "report.export" if csv_file else "report.read"
        database.run_sync(lambda session: note_reading(session, organisation_id, asked, actor=_ACTOR, act=act, now=now))
        figures = asyncio.run(_count(database, plan))
    report = make_report(asked, figures, zone=zone, periods=layout.periods, now=now)
    sections, notes = layout.sections(report), layout.notes(report)
    if csv_file is None:
        print("\n".join([str(asked), *notes, *_render(sections)]))
    else:
        _write(csv_file, write_csv(asked, sections, notes))
        print(f"{asked}: {csv_file}")


async def _count(database: Database, plan: Mapping[str, Part]) -> dict[str, Any]:
    """Read each part as a page does: a running service waits for none of it."""
    return {name: await database.read(part) for name, part in plan.items()}


def _layout(settings: Settings, database: Database, organisation_id: str, language: str) -> Layout:
    vault = wiring.build_vault(settings)
    staff = database.run_sync(lambda session: list_everybody(session, vault, organisation_id))
    return Layout(
        pages=Pages(), rules=wiring.build_rules(settings), locale=language, names={one.id: one.name for one in staff},
        periods=build_periods(settings), cents=settings.message_price_cents,
    )  # fmt: skip


def _render(sections: Iterable[Section]) -> Iterator[str]:
    """Return the tables as lines: labels on the left, figures in columns under their names."""
    for section in sections:
        yield ""
        yield section.title
        if section.note:
            yield f"  ({section.note})"
        widths = [max([len(name), *(len(row.cells[at].shown) for row in section.rows)])
                  for at, name in enumerate(section.columns)]  # fmt: skip
        broadest = max([0, *(len(row.label) for row in section.rows)])
        if section.rows:
            named = "  ".join(name.rjust(width) for name, width in zip(section.columns, widths, strict=True))
            yield f"  {'':{broadest}}  {named}"
        for row in section.rows:
            figures = "  ".join(cell.shown.rjust(width) for cell, width in zip(row.cells, widths, strict=True))
            yield f"  {row.label:{broadest}}  {figures}".rstrip()


def _write(path: Path, content: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                os.fchmod(handle, 0o600)  # one that was there keeps its mode
            file.write(content)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from None


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[Database, str]]:
    database = wiring.build_database(settings)
    try:
        yield database, wiring.get_organisation(settings, database)
    finally:
        database.close()
