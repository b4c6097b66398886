"""The worker is killed five times and the web process once while the carrier fails in every way it can.

Real processes and the real model on SQLite: 150 messages of 30 people, and not one lost, doubled or out of order.
"""

import contextlib
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.integration.own_process import until
from tests.integration.running import Puente, RunningBot, build_settings

PEOPLE = [f"+1202555{line:04}" for line in range(101, 131)]
QUESTIONS = (  # the first and the last have the same answer: only the carrier's ids tell the two texts apart
    "¿Qué papeles necesito para inscribir a mi sobrina en la escuela?",
    "¿Cuándo es mi fecha de corte?",
    "¿Qué vacunas pide la escuela?",
    "How do I find my court date?",
    "¿Qué papeles necesito para inscribir a mi sobrina en la escuela?",
)
MESSAGES = [(person, question) for question in QUESTIONS for person in PEOPLE]
PACE_S = 0.25
WORKER_KILLS_AFTER = (15, 40, 65, 90, 115, 140)  # messages taken
WEB_KILL_AFTER_KILLS = 3
CALLBACKS_AFTER = {0: "in_order", 50: "out_of_order", 80: "none"}
TIMED_OUT_S = 11.0  # the sender gives up after ten seconds
LATE_S = 13.5  # what was given up comes to exist after the first look-up, two seconds later, and before the second
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "too_many_requests", "retry_after_s": 2},
    {"kind": "drop_after"},
    {"kind": "bad_gateway"},
    {"kind": "slow_after", "delay_s": TIMED_OUT_S},
    {"kind": "server_error"},
    {"kind": "too_many_requests"},
    {"kind": "drop"},
    {"kind": "server_error_after"},
    {"kind": "slow", "delay_s": LATE_S},
    {"kind": "bad_gateway_after"},
)
FAULTY_REQUESTS = 240  # every third of them meets a fault
FAULTY_LOOK_UPS = 40  # every fourth of them
SETTLED_S = 150.0


@pytest.fixture(scope="module")
def puente(rasa_bot: RunningBot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Puente]:
    with Puente(build_settings(tmp_path_factory.mktemp("faults"), rasa_bot)).running() as deployment:
        yield deployment


ANSWERED = """
    SELECT outbox.id, inbox.provider_message_id, outbox.seq FROM outbox
    JOIN message answer ON answer.id = outbox.message_id JOIN inbox ON inbox.message_id = answer.in_reply_to
"""


class Network:
    """What stands between people and the web process: one message after the other, each until it was taken."""

    def __init__(self, puente: Puente) -> None:
        self.taken: list[dict[str, str]] = []
        self.repeats = 0
        self._puente = puente
        self._thread = threading.Thread(target=self._deliver_all, daemon=True)
        self._closed = False

    def start(self) -> None:
        self._thread.start()

    def wait(self) -> None:
        self._thread.join(timeout=300)
        assert len(self.taken) == len(MESSAGES)

    def close(self) -> None:
        self._closed = True

    def _deliver_all(self) -> None:
        for number, (person, question) in enumerate(MESSAGES):
            if plan := CALLBACKS_AFTER.get(number):
                self._puente.carrier.plan_callbacks(plan)
            form = self._puente.carrier.take_message(person, question)
            while not self._was_taken(form):
                if self._closed:
                    return
                self.repeats += 1
                time.sleep(0.3)
            self.taken.append(form)
            if number % 10 == 0:  # the carrier did not hear our answer
                self.repeats += 1
                self._was_taken(form)
            time.sleep(PACE_S)

    def _was_taken(self, form: dict[str, str]) -> bool:
        try:
            return self._puente.post(form) == 200
        except requests.RequestException:
            return False


@dataclass(frozen=True)
class Tally:
    """What went wrong, as counts. `lost`: neither a text at the carrier nor a person who was asked."""

    lost: int
    doubled: int
    out_of_order: int
    stuck: int


def in_flight(puente: Puente) -> int:
    """How many texts have been offered to the carrier and their fate is not known yet."""
    return int(puente.rows("SELECT count(*) FROM outbox WHERE status = 'sending'")[0][0])


def unfinished(puente: Puente) -> int:
    """How much is not done: messages undecided, texts unsettled, pieces of work in line."""
    queries = (
        "SELECT count(*) FROM inbox WHERE status = 'new'",
        "SELECT count(*) FROM outbox WHERE status IN ('queued', 'waiting', 'sending')",
        "SELECT count(*) FROM workflow_status WHERE status <> 'SUCCESS'",
    )
    return sum(int(puente.rows(query)[0][0]) for query in queries)


def count_lost(puente: Puente, taken: list[dict[str, str]]) -> tuple[int, int]:
    """Return how many messages lack a text at the carrier, and how many of those a person has to answer."""
    arrived = {message["sid"] for message in puente.carrier.messages()}
    asked = "SELECT 1 FROM case_file JOIN inbox USING (conversation_id) WHERE provider_message_id = :sid"
    sids = {form["MessageSid"]: {reply[3] for reply in puente.replies(form)} for form in taken}
    unanswered = [sid for sid, replies in sids.items() if not replies or replies - arrived]
    with_people = [sid for sid in unanswered if puente.rows(asked, sid=sid)]
    return len(unanswered) - len(with_people), len(with_people)


def count_doubled(puente: Puente) -> int:
    """Count texts the carrier has twice, and texts that answer one message twice."""
    at_carrier = Counter(message["outbox_id"] for message in puente.carrier.messages())
    replies = "SELECT count(*) FROM message WHERE author <> 'person' GROUP BY in_reply_to, answer, language"
    return sum(times - 1 for times in (*at_carrier.values(), *(times for (times,) in puente.rows(replies))))


def count_disorder(puente: Puente, taken: list[dict[str, str]]) -> int:
    """Count texts at the carrier that answer an earlier message of their person than the text before them."""
    number = {form["MessageSid"]: place for place, form in enumerate(taken)}
    order = {row[0]: (number[row[1]], row[2]) for row in puente.rows(ANSWERED)}
    latest: dict[str, tuple[int, int]] = {}
    disorder = 0
    for message in puente.carrier.messages():
        place, before = order[message["outbox_id"]], latest.get(message["to"], (-1, -1))
        disorder += place < before
        latest[message["to"]] = max(place, before)
    return disorder


def kill_worker(puente: Puente) -> int:
    """Kill it with texts in the air, start it again, and return how many there were."""
    until(lambda: in_flight(puente) > 0, "a text is in the air")
    puente.worker.end(signal.SIGKILL)
    caught = in_flight(puente)
    puente.start_worker()
    return caught


def order_faults(puente: Puente) -> None:
    faulty = [FAULTS[number // 3 % len(FAULTS)] if number % 3 == 1 else None for number in range(FAULTY_REQUESTS)]
    puente.carrier.order_faults(*faulty)
    kinds = ("server_error", "drop", "bad_gateway")
    for number in range(FAULTY_LOOK_UPS):
        kind = kinds[number // 4 % 3] if number % 4 == 1 else None
        puente.carrier.order_faults({"call": "ListMessage", "kind": kind} if kind else None)


@pytest.fixture
def network(puente: Puente) -> Iterator["Network"]:
    network = Network(puente)
    yield network
    network.close()


def test_kills_and_a_failing_carrier_lose_nothing_repeat_nothing_and_keep_the_order(
    puente: Puente, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    order_faults(puente)
    caught = []

    network.start()
    for count in WORKER_KILLS_AFTER:
        until(lambda count=count: len(network.taken) >= count, f"{count} messages are taken")  # type: ignore[misc]
        caught.append(kill_worker(puente))
        if len(caught) == WEB_KILL_AFTER_KILLS:
            puente.web.end(signal.SIGKILL)
            puente.start_web()
    network.wait()
    with contextlib.suppress(AssertionError):  # what is left then is counted as stuck
        until(lambda: unfinished(puente) == 0, "all is settled", limit_s=SETTLED_S)

    lost, with_people = count_lost(puente, network.taken)
    disorder = count_disorder(puente, network.taken)
    tally = Tally(lost, count_doubled(puente), disorder, stuck=unfinished(puente))
    with capsys.disabled():
        report(puente, network, caught, tally, with_people)
    assert tally == Tally(0, 0, 0, 0)
    assert len(puente.carrier.faults()) == len(FAULTS) + 3
    assert puente.carrier.violations() == []


def report(puente: Puente, network: Network, caught: list[int], tally: Tally, with_people: int) -> None:
    print(f"\n{len(network.taken)} messages of {len(PEOPLE)} people, {len(puente.carrier.messages())} texts to them")
    print(f"worker killed {len(caught)} times with {caught} texts in the air, web once, {network.repeats} repeats")
    for fault, times in sorted(puente.carrier.faults().items()):
        print(f"  {times:3} {fault}")
    print(f"{tally}, to be answered by a person: {with_people}")
