"""/inbox/team/interpreters: whom the organisation calls for a language. Caseworkers see it, those who lead keep it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.door import current_staff, read_form
from console.posted_form import Form
from console.team.room import AGAIN, LEADS, Room, Turn
from console.ways import go
from store.staff.staff import Role
from store.staffing.interpreters import (
    KEEPERS,
    LONGEST,
    MOST_SPOKEN,
    Details,
    InterpreterFault,
    Speech,
    add_interpreter,
    change_interpreter,
    delete_interpreter,
    find_interpreter,
    list_interpreters,
)

_PATH = "/inbox/team/interpreters"
_FIELDS = ("name", "vendor", "telephone", "hours", "cost", "notes")
_EMPTY_ROWS = 3  # of languages, below those that are filled in


class InterpretersPage:
    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[Route]:
        route, readers = self._room.route, (*LEADS, Role.CASEWORKER)
        return [
            route(_PATH, self.show_all, "GET", *readers),
            route(_PATH, self.add, "POST", *LEADS),
            route(f"{_PATH}/{{id}}", self.show, "GET", *LEADS),
            route(f"{_PATH}/{{id}}", self.change, "POST", *LEADS),
            route(f"{_PATH}/{{id}}/delete", self.delete, "POST", *LEADS),
        ]

    async def show_all(self, request: Request) -> Response:
        listed = self._room.means.rules.reference.interpreters
        chosen = next((one for one in listed if one.id == request.query_params.get("from")), None)
        details = Details(vendor=chosen.name, notes=chosen.web or "") if chosen else Details()
        return await self._render_all(request, None, (), details)

    async def add(self, request: Request) -> Response:
        speaks, details = _read(read_form(request))
        languages = self._room.means.rules.languages

        def add(turn: Turn) -> str | InterpreterFault:
            return add_interpreter(
                turn.session, turn.vault, turn.staff, speaks, details, languages=languages, now=turn.desk.now
            )

        added = await self._room.carry_out(request, add)
        if isinstance(added, InterpreterFault):
            return await self._render_all(request, added, speaks, details)
        return go(_PATH, told="added" if added else AGAIN)

    async def show(self, request: Request) -> Response:
        return await self._render(request, None)

    async def change(self, request: Request) -> Response:
        form, (speaks, details) = read_form(request), _read(read_form(request))
        languages = self._room.means.rules.languages

        def change(turn: Turn) -> InterpreterFault | str:
            fault = change_interpreter(
                turn.session, turn.vault, turn.staff, request.path_params["id"], speaks, details,
                active=form.get("active") == "1", languages=languages, mark=form.get("mark"), now=turn.desk.now,
            )  # fmt: skip
            return fault or "changed"

        return await self._answer(request, await self._room.carry_out(request, change))

    async def delete(self, request: Request) -> Response:
        def delete(turn: Turn) -> InterpreterFault | str:
            fault = delete_interpreter(
                turn.session, turn.vault, turn.staff, request.path_params["id"],
                mark=turn.form.get("mark"), now=turn.desk.now,
            )  # fmt: skip
            return fault or "deleted"

        return await self._answer(request, await self._room.carry_out(request, delete))

    async def _answer(self, request: Request, done: InterpreterFault | str | None) -> Response:
        if done is InterpreterFault.GONE:
            return await self._room.tell_gone(request)
        if isinstance(done, InterpreterFault):
            return await self._render(request, done)
        return go(_PATH, told=done or AGAIN)

    async def _render_all(
        self, request: Request, fault: InterpreterFault | None, speaks: tuple[Speech, ...], details: Details
    ) -> Response:
        vault = self._room.means.entrance.vault
        known, desk = await self._room.read(
            request, lambda session, desk: list_interpreters(session, vault, desk.staff.organisation_id)
        )
        return await self._room.render(
            request, "team_interpreters.html", desk=desk, status=422 if fault else 200, known=known,
            listed=self._room.means.rules.reference.interpreters, may_edit=current_staff(request).role in KEEPERS,
            **_fields(fault, speaks, details),
        )  # fmt: skip

    async def _render(self, request: Request, fault: InterpreterFault | None) -> Response:
        vault, interpreter_id = self._room.means.entrance.vault, request.path_params["id"]
        known, desk = await self._room.read(
            request, lambda session, desk: find_interpreter(session, vault, desk.staff.organisation_id, interpreter_id)
        )
        if known is None:
            return await self._room.tell_gone(request)
        stands = fault is None or fault is InterpreterFault.STALE  # else what was typed stands in the form again
        speaks, details = (known.speaks, known.details) if stands else _read(read_form(request))
        return await self._room.render(
            request, "team_interpreter.html", desk=desk, status=422 if fault else 200, one=known,
            **_fields(fault, speaks, details),
        )  # fmt: skip


def _read(form: Form) -> tuple[tuple[Speech, ...], Details]:
    """Return the languages and the rest of a form; a row without a language is none."""
    rows = zip(form.list("language"), form.list("variant"), strict=False)
    speaks = tuple(Speech(tag, " ".join(variant.split())) for tag, variant in list(rows)[: MOST_SPOKEN + 1] if tag)
    texts = {name: form.get(name).replace("\r\n", "\n").strip()[: LONGEST + 1] for name in _FIELDS}
    return speaks, Details(**texts)


def _fields(fault: InterpreterFault | None, speaks: tuple[Speech, ...], details: Details) -> dict[str, Any]:
    rows = [*speaks, *(Speech("") for _ in range(_EMPTY_ROWS))][:MOST_SPOKEN]
    return {"fault": fault, "rows": rows, "details": details, "longest": LONGEST}
