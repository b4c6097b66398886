"""Importing a file of clients and dates: template, preview with what is wrong, then once. The file is not kept.

Between preview and import the rows travel in the page itself, sealed: nothing lies on the server, and nobody can change
them on the way. GET, POST /inbox/agenda/import · GET /inbox/agenda/import/template.csv · POST /inbox/agenda/import/run
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import batched
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.agenda.case_dates import find_place_zone, read_zone, tells_number
from console.agenda.sealed_file import CarriedFile, open_file, seal_file
from console.door import current_staff, current_visit, read_form
from console.inbox.means import Desk, Means, read_desk
from console.translating import LOCALES
from conversation.folding import fold
from store.agenda.import_file import MOST_BYTES, FileProblem, decode, read_lines, write_template
from store.agenda.import_report import BadRow, GoodRow
from store.agenda.import_rows import Judge, judge_rows
from store.agenda.importing import AT_ONCE, Imported, Importer, import_rows, note_import
from store.cases.forms import is_taken, take_form
from store.staff.staff import Role
from store.staff_phones.mail import find_sender

LEADS = (Role.SUPERVISOR, Role.ADMINISTRATOR)
SHOWN_BAD, SHOWN_GOOD = 200, 20
_ROOM = 3 * MOST_BYTES  # of a form: the sealed file is larger than the file


@dataclass(frozen=True, slots=True)
class ImportView:
    """What the page of an import shows.

    Attributes:
        problem: why the file cannot be read; None: it could, or there is none yet.
        sealed: the file, for the form that carries the import out.
        done: what became of it; `said`: a code of what is wrong with the form.
    """

    problem: FileProblem | None = None
    good: tuple[GoodRow, ...] = field(default=(), repr=False)
    bad: tuple[BadRow, ...] = ()
    sealed: str = field(default="", repr=False)
    done: Imported | None = None
    said: str = ""


class ImportPage:
    """The routes of the import, for who leads."""

    def __init__(self, means: Means) -> None:
        self._means, self._entrance = means, means.entrance
        self._database = means.entrance.database

    def routes(self, telling: Callable[..., Any]) -> list[Route]:
        guard = self._entrance.guard(*LEADS, most_bytes=_ROOM)

        def route(path: str, answer: Any, method: str) -> Route:
            return Route(path, telling(self._means, answer), methods=[method], middleware=guard)

        return [
            route("/inbox/agenda/import", self._show, "GET"),
            route("/inbox/agenda/import/template.csv", self._send_template, "GET"),
            route("/inbox/agenda/import", self._preview, "POST"),
            route("/inbox/agenda/import/run", self._run, "POST"),
        ]

    async def _show(self, request: Request) -> Response:
        return await self._render(request, ImportView())

    async def _send_template(self, request: Request) -> Response:
        named = {"Content-Disposition": 'attachment; filename="puente-dates.csv"'}
        return Response(write_template(), media_type="text/csv; charset=utf-8", headers=named)

    async def _preview(self, request: Request) -> Response:
        """Show what the file says; nothing is written."""
        form = read_form(request)
        upload = form.file("file")
        if upload is None:
            return await self._render(request, ImportView(said="no_file"), status=422)
        text = decode(await upload.read())
        if isinstance(text, FileProblem):
            return await self._render(request, ImportView(problem=text), status=422)
        file = CarriedFile(current_staff(request).id, self._entrance.clock(), form.get("order") != "day", text)
        read = await asyncio.to_thread(self._read, file)
        if isinstance(read, FileProblem):
            return await self._render(request, ImportView(problem=read), status=422)
        sealed = seal_file(self._entrance.vault, file) if read[0] else ""
        return await self._render(request, ImportView(good=tuple(read[0]), bad=tuple(read[1]), sealed=sealed))

    async def _run(self, request: Request) -> Response:
        """Import the rows of a preview that can be; some at a time, so that other pages come between."""
        form, staff = read_form(request), current_staff(request)
        file = open_file(self._entrance.vault, form.get("sealed"), staff_id=staff.id, now=self._entrance.clock())
        read = await asyncio.to_thread(self._read, file) if file else None
        if read is None or isinstance(read, FileProblem):
            return await self._render(request, ImportView(said="old_preview"), status=422)
        good, bad = read
        sender = await self._database.read(lambda session: find_sender(session, staff.organisation_id))
        if sender is None:
            return await self._render(request, ImportView(said="no_sender"), status=422)
        if await self._database.read(lambda session: is_taken(session, form.key, caseworker_id=staff.id)):
            return await self._render(request, ImportView(said="again"))
        importer = Importer(
            staff, sender, self._entrance.clock(), self._means.reminder_days, self._means.check_in_days
        )  # fmt: skip
        done = await self._import(importer, good, bad=len(bad), form_key=form.key)
        return await self._render(request, ImportView(bad=tuple(bad), done=done))

    async def _import(self, importer: Importer, good: list[GoodRow], *, bad: int, form_key: str) -> Imported:
        done, vault = Imported(), self._entrance.vault
        for some in batched(good, AT_ONCE):
            done += await self._database.run(partial(import_rows, vault=vault, importer=importer, rows=some))

        def note(session: Any) -> None:
            if take_form(session, form_key, caseworker_id=importer.caseworker.id, now=importer.now):
                note_import(session, importer, done, bad=bad)

        await self._database.run(note)
        return done

    def _read(self, file: CarriedFile) -> tuple[list[GoodRow], list[BadRow]] | FileProblem:
        lines = read_lines(file.text)
        if isinstance(lines, FileProblem):
            return lines
        judge = Judge(
            now=self._entrance.clock(), languages=_name_languages(self._means), read_zone=read_zone,
            find_zone=cache(partial(find_place_zone, self._means)), is_secret=tells_number,
            month_first=file.month_first, check_in_days=self._means.check_in_days,
        )  # fmt: skip
        return judge_rows(lines, judge)

    async def _render(self, request: Request, view: ImportView, *, status: int = 200) -> Response:
        staff, locale, now = current_staff(request), current_visit(request).locale, self._entrance.clock()

        def look(session: Any) -> Desk:
            return read_desk(session, self._means, staff, locale=locale, now=now)

        desk = await self._database.read(look)
        shown = {"good": view.good[:SHOWN_GOOD], "bad": view.bad[:SHOWN_BAD]}
        return self._entrance.render(request, "agenda_import.html", status=status, desk=desk, view=view, shown=shown)


def _name_languages(means: Means) -> dict[str, str]:
    """Return the tags of our languages by tag and by each name that people write for them."""
    from babel import Locale, UnknownLocaleError

    found: dict[str, str] = {}
    for tag, language in means.rules.languages.by_tag.items():
        found |= {tag.casefold(): tag, language.name.casefold(): tag, fold(language.name): tag}
        for locale in LOCALES:
            try:
                name = Locale.parse(locale).languages.get(tag)
            except (UnknownLocaleError, ValueError):
                continue
            if name:
                found |= {name.casefold(): tag, fold(name): tag}
    return found
