"""The real Rasa process and the real actions, as tests start, break and kill them."""

import json
import os
import secrets
import signal
import subprocess
import threading
import time
from pathlib import Path

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actions.server import build_actions_app
from service.running.ports import find_free_ports

ROOT = Path(__file__).parents[2]
RASA_PYTHON = ROOT / ".venv-rasa/bin/python"
CANARY = "chirimoya"  # a word of no utterance and no answer: wherever it turns up, a text has leaked
START_TIMEOUT_S = 120

UTTERANCES = {
    "es": {
        "school.enroll_documents": ["qué papeles piden para inscribir en la escuela", "documentos para la inscripción"],
        "school.meals": ["la comida de la escuela es gratis", "cuánto cuesta el almuerzo escolar"],
        "health.dental": ["dónde hay un dentista", "le duele una muela a mi hijo"],
        "safety.abuse": ["mi tío me pega", "en la casa me golpean"],
    },
    "en": {
        "school.enroll_documents": ["which papers do i need to enroll in school", "documents for enrollment"],
        "school.meals": ["are school meals free", "what does lunch at school cost"],
        "health.dental": ["where is a dentist", "my son has a toothache"],
        "safety.abuse": ["my uncle hits me", "they beat me at home"],
    },
}


def write_utterances(folder: Path, utterances: dict[str, dict[str, list[str]]]) -> Path:
    for language, intents in utterances.items():
        blocks = [
            f"  - intent: {intent}\n    examples: |\n" + "".join(f"      - {text}\n" for text in texts)
            for intent, texts in intents.items()
        ]
        (folder / language).mkdir(parents=True)
        (folder / language / "all.yml").write_text('version: "3.1"\nnlu:\n' + "".join(blocks), "utf-8")
    return folder


def run_training(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [RASA_PYTHON, "-m", "bot.train", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)


class ActionServer:
    """Our actions on a loopback port, in a thread. Those named in `broken` fail, with the canary in the answer."""

    def __init__(self, token: str) -> None:
        self.broken: tuple[str, ...] = ()
        (port,) = find_free_ports(1)
        self.url = f"http://127.0.0.1:{port}/webhook"
        config = uvicorn.Config(self._switch(build_actions_app(token)), port=port, log_level="error", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def _switch(self, app: ASGIApp) -> ASGIApp:
        async def switch(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            body = await Request(scope, receive).body()

            async def replay() -> Message:
                return {"type": "http.request", "body": body, "more_body": False}

            failing = json.loads(body)["next_action"] in self.broken
            await (Response(CANARY, status_code=500) if failing else app)(scope, replay, send)

        return switch

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)


class RasaProcess:
    """bot.serve as a child process, its whole output in one file."""

    def __init__(self, folder: Path, model: Path, actions_url: str, actions_token: str) -> None:
        self.token = secrets.token_urlsafe(24)
        (self.port,) = find_free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self._model = model
        self._log = folder / "rasa.log"
        self._environment = {
            "PATH": os.environ["PATH"],
            "BOT_TOKEN_FILE": str(self._token_file(folder / "bot.token", self.token)),
            "ACTIONS_TOKEN_FILE": str(self._token_file(folder / "actions.token", actions_token)),
            "ACTIONS_URL": actions_url,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def _token_file(path: Path, token: str) -> Path:
        path.touch(mode=0o600)
        path.write_text(token)
        return path

    def start(self) -> None:
        command = [RASA_PYTHON, "-m", "bot.serve", "--model", self._model, "--port", str(self.port)]
        announced = self.output().count("ready with")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_TIMEOUT_S
        while self.output().count("ready with") == announced:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.end(signal.SIGKILL)
                raise AssertionError(f"Rasa did not start: {self.output()}")
            time.sleep(0.1)

    def end(self, how: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(timeout=30)

    def refuse_to_start(self, **changes: str | None) -> str:
        """Start once more on the same port with a changed environment; return what it says when it gives up."""
        environment = {name: value for name, value in {**self._environment, **changes}.items() if value is not None}
        command = [RASA_PYTHON, "-m", "bot.serve", "--model", self._model, "--port", str(self.port)]
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False)
        assert ended.returncode == 1
        return ended.stderr.decode()

    def output(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""
