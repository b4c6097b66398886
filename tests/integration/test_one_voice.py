"""I4 proved: whatever is interleaved, after a claim the bot is silent, and no message is lost or unseen."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.handoff import make_plain_handoff
from conversation.turn import Rules
from service import wiring
from service.settings import Settings
from store import decisions, outbox
from store.cases.opening import open_or_join
from store.cases.transitions import claim
from store.database import Database, build_engine
from store.sealing.vault import KeyRing, Vault
from store.sql.migrate import migrate
from store.tables import Case, OutboxEntry
from tests.databases import make_template, new_postgres_database, open_copy, running_postgres
from tests.house import House
from tests.one_voice import OneVoice, Stage

STEPS = 20
BREACH = "the bot spoke"
QUICK = settings(
    max_examples=30, stateful_step_count=STEPS, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> Rules:
    return wiring.build_rules(Settings(drafts=True))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("voice") / "template.db")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, template: Path, rules: Rules) -> Iterator[Stage]:
    if request.param == "sqlite":
        with open_copy(template, template.with_name("house.db")) as database:
            yield set_stage(database, rules)
        return
    with running_postgres() as server, new_postgres_database(server, "voice") as url:
        database = Database(build_engine(url))
        migrate(database.engine)
        yield set_stage(database, rules)
        database.close()


def set_stage(database: Database, rules: Rules) -> Stage:
    return Stage(House(database, Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32))), rules))


def play(stage: Stage, examples: int) -> None:
    machine = type("Play", (OneVoice,), {"stage": stage})
    run_state_machine_as_test(machine, settings=settings(QUICK, max_examples=examples))


def test_nothing_is_said_over_a_caseworker_and_nothing_is_lost(stage: Stage) -> None:
    play(stage, 12)


@pytest.mark.parametrize("module", [decisions, outbox], ids=["when a reply is queued", "before the network"])
def test_without_either_check_of_ownership_the_machine_finds_the_bot_speaking(
    template: Path, tmp_path: Path, rules: Rules, monkeypatch: pytest.MonkeyPatch, module: object
) -> None:
    monkeypatch.setattr(module, "may_follow_claim", lambda *_: True)

    with open_copy(template, tmp_path / "house.db") as database, pytest.raises(AssertionError, match=BREACH):
        play(set_stage(database, rules), 200)


def test_a_text_that_is_judged_while_a_claim_commits_does_not_go(stage: Stage) -> None:
    house, worker = stage.house, stage.workers[0]
    conversation_id = asyncio.run(house.open_conversation(person="+12025550199"))
    handoff = make_plain_handoff("service.talk_to_person", "request")
    opened = partial(open_or_join, language="en", message_id=None, now=house.clock())
    house.database.run_sync(lambda session: opened(session, conversation_id, handoff))
    case_id = house.rows(select(Case.id).where(Case.conversation_id == conversation_id))[0]
    outbox_id = house.queue_text(conversation_id)

    with ThreadPoolExecutor(1) as other, Session(house.database.engine) as session, session.begin():
        claim(session, case_id=case_id, caseworker=worker, now=house.clock())
        sending = other.submit(lambda: asyncio.run(house.send(outbox_id)))
        time.sleep(0.3)  # time enough to look past a claim that is not committed yet
        session.commit()
        sending.result(timeout=30)

    assert (house.status(outbox_id), house.get(OutboxEntry, outbox_id).offered_at) == ("dropped", None)
