"""The figures of a month, for supervisors and administrators; each reading is written down.

GET /inbox/report?month=2026-10 the page · GET /inbox/report.csv?month=2026-10 the same as a file
"""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.door import current_staff, current_visit
from console.inbox.means import Desk, Means, read_desk
from console.inbox.report_file import write_csv
from console.inbox.report_layout import Layout, Section, collect_labels
from conversation.errors import ConfigurationError
from store.database import Session
from store.forgetting.periods import Periods
from store.reporting.months import Month, list_months, parse_month
from store.reporting.report import Report, find_first_day, make_report, note_reading, plan_report
from store.staff.staff import Role

READERS = (Role.SUPERVISOR, Role.ADMINISTRATOR)
MOST_MONTHS = 36  # in the list


@dataclass(frozen=True, slots=True)
class ReportView:
    """A month as its page shows it; `month` None: what was asked for cannot be shown."""

    month: Month | None
    months: tuple[Month, ...]
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()


class ReportPage:
    """The routes of the report."""

    def __init__(self, means: Means, periods: Periods) -> None:
        self._means, self._periods = means, periods
        self._entrance = means.entrance
        self._database = means.entrance.database

    def routes(self) -> list[BaseRoute]:
        guard = self._entrance.guard(*READERS)
        return [
            Route("/inbox/report", self._show, methods=["GET"], middleware=guard),
            Route("/inbox/report.csv", self._send_file, methods=["GET"], middleware=guard),
        ]

    async def _show(self, request: Request) -> Response:
        desk, months = await self._look(request)
        month = _find_asked(request, months)
        if month is None:
            return self._render(request, desk, ReportView(None, months), status=404)
        layout, report = await self._read(desk, month, "report.read")
        view = ReportView(month, months, tuple(layout.sections(report)), tuple(layout.notes(report)))
        return self._render(request, desk, view)

    async def _send_file(self, request: Request) -> Response:
        desk, months = await self._look(request)
        month = _find_asked(request, months)
        if month is None:
            return self._render(request, desk, ReportView(None, months), status=404)
        layout, report = await self._read(desk, month, "report.export")
        content = write_csv(month, layout.sections(report), layout.notes(report))
        named = {"Content-Disposition": f'attachment; filename="puente-{month}.csv"'}
        return Response(content, media_type="text/csv; charset=utf-8", headers=named)

    async def _look(self, request: Request) -> tuple[Desk, tuple[Month, ...]]:
        """Return what the page knows of its reader, and the months there are."""
        staff, locale, now = current_staff(request), current_visit(request).locale, self._entrance.clock()

        def look(session: Session) -> tuple[Desk, tuple[Month, ...]]:
            desk = read_desk(session, self._means, staff, locale=locale, now=now)
            since = find_first_day(session, staff.organisation_id) or now
            return desk, list_months(since, now, desk.zone, most=MOST_MONTHS)

        return await self._database.read(look)

    async def _read(self, desk: Desk, month: Month, act: str) -> tuple[Layout, Report]:
        """Write down who reads, then count; each part in a transaction of its own, so that other pages come between."""
        ours, now = desk.staff.organisation_id, desk.now
        await self._database.run(
            lambda session: note_reading(session, ours, month, actor=desk.staff.id, act=act, now=now)
        )
        plan = plan_report(ours, month, zone=desk.zone, labels=collect_labels(self._means.rules), now=now)
        figures: dict[str, Any] = {name: await self._database.read(part) for name, part in plan.items()}
        layout = Layout(
            pages=self._entrance.pages, rules=self._means.rules, locale=desk.locale, names=desk.names,
            periods=self._periods, cents=self._means.cents,
        )  # fmt: skip
        return layout, make_report(month, figures, zone=desk.zone, periods=self._periods, now=now)

    def _render(self, request: Request, desk: Desk, view: ReportView, *, status: int = 200) -> Response:
        return self._entrance.render(request, "report.html", status=status, desk=desk, view=view)


def _find_asked(request: Request, months: tuple[Month, ...]) -> Month | None:
    """Return the month of an address if there is a report of it; the last one where none is asked for."""
    asked = request.query_params.get("month", "")
    if not asked:
        return months[0]
    try:
        month = parse_month(asked)
    except ConfigurationError:
        return None
    return month if month in months else None
