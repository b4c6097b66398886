"""Every page of the team, each behind its door. Their routes go before those of the inbox, which take any code."""

from starlette.routing import Route

from console.inbox.means import Means
from console.team.hours_page import HoursPage
from console.team.interpreters_page import InterpretersPage
from console.team.room import Room
from console.team.staff_page import StaffPage
from console.team.texts_page import TextsPage


def build_team_routes(means: Means) -> list[Route]:
    """Return the routes under /inbox/team and /inbox/texts."""
    room = Room(means)
    pages = StaffPage(room), HoursPage(room), InterpretersPage(room), TextsPage(room)
    return [route for page in pages for route in page.routes()]
