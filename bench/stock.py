"""What people use today, to compare with: a bot as `rasa init` sets one up, on Rasa's own Twilio channel.

Rasa's default pipeline and policies; four intents with the questions of the load, four canned answers, one rule each.
Nothing of Rasa is changed but the address of its Twilio client (stock_launcher.py).
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.load import QUESTIONS
from bench.processes import cpu_s
from service.running.bot_process import RASA_PYTHON
from service.running.ports import find_free_ports
from tests.integration.own_process import OwnProcess, answers, until
from tests.integration.running import ACCOUNT, OUR_SMS, TOKEN

TRAINING_LIMIT_S, START_LIMIT_S = 900, 400  # ten times what a quiet machine needs
_IDLE_CPU_S = 0.02  # one message takes about as much
_LAUNCHER = Path(__file__).with_name("stock_launcher.py")
_QUIET = {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
_MORE_EXAMPLES: Mapping[str, Sequence[str]] = {
    "papers": ("what documents does the school want", "qué documentos pide la escuela", "papers for school"),
    "court": ("when is court", "cuándo me toca corte", "my court date", "la fecha de la corte"),
    "vaccines": ("which shots are needed", "qué vacunas faltan", "vaccines for school", "vacunas para la escuela"),
    "greet": ("hello", "hola", "good morning", "buenos días"),  # as in the bot of `rasa init`
}
_ANSWERS = {
    "papers": "Bring proof of address, proof of age and the vaccine record. Ask the enrollment office.",
    "court": "Look it up by phone or on the court's page; the A-number is needed.",
    "vaccines": "Ask the school for its list and take the record with you.",
    "greet": "Hello. What do you want to know?",
}


class Stock:
    """The bot's files, its model, and one `rasa run` process. `folder` may hold a bot of an earlier run."""

    name = "Rasa's Twilio channel"
    settling_s = 3.0  # it answers within the webhook or never
    drain_s = 20.0

    def __init__(self, folder: Path, carrier_url: str) -> None:
        (port,) = find_free_ports(1)
        self._folder, self._url = folder, f"http://127.0.0.1:{port}"
        model = str(folder / "models" / "stock.tar.gz")
        command = [str(RASA_PYTHON), "-W", "ignore", str(_LAUNCHER), str(folder), "run", "--port", str(port)]
        command += ["--interface", "127.0.0.1", "--model", model, "--credentials", "credentials.yml"]
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environment = {**kept, **_QUIET, "CARRIER_URL": carrier_url}
        self._cpu_s = 0.0
        self.process = OwnProcess("stock", command, self._environment, folder)

    @property
    def webhook(self) -> str:
        return f"{self._url}/webhooks/twilio/webhook"

    @property
    def parts(self) -> dict[str, int]:
        return {"all": self.process.pid}

    def prepare(self) -> None:
        """Write the bot and train it, unless that was done; about a minute."""
        if (self._folder / "models" / "stock.tar.gz").exists():
            return
        write_bot(self._folder)
        command = [str(RASA_PYTHON), "-W", "ignore", "-m", "rasa", "train", "--fixed-model-name", "stock"]
        with (self._folder / "training.log").open("w") as log:
            subprocess.run(
                command, cwd=self._folder, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                timeout=TRAINING_LIMIT_S, check=True,
            )  # fmt: skip

    def start(self) -> None:
        self.process.start(lambda: True)
        until(lambda: answers(f"{self._url}/webhooks/twilio/"), "the stock bot is ready", limit_s=START_LIMIT_S)

    def kill(self) -> None:
        self.process.end(signal.SIGKILL)

    restart, end = start, kill

    def is_settled(self) -> bool:
        """Return whether it has done nothing since it was asked before; ask about twice a second."""
        before, self._cpu_s = self._cpu_s, cpu_s(self.process.pid)
        return self._cpu_s - before < _IDLE_CPU_S


def write_bot(folder: Path) -> None:
    """Write a bot as `rasa init` would: no pipeline and no policies named means Rasa's own choice."""
    files = {
        "config.yml": "recipe: default.v1\nassistant_id: stock\nlanguage: en\npipeline:\npolicies:\n",
        "domain.yml": _domain(),
        "data/nlu.yml": _utterances(),
        "data/rules.yml": _rules(),
        "credentials.yml": f'twilio:\n  account_sid: "{ACCOUNT}"\n  auth_token: "{TOKEN}"\n'
        f'  twilio_number: "{OUR_SMS}"\n',
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _domain() -> str:
    intents = "".join(f"  - {intent}\n" for intent in _ANSWERS)
    responses = "".join(f'  utter_{intent}:\n  - text: "{text}"\n' for intent, text in _ANSWERS.items())
    session = "session_config:\n  session_expiration_time: 60\n  carry_over_slots_to_new_session: true\n"
    return f'version: "3.1"\nintents:\n{intents}responses:\n{responses}{session}'


def _utterances() -> str:
    examples = {
        intent: [*(question.text for question in QUESTIONS if question.about == intent), *more]
        for intent, more in _MORE_EXAMPLES.items()
    }
    blocks = (
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for intent, texts in examples.items()
    )
    return f'version: "3.1"\nnlu:\n{"".join(blocks)}'


def _rules() -> str:
    steps = (f"- rule: {one}\n  steps:\n  - intent: {one}\n  - action: utter_{one}\n" for one in _ANSWERS)
    return f'version: "3.1"\nrules:\n{"".join(steps)}'
