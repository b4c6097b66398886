"""Caseworkers with phones of their own, for tests: they text as people do, and what they get is read at the carrier.

team = Team(house)
ana = team.add("ana", phone="+12025550150")
await team.hears(ana, "A1 TAKE")
"""

from dataclasses import dataclass, field

from sqlalchemy import select, update

from conversation.messages import Channel
from store.staff.accounts import add_caseworker
from store.staff.staff import Role
from store.staff_phones.registering import CodeOutcome, PhoneCode, ask_for_code, confirm_phone
from store.tables import Case, Caseworker, InboxEntry, Message, OutboxEntry
from tests.house import House


@dataclass(frozen=True)
class Colleague:
    id: str
    phone: str = field(repr=False)


@dataclass(frozen=True)
class Team:
    house: House

    def add(self, login: str, *, phone: str, locale: str = "en", role: Role = Role.CASEWORKER) -> Colleague:
        """Add a caseworker whose phone is confirmed."""
        colleague = self.add_without_phone(login, phone=phone, locale=locale, role=role)
        asked = self.ask(colleague)
        assert isinstance(asked, PhoneCode)
        assert self.confirm(colleague, asked.code) is CodeOutcome.CONFIRMED
        return colleague

    def add_without_phone(
        self, login: str, *, phone: str, locale: str = "en", role: Role = Role.CASEWORKER
    ) -> Colleague:
        house = self.house

        def add(session):  # type: ignore[no-untyped-def]
            staff_id = add_caseworker(
                session, house.vault, house.organisation_id, login=login, name=login, languages=["en", "es"],
                role=role, now=house.clock(),
            )  # fmt: skip
            session.execute(update(Caseworker).where(Caseworker.id == staff_id).values(locale=locale))
            return staff_id

        return Colleague(house.database.run_sync(add), phone)

    def ask(self, colleague: Colleague):  # type: ignore[no-untyped-def]
        house = self.house
        return house.database.run_sync(
            lambda session: ask_for_code(
                session, house.vault, caseworker_id=colleague.id, number=colleague.phone, actor="operator",
                now=house.clock(),
            )
        )  # fmt: skip

    def confirm(self, colleague: Colleague, code: str) -> CodeOutcome:
        house = self.house
        return house.database.run_sync(
            lambda session: confirm_phone(
                session, house.vault, caseworker_id=colleague.id, code=code, now=house.clock()
            )
        )  # fmt: skip

    async def hears(self, colleague: Colleague, text: str, **more: object) -> InboxEntry:
        """Let a caseworker text us, and send all that stands in line."""
        self.house.later(1)
        entry = await self.house.hear(text, person=colleague.phone, **more)
        await self.house.send_all()
        return entry

    async def writes(self, person: str, text: str) -> None:
        """Let a person text us, and send all that stands in line."""
        self.house.later(1)
        await self.house.hear(text, person=person)
        await self.house.send_all()

    async def asked(self, text: str = "PERSONA", *, person: str, channel: Channel = Channel.SMS) -> Case:
        """Let a person write until there is a case; return the newest."""
        self.house.later(1)
        await self.house.hear(text, person=person, channel=channel)
        await self.house.send_all()
        return self.house.cases()[-1]

    def tell(self, colleague: Colleague, case: Case) -> None:
        """Ask a caseworker to take a case, as routing does."""
        house = self.house
        house.database.run_sync(
            lambda session: house.staff_news.tell_case(
                session, caseworker_id=colleague.id, case_id=case.id, now=house.clock()
            )
        )

    def got(self, number: str) -> list[str]:
        """What the carrier took for a number, in order."""
        return [offer.body for offer in self.house.sender.texts if offer.to.endswith(number)]

    def answers_to(self, number: str) -> list[str | None]:
        """The ids of what the carrier took for a number, in order."""
        answer = select(Message.answer).join(OutboxEntry, OutboxEntry.message_id == Message.id)
        ids = [offer.outbox_id for offer in self.house.sender.texts if offer.to.endswith(number)]
        return [self.house.rows(answer.where(OutboxEntry.id == one))[0] for one in ids]

    def last(self, colleague: Colleague) -> str | None:
        return self.answers_to(colleague.phone)[-1]

    def case(self, code: str) -> Case:
        (found,) = self.house.rows(select(Case).where(Case.code == code))
        return found  # type: ignore[no-any-return]
