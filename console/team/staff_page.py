"""/inbox/team: those who work here. Administrators keep the accounts; supervisors see them and edit shifts."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.door import current_staff, read_form
from console.posted_form import Form
from console.team.room import AGAIN, LEADS, Room, Turn
from console.ways import go
from conversation.staffing.office import Span
from store.staff import team
from store.staff.profile import MOST_CASES, MOST_PAGES, Profile, ProfileFault, parse_profile
from store.staff.staff import DISCIPLINES, Role
from store.staff_phones.registering import remove_phone
from store.staffing import timetable
from store.staffing.timetable import BadDay, Timed

_ADMINISTRATOR = (Role.ADMINISTRATOR,)
DAYS = 7


class StaffPage:
    """Lists and accounts. A one-time link is shown in the answer to the form that made it, and never again."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[Route]:
        route, one = self._room.route, "/inbox/team/staff/{id}"
        return [
            route("/inbox/team", self.show_all, "GET", *LEADS),
            route("/inbox/team/add", self.add, "POST", *_ADMINISTRATOR),
            route(one, self.show, "GET", *LEADS),
            route(f"{one}/shifts", self.change_shifts, "POST", *LEADS),
            route(f"{one}/profile", self.change_profile, "POST", *_ADMINISTRATOR),
            route(f"{one}/link", self.renew_link, "POST", *_ADMINISTRATOR),
            route(f"{one}/leave", self.let_leave, "POST", *_ADMINISTRATOR),
            route(f"{one}/phone-remove", self.remove_phone, "POST", *_ADMINISTRATOR),
        ]

    async def show_all(self, request: Request) -> Response:
        return await self._render_all(request, None, {})

    async def add(self, request: Request) -> Response:
        profile = _read_profile(read_form(request))
        if isinstance(profile, ProfileFault):
            return await self._render_all(request, profile, _typed(read_form(request)))

        def add(turn: Turn) -> team.Invited | ProfileFault:
            return team.add_member(
                turn.session, turn.vault, turn.organisation_id,
                login=turn.form.get("login"), profile=profile, actor=turn.staff.id, now=turn.desk.now,
            )  # fmt: skip

        added = await self._room.carry_out(request, add)
        if isinstance(added, ProfileFault):
            return await self._render_all(request, added, _typed(read_form(request)))
        return await self._show_link(request, added) if added else go("/inbox/team", told=AGAIN)

    async def show(self, request: Request) -> Response:
        return await self._render(request, None)

    async def change_profile(self, request: Request) -> Response:
        profile = _read_profile(read_form(request))
        if isinstance(profile, ProfileFault):
            return await self._render(request, profile, typed=_typed(read_form(request)))

        def change(turn: Turn) -> int | ProfileFault:
            return team.change_profile(
                turn.session, turn.vault, turn.organisation_id, request.path_params["id"], profile,
                mark=turn.form.get("mark"), actor=turn.staff.id, now=turn.desk.now,
            )  # fmt: skip

        return await self._answer(request, await self._room.carry_out(request, change), "changed")

    async def change_shifts(self, request: Request) -> Response:
        spans = read_week(read_form(request))
        if isinstance(spans, BadDay):
            return await self._render(request, None, bad_day=spans, week=_typed_week(read_form(request)))

        def change(turn: Turn) -> int | ProfileFault:
            done = timetable.change_shifts(
                turn.session, turn.organisation_id, request.path_params["id"], spans,
                actor=turn.staff.id, now=turn.desk.now, mark=turn.form.get("mark"),
            )  # fmt: skip
            return 0 if done is Timed.DONE else ProfileFault(done)

        return await self._answer(request, await self._room.carry_out(request, change), "shifts")

    async def renew_link(self, request: Request) -> Response:
        def renew(turn: Turn) -> team.Invited | ProfileFault:
            return team.renew_link(
                turn.session, turn.vault, turn.organisation_id, request.path_params["id"],
                actor=turn.staff.id, now=turn.desk.now,
            )  # fmt: skip

        made = await self._room.carry_out(request, renew)
        if isinstance(made, team.Invited):
            return await self._show_link(request, made)
        return await self._answer(request, made, "changed")

    async def let_leave(self, request: Request) -> Response:
        if read_form(request).get("sure") != "yes":
            return await self._render(request, None, told="unsure")

        def leave(turn: Turn) -> int | ProfileFault:
            return team.let_leave(
                turn.session, turn.organisation_id, request.path_params["id"], actor=turn.staff.id, now=turn.desk.now
            )

        done = await self._room.carry_out(request, leave)
        return await self._answer(request, done, "left", home=not isinstance(done, ProfileFault))

    async def remove_phone(self, request: Request) -> Response:
        def remove(turn: Turn) -> int | ProfileFault:
            member = team.find_member(
                turn.session, turn.vault, turn.organisation_id, request.path_params["id"], now=turn.desk.now
            )
            if member is None:
                return ProfileFault.GONE
            remove_phone(turn.session, caseworker_id=member.staff.id, actor=turn.staff.id, now=turn.desk.now)
            return 0

        return await self._answer(request, await self._room.carry_out(request, remove), "phone_gone")

    async def _answer(
        self, request: Request, done: int | ProfileFault | None, said: str, *, home: bool = False
    ) -> Response:
        """Go on after an act: to the account, or to the list when it is not there any more."""
        if done is ProfileFault.GONE:
            return await self._room.tell_gone(request)
        if isinstance(done, ProfileFault):
            return await self._render(request, done)
        path = "/inbox/team" if home else f"/inbox/team/staff/{request.path_params['id']}"
        return go(path, told=AGAIN if done is None else said, count=str(done or ""))

    async def _show_link(self, request: Request, made: team.Invited) -> Response:
        url = f"{self._room.means.entrance.public_url}/invite/{made.token}"
        return await self._room.render(request, "team_link.html", invited=made.staff, link=url)

    async def _render_all(self, request: Request, fault: ProfileFault | None, typed: Mapping[str, object]) -> Response:
        vault = self._room.means.entrance.vault
        (here, left), desk = await self._room.read(
            request,
            lambda session, desk: tuple(
                team.list_members(session, vault, desk.staff.organisation_id, now=desk.now, left=left)
                for left in (False, True)
            ),
        )
        return await self._room.render(
            request, "team.html", desk=desk, status=422 if fault else 200, here=here, left=left, fault=fault,
            typed=typed or _BLANK, may_edit=_may_edit(request), **_CHOICES,
        )  # fmt: skip

    async def _render(
        self, request: Request, fault: ProfileFault | None, *, typed: Mapping[str, object] | None = None,
        bad_day: BadDay | None = None, week: list[str] | None = None, told: str | None = None,
    ) -> Response:  # fmt: skip
        vault, staff_id = self._room.means.entrance.vault, request.path_params["id"]
        found, desk = await self._room.read(
            request,
            lambda session, desk: (
                team.find_member(session, vault, desk.staff.organisation_id, staff_id, now=desk.now),
                timetable.find_shifts(session, desk.staff.organisation_id, staff_id),
            ),
        )
        member, spans = found
        if member is None:
            return await self._room.tell_gone(request)
        return await self._room.render(
            request, "team_member.html", desk=desk, status=422 if fault or bad_day else 200, member=member,
            fault=fault, typed=typed or _shown(member.profile), week=week or timetable.render_week(spans),
            week_mark=timetable.mark_week(spans), bad_day=bad_day.weekday if bad_day else None, told=told,
            may_edit=_may_edit(request), **_CHOICES,
        )  # fmt: skip


_CHOICES = {"roles": tuple(Role), "disciplines": DISCIPLINES, "most_cases": MOST_CASES, "most_pages": MOST_PAGES}
_TEXTS = ("login", "name", "role", "capacity", "page_limit")
_BLANK: Mapping[str, object] = {
    "login": "", "name": "", "role": Role.CASEWORKER, "capacity": "10", "page_limit": "4", "on_call": False,
    "languages": (), "disciplines": (),
}  # fmt: skip


def read_week(form: Form) -> tuple[Span, ...] | BadDay:
    """Return the hours of the seven fields of a week."""
    return timetable.parse_week(_typed_week(form))


def _typed_week(form: Form) -> list[str]:
    return [form.get(f"day{day}")[:100] for day in range(DAYS)]


def _read_profile(form: Form) -> Profile | ProfileFault:
    return parse_profile(
        name=form.get("name"), role=form.get("role"), languages=form.list("languages"),
        disciplines=form.list("disciplines"), capacity=form.get("capacity"), page_limit=form.get("page_limit"),
        on_call=form.get("on_call") == "1",
    )  # fmt: skip


def _typed(form: Form) -> Mapping[str, object]:
    """Return what was typed, to stand in the form again."""
    texts = {name: form.get(name)[:200] for name in _TEXTS}
    lists = {name: form.list(name) for name in ("languages", "disciplines")}
    return {**texts, **lists, "on_call": form.get("on_call") == "1"}


def _shown(profile: Profile) -> Mapping[str, object]:
    return {name: getattr(profile, name) for name in Profile.__slots__}


def _may_edit(request: Request) -> bool:
    return current_staff(request).role is Role.ADMINISTRATOR
