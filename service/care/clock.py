"""What a worker does so that nobody is left unanswered: asks caseworkers, calls them, and keeps the reply clock.

Any number of workers may do so at once: each case is read again under its lock before anything happens to it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from conversation.language.languages import Languages
from conversation.ports import WorkQueue
from conversation.staffing.telling import StaffPhones
from conversation.turn import Rules
from service import wiring
from service.engine_calls import Sweep
from service.settings import Settings
from store.database import Database
from store.sealing.vault import Vault
from store.staffing import assigning, paging, ticking
from store.staffing.roster import list_organisations, read_roster

ASSIGN_S, PAGE_S, CLOCK_S = 2.0, 2.0, 5.0  # seconds between two looks

Act = Callable[[Session], object]


@dataclass(frozen=True, slots=True)
class CaseClock:
    """The sweeps over cases, for every organisation of the database."""

    database: Database
    languages: Languages
    phones: StaffPhones
    clock: Callable[[], datetime] = wiring.utc_now

    def sweeps(self) -> dict[str, tuple[float, Sweep]]:
        """Return what a worker does again and again, by name: (seconds between, what)."""
        return {
            "cases to assign": (ASSIGN_S, self.assign),
            "pages": (PAGE_S, self.page),
            "reply clock": (CLOCK_S, self.tick),
            "snoozed cases": (CLOCK_S, self.wake),
        }

    async def assign(self) -> None:
        """Ask somebody to take each waiting case for which somebody is there."""
        now = self.clock()

        def plan(session: Session) -> list[assigning.Plan]:
            rosters = [read_roster(session, one, now) for one in list_organisations(session)]
            return [each for one in rosters for each in assigning.plan_assignments(session, self.languages, one, now)]

        plans = await self.database.read(plan)
        await self._run(partial(assigning.assign, phones=self.phones, plan=each, now=now) for each in plans)

    async def page(self) -> None:
        """Call somebody to each urgent case that nobody has."""
        now = self.clock()
        due = await self._find(paging.find_due, now)
        call = partial(paging.page, phones=self.phones, languages=self.languages, now=now)
        await self._run(partial(call, case_id=case_id) for _, case_id in due)

    async def tick(self) -> None:
        """Take the step that is due in each case whose person has waited too long."""
        now = self.clock()

        def step(session: Session, organisation_id: str, case_id: str) -> None:
            roster = read_roster(session, organisation_id, now)
            ticking.step(session, self.phones, self.languages, roster, case_id, now)

        due = await self._find(ticking.find_due, now)
        await self._run(partial(step, organisation_id=owner, case_id=case_id) for owner, case_id in due)

    async def wake(self) -> None:
        """Bring each snoozed case back whose time has come."""
        now = self.clock()
        over = await self._find(ticking.find_over, now)
        await self._run(partial(ticking.wake, phones=self.phones, case_id=case_id, now=now) for _, case_id in over)

    async def _find(
        self, find: Callable[[Session, str, datetime], Iterable[str]], now: datetime
    ) -> list[tuple[str, str]]:
        """Return what a question finds in every organisation, each with the id of its organisation."""

        def find_all(session: Session) -> list[tuple[str, str]]:
            return [(owner, found) for owner in list_organisations(session) for found in find(session, owner, now)]

        return await self.database.read(find_all)

    async def _run(self, acts: Iterable[Act]) -> None:
        """Do each in a transaction of its own; one that fails keeps no other from its turn, and is told at the end."""
        first: Exception | None = None
        for act in acts:
            try:
                await self.database.run(act)
            except Exception as error:  # part of the worker's own broad except: `repeat` logs what is raised here
                first = first or error
        if first is not None:
            raise first


def build_case_sweeps(
    settings: Settings, database: Database, queue: WorkQueue, rules: Rules, vault: Vault
) -> dict[str, tuple[float, Sweep]]:
    """Return the sweeps over cases with the real phones."""
    phones = wiring.build_staff_news(settings, queue, catalogue=rules.catalogue, vault=vault)
    return CaseClock(database, rules.catalogue.languages, phones).sweeps()
