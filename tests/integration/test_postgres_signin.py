"""Signing in on PostgreSQL, where guesses are really made at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from console.door import current_staff
from conversation.turn import Rules
from service import wiring
from service.settings import Settings
from store.database import Database, build_engine
from store.sealing.vault import KeyRing, Vault
from store.sql.migrate import migrate
from store.staff.tries import at_door, begin_try
from tests.databases import new_postgres_database, running_postgres
from tests.front_desk import FrontDesk, Visitor, code_at
from tests.house import House


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    rules: Rules = wiring.build_rules(Settings(drafts=True))
    with running_postgres() as server, new_postgres_database(server, "signin") as url:
        database = Database(build_engine(url))
        migrate(database.engine)
        yield House(database, Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32))), rules)
        database.close()


def test_of_many_guesses_at_once_no_more_are_looked_at_than_are_free(house: House) -> None:
    guessed = at_door(house.vault, login="ana", address="198.51.100.7")

    with ThreadPoolExecutor(8) as threads:
        waits = threads.map(
            lambda _: house.database.run_sync(lambda session: begin_try(session, guessed, house.clock())).wait,
            range(16),
        )
        looked_at = [wait for wait in waits if not wait]

    assert len(looked_at) == 5


def test_a_worker_comes_in_by_a_link_and_a_code(house: House) -> None:
    async def say_who(request: Request) -> Response:
        return PlainTextResponse(current_staff(request).login)

    desk = FrontDesk(house, alone=False)
    token = desk.invite(desk.add("eva", password=False))
    with desk.open([Route("/inbox", say_who, middleware=desk.entrance.guard())]) as url:
        visitor = Visitor(url)
        visitor.get(f"/invite/{token}")
        visitor.post(f"/invite/{token}", password="three quiet rivers", again="three quiet rivers")
        visitor.get("/signin/enrol")
        visitor.post("/signin/enrol", code=code_at(visitor.secret, house.clock()))
        inside = visitor.get("/inbox").text
        house.clock.advance(60 * 31)
        outside = visitor.get("/inbox").status_code

    assert (inside, outside) == ("eva", 303)
