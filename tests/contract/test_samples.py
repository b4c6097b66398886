"""Every request Twilio is known to send, through the signed door into a real store, decided, and settled there."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select
from starlette.applications import Starlette
from twilio.request_validator import RequestValidator

from channels.twilio.signature import SignatureCheck
from channels.twilio.webhook import build_twilio_routes
from service import wiring
from service.settings import Settings
from simulator.loopback_server import serve_on_loopback
from store.database import Database, build_engine
from store.sealing.vault import KeyRing, Vault
from store.sql.migrate import migrate
from store.tables import InboxEntry, OutboxEntry
from tests.house import House

SAMPLES = json.loads((Path(__file__).parents[1] / "fixtures/twilio/webhook_samples.json").read_text(encoding="utf-8"))
STATUSES = {sample["name"]: sample["form"] for sample in SAMPLES["status_callbacks"]}
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    database = Database(build_engine(f"sqlite:///{tmp_path_factory.mktemp('samples') / 'puente.db'}"))
    migrate(database.engine)
    vault = Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32)))
    yield House(database, vault, wiring.build_rules(Settings(drafts=True)))
    database.close()


@pytest.fixture(scope="module")
def public_url(house: House) -> Iterator[str]:
    door = Starlette()
    with serve_on_loopback(door) as url:
        check = SignatureCheck(public_url=url, auth_tokens=(TOKEN,))
        rooms = {"inbox": house.inbox, "deliveries": house.deliveries}
        door.router.routes += build_twilio_routes(check=check, clock=house.clock, **rooms)
        yield url


async def post(url: str, form: dict[str, str]) -> int:
    headers = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, form)}
    return (await asyncio.to_thread(requests.post, url, data=form, headers=headers, timeout=30)).status_code


@pytest.mark.parametrize("sample", SAMPLES["inbound"], ids=[sample["name"] for sample in SAMPLES["inbound"]])
async def test_every_inbound_sample_is_stored_once_and_decided(
    house: House, public_url: str, sample: dict[str, Any]
) -> None:
    statuses = [await post(f"{public_url}/twilio/messages", sample["form"]) for _ in range(2)]

    sid = sample["form"]["MessageSid"]
    (entry,) = house.rows(select(InboxEntry).where(InboxEntry.provider_message_id == sid))
    await house.decider.decide(entry.id)
    assert statuses == [200, 200]
    assert house.get(InboxEntry, entry.id).status == "handled"


@pytest.mark.parametrize(
    "sequence", SAMPLES["callback_sequences"], ids=[one["name"] for one in SAMPLES["callback_sequences"]]
)
async def test_every_sequence_of_callbacks_ends_where_it_should(
    house: House, public_url: str, sequence: dict[str, Any]
) -> None:
    number = SAMPLES["callback_sequences"].index(sequence)
    person, sid_in = f"+1908555{150 + number:04d}", f"SM{0xABC000 + number:032x}"
    house.later(60)
    outbox_id = house.queue_text(await house.open_conversation(person=person, provider_message_id=sid_in))
    house.later(1)  # the last sequence has used the sender's turn of this moment
    await house.send(outbox_id)
    sid = house.get(OutboxEntry, outbox_id).provider_message_id

    for name in sequence["order"]:
        form = STATUSES[name] | {"MessageSid": sid, "SmsSid": sid}
        assert await post(f"{public_url}/twilio/status?o={outbox_id}", form) in (200, 204)

    assert house.status(outbox_id) == sequence["final"]
