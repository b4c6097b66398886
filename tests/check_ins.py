"""A house with a release: `release` writes one down as a caseworker would, `live` lets the days go by."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from store.check_ins.starting import Outcome, Release, start_check_ins
from store.reminders.appointments import CASEWORKER, Teller
from store.tables import Appointment, CheckInAnswer, Message, Reminder
from tests.house import House
from tests.reminders import HOUSTON, Almanac

PERSON = "+17135550123"
RELEASED = date(2026, 6, 1)
DAY = datetime(2026, 6, 1, 16, tzinfo=UTC)  # of the release, 11 in the morning in Houston


class Afterwards(Almanac):
    """An almanac whose reminders are rounds of questions, in the catalogue's own words."""

    def __init__(self, house: House) -> None:
        super().__init__(house, house.rules)

    def release(self, whose: str = "sponsor", day: date = RELEASED) -> Outcome:
        told = Release(day, HOUSTON, whose, "sponsor", "phone")
        vault, now = self.house.vault, self.house.clock()
        teller = Teller(CASEWORKER, "c" * 32)
        return self.run(lambda one: start_check_ins(one, vault, self.conversation_id, told, teller=teller, now=now))

    async def agree(self, whose: str = "sponsor") -> None:
        """Write a release down and let the person say yes."""
        self.release(whose)
        await self.sweep()
        await self.hear("1")

    async def reach(self, days: int) -> None:
        """Let it be the hour of a round, and send it."""
        at = select(Reminder).where(Reminder.step == f"c{days}").order_by(Reminder.version.desc())
        self.move_to(self.house.rows(at)[0])
        await self.sweep()

    async def hear(self, text: str) -> list[str]:
        """Let the person write a minute later; return the ids of what is said to them by that."""
        before = len(self.answers())
        self.house.later(60)
        await self.house.hear(text, person=PERSON)
        return self.answers()[before:]

    def answers(self) -> list[str]:
        return [one for one in self.house.answers() if one]

    def asked(self) -> list[str]:
        """Return the texts of check-ins so far, in order."""
        rows = select(Message.answer).where(Message.answer.like("checkin.%")).order_by(Message.at, Message.seq)
        return self.house.rows(rows)

    def kept(self) -> dict[tuple[int, str], str]:
        return {(one.days, one.question): one.answer for one in self.house.rows(select(CheckInAnswer))}

    def steps(self) -> dict[str, str]:
        """Return the reminders of the release by step; of several versions the newest."""
        rows = select(Reminder).join(Appointment, Appointment.id == Reminder.appointment_id)
        kept = self.house.rows(rows.where(Appointment.kind == "check_in").order_by(Reminder.version, Reminder.due_at))
        return {one.step: one.status for one in kept}


async def open_afterwards(house: House, **more: Any) -> Afterwards:
    there = Afterwards(house)
    house.clock.now = DAY
    await there.open(**more)
    house.later(3600)
    return there
