"""/inbox/texts: the organisation's own short texts for replies. Staff write them, somebody else reviews them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.door import current_staff, read_form
from console.posted_form import Form
from console.team.room import AGAIN, Room, Turn
from console.ways import go
from store.staff import canned
from store.staff.canned import LONGEST_BODY, LONGEST_TITLE, Canned, TextFault, Wording
from store.staff.staff import DISCIPLINES, Role

_PATH = "/inbox/texts"


class TextsPage:
    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[Route]:
        route, everybody = self._room.route, tuple(Role)
        return [
            route(_PATH, self.show_all, "GET", *everybody),
            route(_PATH, self.add, "POST", *everybody),
            route(f"{_PATH}/{{id}}", self.show, "GET", *everybody),
            route(f"{_PATH}/{{id}}", self.change, "POST", *everybody),
            route(f"{_PATH}/{{id}}/delete", self.delete, "POST", *everybody),
            route(f"{_PATH}/{{id}}/review", self.review, "POST", *everybody),
        ]

    @property
    def _languages(self) -> frozenset[str]:
        return frozenset(self._room.means.rules.languages.by_tag)

    async def show_all(self, request: Request) -> Response:
        return await self._render_all(request, None, Wording("", "", "es", None))

    async def add(self, request: Request) -> Response:
        wording = _read(read_form(request))

        def add(turn: Turn) -> str | TextFault:
            return canned.add_canned(
                turn.session, turn.vault, turn.staff, wording, languages=self._languages, now=turn.desk.now
            )

        added = await self._room.carry_out(request, add)
        if isinstance(added, TextFault):
            return await self._render_all(request, added, wording)
        return go(_PATH, told="added" if added else AGAIN)

    async def show(self, request: Request) -> Response:
        return await self._render(request, None)

    async def change(self, request: Request) -> Response:
        wording = _read(read_form(request))

        def change(turn: Turn) -> TextFault | str:
            fault = canned.change_canned(
                turn.session, turn.vault, turn.staff, request.path_params["id"], wording,
                languages=self._languages, mark=turn.form.get("mark"), now=turn.desk.now,
            )  # fmt: skip
            return fault or "changed"

        return await self._answer(request, await self._room.carry_out(request, change))

    async def delete(self, request: Request) -> Response:
        def delete(turn: Turn) -> TextFault | str:
            fault = canned.delete_canned(
                turn.session, turn.vault, turn.staff, request.path_params["id"],
                mark=turn.form.get("mark"), now=turn.desk.now,
            )  # fmt: skip
            return fault or "deleted"

        return await self._answer(request, await self._room.carry_out(request, delete))

    async def review(self, request: Request) -> Response:
        def review(turn: Turn) -> TextFault | str:
            fault = canned.review_canned(
                turn.session, turn.vault, turn.staff, request.path_params["id"],
                mark=turn.form.get("mark"), now=turn.desk.now,
            )  # fmt: skip
            return fault or "reviewed"

        return await self._answer(request, await self._room.carry_out(request, review))

    async def _answer(self, request: Request, done: TextFault | str | None) -> Response:
        if done is TextFault.GONE:
            return await self._room.tell_gone(request)
        if isinstance(done, TextFault):
            return await self._render(request, done)
        return go(_PATH, told=done or AGAIN)

    async def _render_all(self, request: Request, fault: TextFault | None, typed: Wording) -> Response:
        vault = self._room.means.entrance.vault
        texts, desk = await self._room.read(
            request, lambda session, desk: canned.list_canned(session, vault, desk.staff.organisation_id)
        )
        return await self._room.render(
            request, "texts.html", desk=desk, status=422 if fault else 200, texts=texts,
            may_write=canned.may_write(current_staff(request)), **_fields(fault, typed),
        )  # fmt: skip

    async def _render(self, request: Request, fault: TextFault | None) -> Response:
        vault, text_id, staff = self._room.means.entrance.vault, request.path_params["id"], current_staff(request)
        text, desk = await self._room.read(
            request, lambda session, desk: canned.find_canned(session, vault, desk.staff.organisation_id, text_id)
        )
        if text is None:
            return await self._room.tell_gone(request)
        return await self._room.render(
            request, "text.html", desk=desk, status=422 if fault else 200, text=text,
            may_write=canned.may_write(staff, text), may_review=text.draft and canned.may_review(staff, text),
            **_fields(fault, _stands(request, text, fault)),
        )  # fmt: skip


def _stands(request: Request, text: Canned, fault: TextFault | None) -> Wording:
    """Return what stands in the form: what was typed, as far as it was typed there and nothing was changed below it."""
    typed_here = fault is not None and fault is not TextFault.STALE and bool(read_form(request).get("body"))
    return _read(read_form(request)) if typed_here else text.wording


def _read(form: Form) -> Wording:
    return Wording(
        title=" ".join(form.get("title").split())[: LONGEST_TITLE + 1],
        body=form.get("body").replace("\r\n", "\n").strip()[: LONGEST_BODY + 1],
        language=form.get("language")[:35], discipline=form.get("discipline")[:64] or None,
    )  # fmt: skip


def _fields(fault: TextFault | None, typed: Wording) -> dict[str, Any]:
    return {
        "fault": fault, "typed": typed, "disciplines": DISCIPLINES, "longest_title": LONGEST_TITLE,
        "longest_body": LONGEST_BODY,
    }  # fmt: skip
