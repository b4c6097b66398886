"""WhatsApp's window on the whole path: signed webhooks in, our store, our doors, the stand-in judged both ways."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from sqlalchemy import select, update
from starlette.applications import Starlette
from twilio.request_validator import RequestValidator

from channels.twilio.account import TwilioAccount
from channels.twilio.sender import TwilioSender
from channels.twilio.signature import SignatureCheck
from channels.twilio.templates import TwilioTemplates
from channels.twilio.webhook import build_twilio_routes
from conversation.answers.catalogue import KNOCK
from conversation.messages import Author
from conversation.turn import Rules
from service import wiring
from service.commands.templates import TemplateDesk
from service.settings import Settings
from simulator.api.callbacks import CallbackPlan
from simulator.api.contents import Approval
from simulator.api.memory import TwilioMessage
from simulator.api.stand_in import CheckTiming, StandIn
from simulator.api.webhooks import whatsapp_form
from simulator.loopback_server import serve_on_loopback
from simulator.settings import SimulatorSettings
from store.database import Database, build_engine
from store.sealing.vault import KeyRing, Vault
from store.sql.migrate import migrate
from store.tables import Conversation, InboxEntry, Message, OutboxEntry
from tests.databases import new_postgres_database, running_postgres
from tests.house import OURS, PERSON, House

ACCOUNT = "AC" + "0" * 31 + "8"
TOKEN = "0123456789abcdef0123456789abcdef"
ON_WHATSAPP, OUR_WHATSAPP = f"whatsapp:{PERSON}", f"whatsapp:{OURS}"
DAY_S = 24 * 3600.0
numbers = itertools.count(1)


class Path24:
    """One deployment and its carrier on one clock, and a person with WhatsApp."""

    def __init__(self, house: House, stand_in: StandIn, public_url: str, carrier_url: str) -> None:
        account = TwilioAccount(ACCOUNT, ACCOUNT, TOKEN)
        self.house, self.stand_in, self._public_url = house, stand_in, public_url
        house.sender = TwilioSender(account=account, public_url=public_url, base_url=carrier_url)  # type: ignore[assignment]
        self.templates = TwilioTemplates(account=account, base_url=carrier_url)
        self.said: list[str] = []

    @property
    def desk(self) -> TemplateDesk:
        house = self.house
        return TemplateDesk(
            house.database, house.organisation_id, house.rules.catalogue, self.templates, house.clock, self.said.append
        )

    async def approve_templates(self, verdict: Approval = Approval.APPROVED) -> None:
        """Submit what the catalogue marks, and let the reviewers say this of all."""
        self.stand_in.carrier.contents.verdict = verdict
        assert await self.desk.submit()
        assert await self.desk.refresh()

    async def write(self, text: str) -> None:
        """Let the person write: the carrier opens its window and posts the webhook; we store, decide and send."""
        arrived = self.stand_in.carrier.add_inbound(person=ON_WHATSAPP, our_sender=OUR_WHATSAPP, body=text)
        form = whatsapp_form(arrived, ACCOUNT, "Simulated person")
        url = f"{self._public_url}/twilio/messages"
        signature = RequestValidator(TOKEN).compute_signature(url, form)
        headers = {"X-Twilio-Signature": signature}
        answer = await asyncio.to_thread(requests.post, url, data=form, headers=headers, timeout=30)
        assert answer.status_code == 200
        for entry in self.house.rows(select(InboxEntry.id).where(InboxEntry.status == "new")):
            await self.house.decider.decide(entry)
        await self.work_off()

    async def work_off(self) -> None:
        """Send until nothing new stands in line, and let every callback arrive."""
        done: set[str] = set()
        while rest := [piece for piece in self.house.queue.of("send") if piece.id not in done]:
            for piece in rest:
                done.add(piece.id)
                await self.house.send(piece.item_id)
        self.house.queue.pieces.clear()
        until(lambda: all(message.status.is_final for message in self.sent()))
        until(lambda: not self.on_their_way())

    def sent(self) -> list[TwilioMessage]:
        """What the carrier took for the person, in order."""
        return [one for one in self.stand_in.carrier.messages.values() if one.to == ON_WHATSAPP]

    def bodies(self) -> list[str]:
        return [message.body for message in self.sent()]

    def on_their_way(self) -> list[str]:
        open_still = OutboxEntry.status.in_(["sending", "accepted", "sent", "delivered"])
        return self.house.rows(select(OutboxEntry.id).where(open_still))

    def knocks(self) -> list[OutboxEntry]:
        query = select(OutboxEntry).join(Message, Message.id == OutboxEntry.message_id)
        return self.house.rows(query.where(Message.answer == KNOCK).order_by(OutboxEntry.seq))

    def queue_words(self, body: str) -> str:
        """Put a caseworker's words into the outbox."""
        (conversation_id,) = self.house.rows(select(Conversation.id))
        return self.house.queue_text(conversation_id, body, author=Author.CASEWORKER, answer=None, draft=False)


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return wiring.build_rules(Settings(drafts=True))


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with running_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path: Path, rules: Rules) -> Iterator[House]:
    with ExitStack() as closing:
        url = f"sqlite:///{tmp_path / 'puente.db'}"
        if request.param == "postgres":
            server = request.getfixturevalue("postgres")
            url = closing.enter_context(new_postgres_database(server, f"window_{next(numbers)}"))
        database = Database(build_engine(url))
        closing.callback(database.close)
        migrate(database.engine)
        yield House(database, Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32))), rules)


@pytest.fixture
async def path(house: House) -> AsyncIterator[Path24]:
    house.bot.answers = {"vacunas?": "school.vaccines", "escuela?": "school.enroll_documents"}
    door = Starlette()
    with ExitStack() as closing:
        public_url = closing.enter_context(serve_on_loopback(door))
        settings = SimulatorSettings(account_sid=ACCOUNT, auth_token=TOKEN, public_url=public_url)
        stand_in = StandIn(settings, clock=house.clock, check=CheckTiming.BOTH_WAYS)
        stand_in.callbacks.plan = CallbackPlan()
        carrier_url = closing.enter_context(serve_on_loopback(stand_in.build_app()))
        check = SignatureCheck(public_url=public_url, auth_tokens=(TOKEN,))
        rooms = {"inbox": house.inbox, "deliveries": house.deliveries}
        door.router.routes += build_twilio_routes(check=check, clock=house.clock, **rooms)
        path = Path24(house, stand_in, public_url, carrier_url)
        await path.write("escuela?")
        spoken = update(Conversation).values(language="es")
        house.database.run_sync(lambda session: session.execute(spoken))
        yield path
        await path.templates.close()
        await path.house.sender.close()  # type: ignore[attr-defined]
        assert stand_in.violations == []


async def test_held_texts_go_out_in_order_when_the_person_answers_the_knock(path: Path24) -> None:
    await path.approve_templates()
    before = len(path.sent())
    path.house.later(DAY_S + 60)
    held = [path.queue_words(body) for body in ("La escuela le llama.", "Es por las vacunas.")]
    await path.work_off()
    knocked = path.bodies()[before:]
    path.house.later(2 * DAY_S)

    await path.write("vacunas?")

    wording = path.house.rules.catalogue.wordings[KNOCK, "es"].text
    assert knocked == [wording]
    assert path.bodies()[before + 1 : before + 3] == ["La escuela le llama.", "Es por las vacunas."]
    assert len(path.bodies()) > before + 3  # and then the answer
    assert {message.status.value for message in path.sent()} == {"read"}
    assert [path.house.status(outbox_id) for outbox_id in held] == ["read", "read"]
    assert [entry.status for entry in path.knocks()] == ["read"]
    assert path.house.cases() == []


async def test_a_text_that_comes_while_others_are_held_does_not_knock_again(path: Path24) -> None:
    await path.approve_templates()
    before = len(path.sent())
    path.house.later(DAY_S + 60)

    for body in ("Uno.", "Dos.", "Tres."):
        path.queue_words(body)
        await path.work_off()
        path.house.later(3600)

    assert len(path.sent()) == before + 1


async def test_a_template_that_was_rejected_leads_to_a_case_and_nothing_is_sent(path: Path24) -> None:
    await path.approve_templates(Approval.REJECTED)
    before = len(path.sent())
    path.house.later(DAY_S + 60)

    outbox_id = path.queue_words("La escuela le llama.")
    await path.work_off()

    assert (path.house.status(outbox_id), len(path.sent())) == ("dropped", before)
    assert [case.reason for case in path.house.cases()] == ["window_closed"]
    assert any("rejected" in line for line in path.said)


async def test_a_template_paused_after_its_approval_leads_to_a_case_and_is_known_as_paused(path: Path24) -> None:
    await path.approve_templates()
    for sid in path.stand_in.carrier.contents.by_id:
        path.stand_in.carrier.contents.decide(sid, Approval.PAUSED)
    path.house.later(DAY_S + 60)

    outbox_id = path.queue_words("La escuela le llama.")
    await path.work_off()

    path.desk.tell()
    assert [(entry.status, entry.error_code) for entry in path.knocks()] == [("failed", 63041)]
    assert path.house.status(outbox_id) == "waiting"
    assert len(path.house.cases()) == 1
    assert any(line.startswith(f"{KNOCK} es: paused") for line in path.said)


async def test_a_free_text_sent_outside_the_carriers_window_would_have_failed(path: Path24) -> None:
    path.house.later(DAY_S + 60)

    outcome = await path.house.sender.send(outbox_id="x" * 32, sender=OUR_WHATSAPP, to=ON_WHATSAPP, body="Hola.")

    until(lambda: path.sent()[-1].status.is_final)
    assert (path.sent()[-1].status.value, path.sent()[-1].error_code) == ("failed", 63016)
    assert outcome
