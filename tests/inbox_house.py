"""The inbox's pages on a real database behind a real server, with caseworkers who are signed in."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from console.agenda.page import AgendaPage
from console.check_ins.page import CheckInPage
from console.door import Entrance
from console.inbox.means import Means
from console.inbox.page import InboxPage
from console.inbox.report import ReportPage
from console.signin.page import build_signin_routes
from console.team.page import build_team_routes
from conversation.media import MediaSource
from conversation.messages import Handoff, Urgency
from service import wiring
from service.inbox_page import measure_text
from simulator.loopback_server import build_server
from store.cases import transitions
from store.cases.opening import open_or_join
from store.forgetting.periods import Periods
from store.staff.accounts import add_caseworker
from store.staff.sessions import add_session
from store.staff.staff import Role, Staff, find_staff
from store.tables import Case
from tests.house import House

T = TypeVar("T")


class InboxHouse:
    """A house with an inbox. What is asynchronous runs in a thread of its own: a browser's test has a loop already."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._thread = ThreadPoolExecutor(1)

    @contextmanager
    def serving(
        self, port: int = 0, *, files: MediaSource | None = None, more: Sequence[BaseRoute] = (),
        lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
    ) -> Iterator[str]:  # fmt: skip
        """Serve the pages, and more, on a free port, or on the one they had before a restart."""
        means = Means(
            self._entrance, self.house.rules, self.house.queue, wiring.split_body, measure_text, cents=1.1, files=files
        )
        page, report = InboxPage(means), ReportPage(means, Periods())
        signing_in = build_signin_routes(self._entrance, self.house.staff_news.mail)
        ours = [*signing_in, *build_team_routes(means), *AgendaPage(means).routes(), *CheckInPage(means).routes()]
        app = Starlette(routes=[*ours, *report.routes(), *page.routes(), *more], lifespan=lifespan)
        app.state.close_streams = page.live.close
        with socket.create_server(("127.0.0.1", port)) as listener:
            port = listener.getsockname()[1]
            server = build_server(app, host="127.0.0.1", port=port)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                server.should_exit = True
                thread.join(timeout=20)

    @property
    def _entrance(self) -> Entrance:
        house = self.house
        return Entrance(
            database=house.database, vault=house.vault, organisation_id=house.organisation_id, organisation="demo",
            public_url="http://127.0.0.1", alone=True, clock=house.clock,
        )  # fmt: skip

    def add_staff(
        self, login: str, name: str, *, role: Role = Role.CASEWORKER, disciplines: tuple[str, ...] = (),
        organisation_id: str | None = None,
    ) -> Staff:  # fmt: skip
        house = self.house

        def add(session: Any) -> Staff | None:
            staff_id = add_caseworker(
                session, house.vault, organisation_id or house.organisation_id, login=login, name=name,
                languages=["es", "en"], disciplines=disciplines, role=role, now=house.clock(),
            )  # fmt: skip
            assert staff_id
            return find_staff(session, house.vault, staff_id)

        staff = house.database.run_sync(add)
        assert staff
        return staff

    def sign_in(self, staff: Staff) -> dict[str, Any]:
        """Return the cookie of a new sign-in."""
        house = self.house
        token = house.database.run_sync(
            lambda session: add_session(session, house.vault, staff.id, whole=True, now=house.clock())
        )
        return {"name": "puente_session", "value": token, "domain": "127.0.0.1", "path": "/"}

    def open_case(
        self, text: str, *, topic: str = "school.enroll_documents", discipline: str = "school",
        urgency: Urgency = Urgency.NORMAL, language: str = "es", **more: Any,
    ) -> Case:  # fmt: skip
        """Let a person write and their message open a case; a message for an open one joins it."""
        self.house.later(1)
        entry = self.wait(self.house.hear(text, **more))
        handoff = Handoff(topic=topic, discipline=discipline, urgency=urgency, reason="request")

        def open_it(session: Any) -> str:
            return open_or_join(
                session, entry.conversation_id, handoff, language=language, message_id=entry.message_id,
                now=self.house.clock(),
            )  # fmt: skip

        code = self.house.database.run_sync(open_it)
        return self.case(code)

    def case(self, code: str) -> Case:
        found: Case = self.house.rows(select(Case).where(Case.code == code))[0]
        return found

    def claim(self, case: Case, staff: Staff) -> None:
        self.house.database.run_sync(
            lambda session: transitions.claim(session, case_id=case.id, caseworker=staff, now=self.house.clock())
        )

    def hear(self, text: str, **more: Any) -> None:
        """Let the person write again."""
        self.house.later(1)
        self.wait(self.house.hear(text, **more))

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._thread.submit(asyncio.run, coroutine).result(timeout=60)
