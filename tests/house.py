"""Everything between webhook and carrier, on a real database, with the stand-ins of tests/fakes.py around it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from channels.twilio.addresses import render_address
from conversation.messages import (
    Address,
    Author,
    Channel,
    DeliveryReport,
    DeliveryStatus,
    InboundMessage,
    MessageKind,
    OutgoingText,
)
from conversation.turn import Rules
from service import wiring
from service.deciding import Decider
from service.delivery import Delivery
from service.patience import WatchedBot
from service.receiving import DurableInbox, RecordedDeliveries
from service.staff_talk import StaffTalk
from service.window import Window
from store import outbox
from store.database import Database
from store.decisions import DecisionWriter
from store.people import get_or_add_organisation
from store.sealing.vault import Vault
from store.staff_phones.mail import StaffMail
from store.staff_phones.news import StaffNews
from store.tables import Case, CaseEvent, Consent, InboxEntry, Message, OutboxEntry
from tests.fakes import FakeBot, FakeClock, FakeQueue, FakeSender

PERSON = "+12025550123"
OURS = "+12025550100"


async def no_pause(_: float) -> None:
    """Instead of waiting."""


class House:
    """One deployment without its processes. A test posts messages in and looks at rows and at what the carrier has."""

    def __init__(self, database: Database, vault: Vault, rules: Rules) -> None:
        self.database, self.vault, self.rules = database, vault, rules
        self.clock, self.bot, self.sender, self.queue = FakeClock(), FakeBot(), FakeSender(), FakeQueue()
        self.watched_bot = WatchedBot(self.bot, steady=lambda: self.clock().timestamp())
        self.per_second = 1000.0
        self.files_url = "http://127.0.0.1:8080/media"
        self.received = 0
        self.organisation_id = self.database.run_sync(
            lambda session: get_or_add_organisation(session, "demo", time_zone="America/New_York", now=self.clock())
        )

    @property
    def inbox(self) -> DurableInbox:
        return DurableInbox(self.database, self.vault, self.rules, self.queue, self.organisation_id)

    @property
    def decider(self) -> Decider:
        writer = DecisionWriter(self.vault, self.queue, wiring.split_body, files_url=self.files_url)
        return Decider(self.database, self.rules, self.watched_bot, writer, self.staff_talk, self.clock, pause=no_pause)

    @property
    def staff_news(self) -> StaffNews:
        catalogue, inbox = self.rules.catalogue, "http://127.0.0.1:8080/inbox"
        return StaffNews(StaffMail(self.vault, self.queue, wiring.split_body, catalogue, inbox, "twilio", OURS))

    @property
    def staff_talk(self) -> StaffTalk:
        return StaffTalk(self.staff_news, self.rules)

    @property
    def delivery(self) -> Delivery:
        return Delivery(
            self.database, self.vault, self.sender, render_address, self.per_second, self.clock, self.window,
            jitter=lambda: 0.0,
        )  # fmt: skip

    @property
    def window(self) -> Window:
        return Window(self.rules.catalogue, self.vault, self.queue, files_url=self.files_url)

    @property
    def deliveries(self) -> RecordedDeliveries:
        return RecordedDeliveries(self.database, self.vault, self.clock)

    def message(
        self, text: str, *, person: str = PERSON, channel: Channel = Channel.SMS, **more: Any
    ) -> InboundMessage:
        self.received += 1
        values = {
            "provider": "twilio",
            "provider_message_id": f"SM{self.received:032x}",
            "sender": Address(channel, person),
            "recipient": Address(channel, OURS),
            "kind": MessageKind.TEXT,
            "text": text,
            "received_at": self.clock(),
        }
        return InboundMessage(**{**values, **more})

    async def receive(self, text: str, **more: Any) -> str:
        """Take one message in; return its inbox id."""
        await self.inbox.accept(self.message(text, **more))
        return self.rows(select(InboxEntry).order_by(InboxEntry.received_at, InboxEntry.seq))[-1].id

    async def hear(self, text: str, **more: Any) -> InboxEntry:
        """Take one message in and decide it."""
        inbox_id = await self.receive(text, **more)
        await self.decider.decide(inbox_id)
        return self.get(InboxEntry, inbox_id)

    async def send(self, outbox_id: str) -> float | None:
        return await self.delivery.send(outbox_id)

    async def send_all(self) -> None:
        """Send what stands in line, waiting out every wait on the clock."""
        for work in self.queue.of("send"):
            while (wait_s := await self.send(work.item_id)) is not None:
                self.clock.advance(wait_s)

    async def say(self, text: str, channel: Channel, **more: Any) -> list[str | None]:
        """Let a person write a minute later, send what is due; return the ids of what the carrier got by that."""
        self.later(60)
        before = len(self.sender.texts)
        await self.hear(text, channel=channel, **more)
        await self.send_all()
        answer = select(Message.answer).join(OutboxEntry, OutboxEntry.message_id == Message.id)
        sent = [offer.outbox_id for offer in self.sender.texts[before:]]
        return [self.rows(answer.where(OutboxEntry.id == outbox_id))[0] for outbox_id in sent]

    async def report(self, offer_sid: str | None, status: DeliveryStatus, **more: Any) -> bool:
        values: dict[str, Any] = {"outbox_id": None, "error_code": None, **more}
        return await self.deliveries.record(DeliveryReport("twilio", offer_sid or "", status, **values))

    def queue_text(self, conversation_id: str, body: str = "Hola.", **more: Any) -> str:
        """Put a text of ours into the outbox of a conversation; return its outbox id."""
        values = {"answer": "school.vaccines", "language": "es", "author": Author.BOT, "draft": True}
        text = OutgoingText(body=body, **{**values, **more})  # type: ignore[arg-type]
        return self.database.run_sync(
            lambda session: outbox.add_text(
                session, self.vault, self.queue, conversation_id, text, outbox.Part(body, 1),
                provider="twilio", in_reply_to=None, now=self.clock(),
            )
        )  # fmt: skip

    async def open_conversation(self, **more: Any) -> str:
        """Let a person write a first message, handled already; return the conversation id."""
        entry = await self.hear("Hola", **more)
        self.queue.pieces.clear()
        self.database.run_sync(lambda session: session.execute(update(OutboxEntry).values(status="delivered")))
        return entry.conversation_id

    def claim(self, conversation_id: str) -> None:
        """Let a caseworker take every case of a conversation."""
        owned = update(Case).where(Case.conversation_id == conversation_id).values(status="claimed")
        self.database.run_sync(lambda session: session.execute(owned))

    def rows(self, query: Any) -> list[Any]:
        return self.database.run_sync(lambda session: list(session.scalars(query)))

    def get(self, table: type[Any], row_id: str) -> Any:
        return self.database.run_sync(lambda session: session.get(table, row_id))

    def status(self, outbox_id: str) -> str:
        return str(self.get(OutboxEntry, outbox_id).status)

    def outbox(self) -> list[OutboxEntry]:
        return self.rows(select(OutboxEntry).order_by(OutboxEntry.seq))

    def answers(self) -> list[str | None]:
        """The ids of what was written to people, in order."""
        said = select(Message.answer).where(Message.author.in_(["bot", "system"])).order_by(Message.at, Message.seq)
        return self.rows(said)

    def cases(self) -> list[Case]:
        return self.rows(select(Case).order_by(Case.opened_at))

    def case_events(self) -> list[str]:
        return self.rows(select(CaseEvent.kind).order_by(CaseEvent.at))

    def consents(self) -> list[Consent]:
        return self.rows(select(Consent).order_by(Consent.at))

    def later(self, seconds: float) -> datetime:
        self.clock.advance(seconds)
        return self.clock()
