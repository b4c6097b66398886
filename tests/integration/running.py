"""Puente as real processes, for tests and benchmarks: web, worker, Rasa and carrier, each with its log in a file."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import NullPool, create_engine, text
from twilio.request_validator import RequestValidator

from service import wiring
from service.running import bot_process
from service.running.ports import find_free_ports
from service.running.preparing import prepare
from service.running.supervisor import each_worker
from service.settings import Settings, to_environment
from store.database import ENGINE_SCHEMA
from tests.integration.own_process import ROOT, OwnProcess, answers, until

ACCOUNT = "AC" + "0" * 31 + "7"
TOKEN = "0123456789abcdef0123456789abcdef"
OUR_SMS = "+12025550100"
OUR_WHATSAPP = f"whatsapp:{OUR_SMS}"

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True)
class RunningBot:
    """A Rasa process with the trained model. Its actions run in whichever worker takes `actions_port`."""

    process: OwnProcess
    url: str
    token_file: Path
    actions_port: int
    actions_token_file: Path


@contextmanager
def running_bot(folder: Path) -> Iterator[RunningBot]:
    """Start Rasa with the real model, trained now if its inputs have changed."""
    port, actions_port = find_free_ports(2)
    token_file, actions_token_file = folder / "bot.token", folder / "actions.token"
    for file in (token_file, actions_token_file):
        wiring.create_token(file)
    environment = bot_process.environment(
        bot_token=token_file, actions_url=f"http://127.0.0.1:{actions_port}/webhook", actions_token=actions_token_file
    )
    process = OwnProcess("rasa", bot_process.command(find_model(), port), environment, folder)
    bot = RunningBot(process, f"http://127.0.0.1:{port}", token_file, actions_port, actions_token_file)
    headers = {"X-Puente-Token": wiring.read_token(token_file)}
    try:
        process.start(lambda: answers(f"{bot.url}/webhooks/puente/ready", headers))
        yield bot
    finally:
        process.end()


def find_model() -> Path:
    """Return the model for the present training data, trained now if there is none."""
    command = [sys.executable, "-m", "service", "train"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=580, check=True)
    return Path(done.stdout.strip())


def build_settings(folder: Path, bot: RunningBot | None = None, **changes: Any) -> Settings:
    """Return the settings of a deployment that lives in `folder` and sends to a carrier of its own."""
    web, carrier, simulator, actions, rasa = find_free_ports(5)
    settings = Settings(
        var=folder, drafts=True, public_url=f"http://127.0.0.1:{web}", port=web, actions_port=actions,
        simulator_port=simulator, bot_urls=(f"http://127.0.0.1:{rasa}",), twilio_account_sid=ACCOUNT,
        twilio_auth_tokens=(TOKEN,), twilio_base_url=f"http://127.0.0.1:{carrier}", sends_per_second=50.0,
    )  # fmt: skip
    if bot is not None:
        settings = replace(
            settings, bot_urls=(bot.url,), bot_token_file=bot.token_file, actions_port=bot.actions_port,
            actions_token_file=bot.actions_token_file,
        )  # fmt: skip
    return replace(settings, **changes)


class Carrier:
    """The stand-in in its own process (carrier_process.py), and what a test asks of it."""

    def __init__(self, settings: Settings, folder: Path, *, check: str = "each_request") -> None:
        self.url = settings.twilio_base_url
        command = [sys.executable, "-m", "tests.integration.carrier_process", check]
        self.process = OwnProcess("carrier", command, environment_of(settings), folder)

    def start(self) -> None:
        self.process.start(lambda: answers(f"{self.url}/control/faults"))

    def order_faults(self, *faults: Mapping[str, Any] | None) -> None:
        self._post("faults", list(faults))

    def plan_callbacks(self, order: str, **more: Any) -> None:
        self._post("callbacks", {"order": order, **more})

    def take_message(self, person: str, text: str, **more: Any) -> dict[str, str]:
        """Let a person write ("+1…" or "whatsapp:+1…"); return the form of the webhook."""
        ours = OUR_WHATSAPP if person.startswith("whatsapp:") else OUR_SMS
        form: dict[str, str] = self._post("inbound", {"person": person, "ours": ours, "text": text, **more})
        return form

    def block(self, person: str) -> None:
        self._post("stopped", {"person": person, "ours": OUR_SMS})

    def messages(self, to: str | None = None) -> list[dict[str, Any]]:
        """Return what was sent, to one person or to all, in the order in which it came to exist."""
        return [one for one in self._get("messages") if to in (None, one["to"])]

    def faults(self) -> dict[str, int]:
        """Return the faults that met a request, by operation and kind."""
        met: dict[str, int] = self._get("faults")["met"]
        return met

    def violations(self) -> list[list[str]]:
        found: list[list[str]] = self._get("violations")
        return found

    def _get(self, path: str) -> Any:
        return requests.get(f"{self.url}/control/{path}", timeout=60).json()

    def _post(self, path: str, body: Any) -> Any:
        return requests.post(f"{self.url}/control/{path}", json=body, timeout=10).json()


class Puente:
    """One deployment: a web process, one worker or more, one database, and the carrier they speak with."""

    def __init__(self, settings: Settings, *, check: str = "each_request") -> None:
        self.settings = settings
        self.web = OwnProcess("web", serve("web"), environment_of(settings), settings.var)
        self.workers = [
            OwnProcess(f"worker{number or ''}", serve("worker"), environment_of(one), settings.var)
            for number, one in enumerate(each_worker(settings))
        ]
        self.carrier = Carrier(settings, settings.var, check=check)

    @contextmanager
    def running(self) -> Iterator["Puente"]:
        prepare(self.settings)
        try:
            self.carrier.start()
            self.start_web()
            for number in range(len(self.workers)):
                self.start_worker(number)
            yield self
        finally:
            for process in (self.web, *self.workers, self.carrier.process):
                process.end()

    @property
    def worker(self) -> OwnProcess:
        return self.workers[0]

    def start_web(self) -> None:
        self.web.start(lambda: answers(f"{self.settings.public_url}/health/ready"))

    def start_worker(self, number: int = 0) -> None:
        port = each_worker(self.settings)[number].actions_port
        self.workers[number].start(lambda: answers(f"http://127.0.0.1:{port}/health"))

    def post(self, form: Mapping[str, str], **headers: str) -> int:
        return post_webhook(self.settings.public_url, form, **headers)

    def text(self, person: str, words: str, **more: Any) -> dict[str, str]:
        """Let a person write to Puente, see it taken, and return the form of the webhook."""
        form = self.carrier.take_message(person, words, **more)
        assert self.post(form) == 200
        return form

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        if self.settings.database_url:
            return read_postgres_rows(self.settings.database_url, query, **values)
        return read_rows(self.settings.var / "puente.db", query, **values)

    def replies(self, form: Mapping[str, str]) -> list[tuple[Any, ...]]:
        """Return (answer, language, status, carrier's id) of the texts that answer one message, in their order."""
        return self.rows(REPLIES, sid=form["MessageSid"])

    def decision(self, form: Mapping[str, str]) -> str | None:
        """Return the kind of decision a message has met, None while it waits."""
        rows = self.rows("SELECT decision FROM inbox WHERE provider_message_id = :sid", sid=form["MessageSid"])
        return str(rows[0][0]) if rows and rows[0][0] else None

    def until_answered(self, form: Mapping[str, str], *, status: str = "delivered") -> list[tuple[Any, ...]]:
        """Wait until a message is decided and every text it led to has reached a status; return its replies."""

        def settled() -> bool:
            return self.decision(form) is not None and all(reply[2] == status for reply in self.replies(form))

        until(settled, f"the replies are {status}")
        return self.replies(form)


REPLIES = """
    SELECT answer.answer, answer.language, outbox.status, outbox.provider_message_id, outbox.id
    FROM inbox JOIN message answer ON answer.in_reply_to = inbox.message_id JOIN outbox ON outbox.message_id = answer.id
    WHERE inbox.provider_message_id = :sid ORDER BY outbox.seq
"""


def environment_of(settings: Settings) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **to_environment(settings)}


def serve(what: str) -> list[str]:
    return [sys.executable, "-m", "service", "serve", what]


def post_webhook(public_url: str, form: Mapping[str, str], *, path: str = "/twilio/messages", **headers: str) -> int:
    """Post a signed form as the carrier does; return the HTTP status. Given headers win over its own."""
    url = public_url + path
    signature = RequestValidator(TOKEN).compute_signature(url, dict(form))
    sent = {"X-Twilio-Signature": signature, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return requests.post(url, data=dict(form), headers=sent, timeout=15).status_code


def read_rows(database: Path, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Read a SQLite file while its processes go on."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        return connection.execute(query, values).fetchall()


def read_postgres_rows(url: str, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Read a PostgreSQL database; the engine's tables are found by their bare names, as on SQLite."""
    options = {"options": f"-c search_path=public,{ENGINE_SCHEMA}"}
    engine = create_engine(url, connect_args=options, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]
