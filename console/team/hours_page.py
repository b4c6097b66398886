"""/inbox/team/hours: when the organisation is open, its holidays and its time zone."""

from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.door import current_staff, read_form
from console.inbox.means import Desk
from console.team.room import AGAIN, LEADS, Room, Turn
from console.team.staff_page import DAYS, read_week
from console.ways import go
from conversation.errors import ConfigurationError
from conversation.staffing.office import is_open, next_opening
from store.database import Session
from store.staff.staff import Role
from store.staffing import hours, timetable
from store.staffing.timetable import BadDay, Timed

_PATH = "/inbox/team/hours"
_FURTHEST = timedelta(days=3660)  # a holiday further away is a slip of the finger
_ZONES = (  # offered first; any other name of the tz database can be typed
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico",
)  # fmt: skip


class HoursPage:
    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[Route]:
        route, administrator = self._room.route, Role.ADMINISTRATOR
        return [
            route(_PATH, self.show, "GET", *LEADS),
            route(_PATH, self.change, "POST", administrator),
            route("/inbox/team/holidays", self.change_holiday, "POST", administrator),
        ]

    async def show(self, request: Request) -> Response:
        return await self._render(request)

    async def change(self, request: Request) -> Response:
        form = read_form(request)
        spans, zone = read_week(form), form.get("zone").strip().replace(" ", "_")[:64]
        if isinstance(spans, BadDay):
            return await self._render(request, bad_day=spans.weekday)

        def change(turn: Turn) -> Timed:
            return timetable.change_office(
                turn.session, turn.organisation_id,
                spans=spans, zone=zone, actor=turn.staff.id, now=turn.desk.now, mark=turn.form.get("mark"),
            )  # fmt: skip

        try:
            done = await self._room.carry_out(request, change)
        except ConfigurationError:
            return await self._render(request, told="zone")
        return go(_PATH, told={None: AGAIN, Timed.DONE: "hours"}.get(done, "stale"))

    async def change_holiday(self, request: Request) -> Response:
        form, today = read_form(request), self._room.means.entrance.clock().date()
        day = _read_day(form.get("remove") or form.get("day"))
        if day is None or not today - timedelta(days=2) <= day <= today + _FURTHEST:
            return await self._render(request, told="day")

        def change(turn: Turn) -> str:
            by = turn.staff.id, turn.desk.now
            if turn.form.get("remove"):
                timetable.open_on(turn.session, turn.organisation_id, day, actor=by[0], now=by[1])
                return "opened"
            timetable.close_on(
                turn.session, turn.organisation_id, day, turn.form.get("name"), actor=by[0], now=by[1]
            )  # fmt: skip
            return "closed"

        return go(_PATH, told=await self._room.carry_out(request, change) or AGAIN)

    async def _render(self, request: Request, *, told: str | None = None, bad_day: int | None = None) -> Response:
        def look(session: Session, desk: Desk) -> dict[str, Any]:
            office = hours.read_office(session, desk.staff.organisation_id)
            today = desk.now.astimezone(office.zone).date()
            return {
                "week": timetable.render_week(office.spans), "zone": office.zone.key,
                "week_mark": timetable.mark_week(office.spans, office.zone.key), "is_open": is_open(office, desk.now),
                "opens": next_opening(office, desk.now),
                "holidays": hours.list_holidays(session, desk.staff.organisation_id, today),
            }  # fmt: skip

        shown, desk = await self._room.read(request, look)
        if request.method == "POST" and read_form(request).get("day0", "-") != "-":
            form = read_form(request)  # what was typed stands in the form again
            shown |= {"week": [form.get(f"day{day}")[:100] for day in range(DAYS)], "zone": form.get("zone")[:64]}
        return await self._room.render(
            request, "team_hours.html", desk=desk, status=422 if told or bad_day is not None else 200, told=told,
            bad_day=bad_day, zones=_ZONES, may_edit=current_staff(request).role is Role.ADMINISTRATOR, **shown,
        )  # fmt: skip


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
