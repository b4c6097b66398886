"""What families answered after releases, and who did not; each reading is written down.

GET /inbox/checkins the page: counts for supervisors; for who has cases, which of their families did not answer ·
GET /inbox/checkins.csv the counts as a file, small ones hidden · GET /inbox/checkins.csv?exact=1 as they are
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.door import current_staff, current_visit
from console.inbox.means import Desk, Means, read_desk
from console.inbox.report_file import neutralise
from console.inbox.report_layout import FEW
from store.check_ins import results
from store.check_ins.results import ANSWERS, RoundCounts, Silent
from store.database import Session
from store.reporting.hiding import divide
from store.staff.staff import Role

READERS = (Role.CASEWORKER, Role.SUPERVISOR)
_COUNTING = (Role.SUPERVISOR,)
_COLUMNS = ("days_after_release", "question", "answer", "families")
_HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class CheckInView:
    """What the page shows; `rounds` None: not for this reader."""

    rounds: Sequence[RoundCounts] | None
    silent: Sequence[Silent]
    questions: Mapping[str, tuple[str, ...]]


class CheckInPage:
    """The routes of the counts; they go before those of the inbox, which take any code."""

    def __init__(self, means: Means) -> None:
        self._means, self._entrance = means, means.entrance
        self._database = means.entrance.database

    def routes(self) -> list[BaseRoute]:
        guard, counting = self._entrance.guard(*READERS), self._entrance.guard(*_COUNTING)
        return [
            Route("/inbox/checkins", self._show, methods=["GET"], middleware=guard),
            Route("/inbox/checkins.csv", self._send_file, methods=["GET"], middleware=counting),
        ]

    async def _show(self, request: Request) -> Response:
        def show(session: Session) -> tuple[Desk, CheckInView]:
            desk = self._open(session, request)
            results.note_look(session, desk.staff, sign_in=current_visit(request).sign_in_id, now=desk.now)
            rounds = None
            if desk.staff.role in _COUNTING:
                results.note_reading(session, desk.staff, act="check_ins.read", now=desk.now)
                rounds = results.count_rounds(session, desk.staff.organisation_id)
            return desk, CheckInView(rounds, results.find_unanswered(session, desk.staff, desk.now), ANSWERS)

        desk, view = await self._database.run(show)
        return self._entrance.render(request, "checkins.html", desk=desk, view=view)

    async def _send_file(self, request: Request) -> Response:
        is_exact = request.query_params.get("exact") == "1"

        def count(session: Session) -> list[RoundCounts]:
            desk = self._open(session, request)
            act = "check_ins.export_exact" if is_exact else "check_ins.export"
            results.note_reading(session, desk.staff, act=act, now=desk.now)
            return results.count_rounds(session, desk.staff.organisation_id)

        content = write_csv(await self._database.run(count), is_exact=is_exact)
        named = {"Content-Disposition": 'attachment; filename="puente-checkins.csv"'}
        return Response(content, media_type="text/csv; charset=utf-8", headers=named)

    def _open(self, session: Session, request: Request) -> Desk:
        staff, locale = current_staff(request), current_visit(request).locale
        return read_desk(session, self._means, staff, locale=locale, now=self._entrance.clock())


def write_csv(rounds: Sequence[RoundCounts], *, is_exact: bool) -> bytes:
    """Return the counts as a file, one line an answer; for publication those from which a family could be told hide."""
    written = io.StringIO()
    file = csv.writer(written, lineterminator="\r\n")
    file.writerow(_COLUMNS)
    for one in rounds:
        for row in _list_rows(one, is_exact=is_exact):
            file.writerow([one.days, *map(neutralise, row)])
    return written.getvalue().encode("utf-8-sig")


def _list_rows(one: RoundCounts, *, is_exact: bool) -> Iterator[tuple[str, str, str]]:
    yield from _divide("round", {"asked": one.asked, "unreached": one.unreached, "silent": one.silent}, is_exact)
    for question, answers in ANSWERS.items():
        counts = {answer: one.answers.get((question, answer), 0) for answer in answers}
        yield from _divide(question, counts, is_exact)


def _divide(name: str, counts: Mapping[str, int], is_exact: bool) -> Iterator[tuple[str, str, str]]:
    if is_exact:
        yield from ((name, label, str(count)) for label, count in counts.items())
        return
    parts = divide(_split(name, counts), tuple(_split(name, counts)))
    yield name, "all", FEW if parts.total is None else str(parts.total)
    for label in _split(name, counts):
        told = parts.find(label)
        yield name, label, _HIDDEN if told is None else str(told)


def _split(name: str, counts: Mapping[str, int]) -> dict[str, int]:
    """Return the parts of a whole; of a round those who were asked are the whole."""
    if name != "round":
        return dict(counts)
    rest = counts["asked"] - counts["unreached"] - counts["silent"]
    return {"answered": rest, "unreached": counts["unreached"], "silent": counts["silent"]}
