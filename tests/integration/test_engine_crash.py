"""The worker is killed five times in mid-run, without warning: nothing lost, nothing twice, nothing out of order."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from service.engine import EngineClient, EngineSettings, prepare_engine_tables
from store.database import Database, build_engine

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("engine_crash_worker.py")
MESSAGES, LINES = 500, 25
KILLS_AFTER = (50, 130, 210, 290, 370)  # texts the carrier has accepted
CANARY = b"my uncle hits me"


class Scene:
    """One database that a web process fills and a worker empties, and the carrier's own record of what it accepted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'engine.db'}"
        self.carrier = folder / "carrier"
        self.carrier.touch()
        prepare_engine_tables(self.url)
        self.database = Database(build_engine(self.url))
        self.client = EngineClient(EngineSettings(self.url, "web"), engine=self.database.engine)
        self.execute("CREATE TABLE piece (id TEXT PRIMARY KEY, line TEXT, seq INTEGER, status TEXT)")

    def execute(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        def run(session):  # type: ignore[no-untyped-def]
            result = session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

        return self.database.run_sync(run)

    def receive(self, number: int) -> None:
        """What a webhook does: our own row and its work, in one transaction."""
        values = {"id": f"in-{number}", "line": f"c{number % LINES}", "seq": number // LINES + 1}

        def accept(session):  # type: ignore[no-untyped-def]
            session.execute(text("INSERT INTO piece VALUES (:id, :line, :seq, 'new')"), values)
            self.client.enqueue_decide(
                session.connection(), inbox_id=values["id"], conversation_id=values["line"], seq=values["seq"]
            )

        self.database.run_sync(accept)

    def receive_all(self) -> None:
        for number in range(MESSAGES):
            self.receive(number)
            time.sleep(0.005)

    def accepted(self) -> list[int]:
        return [int(one.removeprefix("in-")) for one in self.carrier.read_text().split()]

    def in_flight(self) -> int:
        return int(str(self.execute("SELECT count(*) FROM piece WHERE status = 'sending'")[0][0]))

    def is_finished(self) -> bool:
        rows = "SELECT count(*) FROM workflow_status WHERE status = 'SUCCESS'"
        return self.execute(rows) == [(2 * MESSAGES,)]

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Run a worker in a process of its own; at the end it is killed."""
        with (self.folder / "worker.log").open("ab") as log:
            command = [sys.executable, str(WORKER), self.url, str(self.carrier)]
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            try:
                yield
            finally:
                process.kill()
                process.wait()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "the worker does not go on"
        time.sleep(0.02)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.client.close()
    scene.database.close()


def test_five_kills_lose_nothing_repeat_nothing_and_keep_the_order(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    web = threading.Thread(target=scene.receive_all)
    in_flight = 0

    web.start()
    for count in KILLS_AFTER:
        with scene.worker():
            until(lambda count=count: len(scene.accepted()) >= count)  # type: ignore[misc]
        in_flight += scene.in_flight()
    web.join()
    with scene.worker():
        until(scene.is_finished)

    accepted = scene.accepted()
    lost = set(range(MESSAGES)) - set(accepted)
    twice = sum(times - 1 for times in Counter(accepted).values())
    disorder = count_disorder(accepted)
    with capsys.disabled():
        print(
            f"\n{MESSAGES} messages, {len(KILLS_AFTER)} kills with {in_flight} texts in flight: "
            f"{len(lost)} lost, {twice} twice, {disorder} out of order"
        )
    assert in_flight > 0
    assert (len(lost), twice, disorder) == (0, 0, 0)
    assert scene.execute("SELECT DISTINCT status FROM piece") == [("sent",)]


def test_no_words_of_a_failure_are_kept_or_printed_across_a_kill(scene: Scene) -> None:
    for number in range(100):
        scene.receive(number)

    with scene.worker():
        until(lambda: len(scene.accepted()) >= 50)
    with scene.worker():
        until(lambda: len(scene.accepted()) == 100)

    log = (scene.folder / "worker.log").read_bytes()
    assert b"ConnectionError" in log
    for file in scene.folder.iterdir():
        assert CANARY not in file.read_bytes()


def count_disorder(accepted: list[int]) -> int:
    """How many were accepted after a later one of their line."""
    latest: dict[int, int] = {}
    wrong = 0
    for number in accepted:
        wrong += number < latest.get(number % LINES, -1)
        latest[number % LINES] = max(number, latest.get(number % LINES, -1))
    return wrong
