"""A team of caseworkers around a house: who works when, who is told what on their own phone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from conversation.messages import Handoff, Urgency
from conversation.staffing.reading import parse_hours
from conversation.staffing.telling import Notice
from service.care.clock import CaseClock
from store.cases import transitions
from store.cases.opening import open_or_join
from store.staff.staff import find_staff
from store.staffing import hours
from store.tables import Case, CaseEvent, Caseworker, Page
from store.tables.base import new_id
from tests.house import House

LEGAL = Handoff("legal.find_lawyer", "legal", Urgency.NORMAL, "request")
TODAY = Handoff("legal.court_date", "legal", Urgency.SAME_DAY, "request")
DANGER = Handoff("safety.suicide", "safety", Urgency.PAGE_NOW, "danger")


@dataclass
class FakePhones:
    """Caseworkers' own phones, by login. `away`: logins to whose phone no text can go."""

    logins: dict[str, str] = field(default_factory=dict)
    told: list[tuple[str, Notice]] = field(default_factory=list)
    away: set[str] = field(default_factory=set)

    def tell(self, session: Any, *, caseworker_id: str, case_id: str, notice: Notice, now: datetime) -> bool:
        login = self.logins[caseworker_id]
        if login not in self.away:
            self.told.append((login, notice))
        return login not in self.away


class Team:
    """`add` caseworkers, `open` cases, let time go by with `sweep`, look at what was told and at `events`."""

    def __init__(self, house: House) -> None:
        self.house, self.phones = house, FakePhones()
        self.ids: dict[str, str] = {}  # of caseworkers by login
        self.conversations: dict[str, str] = {}  # by the person's number
        self.clock = CaseClock(house.database, house.rules.catalogue.languages, self.phones, house.clock)

    def add(self, login: str, languages: str = "es", disciplines: str = "legal safety", **more: Any) -> str:
        row: dict[str, Any] = {
            "id": new_id(), "organisation_id": self.house.organisation_id, "login": login,
            "name_sealed": self.house.vault.seal(login, "caseworker.name"), "role": "caseworker",
            "languages": languages.split(), "disciplines": disciplines.split(), "capacity": 10, "on_call": False,
            "phone_sealed": b"sealed", "phone_confirmed_at": self.house.clock(), "active": True,
            "created_at": self.house.clock(), **more,
        }  # fmt: skip
        self.run(lambda session: session.execute(insert(Caseworker).values(row)))
        self.ids[login], self.phones.logins[row["id"]] = row["id"], login
        return str(row["id"])

    def change(self, login: str, **values: Any) -> None:
        changed = update(Caseworker).where(Caseworker.id == self.ids[login]).values(**values)
        self.run(lambda session: session.execute(changed))

    def set_hours(self, *lines: str, zone: str = "UTC") -> None:
        spans = [span for line in lines for span in parse_hours(line)]
        self.run(lambda session: hours.set_zone(session, self.house.organisation_id, zone))
        self.run(lambda session: hours.set_office_hours(session, self.house.organisation_id, spans))

    async def open(self, handoff: Handoff = LEGAL, *, person: str = "+12025550123", language: str = "es") -> str:
        """Open a case of a person, or join it; return its id."""
        if person not in self.conversations:
            self.conversations[person] = await self.house.open_conversation(person=person)
        code = self.run(
            lambda session: open_or_join(
                session, self.conversations[person], handoff, language=language, message_id=None, now=self.house.clock()
            )
        )
        return str(self.house.rows(select(Case.id).where(Case.code == code))[0])

    def claim(self, case_id: str, login: str) -> transitions.Outcome:
        def take(session: Any) -> transitions.Outcome:
            staff = find_staff(session, self.house.vault, self.ids[login])
            assert staff is not None
            return transitions.claim(session, case_id=case_id, caseworker=staff, now=self.house.clock())

        outcome: transitions.Outcome = self.run(take)
        return outcome

    def close(self, case_id: str) -> transitions.Outcome:
        values: dict[str, Any] = {"case_id": case_id, "caseworker": None, "outcome": transitions.Ending.HELPED}
        outcome: transitions.Outcome = self.run(
            lambda session: transitions.close(session, **values, now=self.house.clock())
        )
        return outcome

    async def sweep(self, minutes: float = 0) -> None:
        """Let time go by, then do once what a worker does all the time."""
        self.house.later(minutes * 60)
        for _, act in self.clock.sweeps().values():
            await act()

    def case(self, case_id: str) -> Case:
        found: Case = self.house.get(Case, case_id)
        return found

    def assigned(self, case_id: str) -> str | None:
        return self.phones.logins.get(self.case(case_id).assigned_to_id or "")

    def take_told(self) -> list[tuple[str, str]]:
        """Return what was told since the last look."""
        told = [(login, notice.value) for login, notice in self.phones.told]
        self.phones.told.clear()
        return told

    def events(self, case_id: str, *kinds: str) -> Sequence[dict[str, Any]]:
        """Return the details of a case's events of some kinds, in order."""
        rows = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.kind.in_(kinds)).order_by(CaseEvent.at)
        return [{"kind": row.kind, **(row.details or {})} for row in self.house.rows(rows)]

    def pages(self) -> list[tuple[str, str]]:
        """Return who was called and on which step, in order."""
        rows = self.house.rows(select(Page).order_by(Page.sent_at))
        return [(self.phones.logins[row.caseworker_id], row.step) for row in rows]

    def run(self, act: Any) -> Any:
        return self.house.database.run_sync(act)
