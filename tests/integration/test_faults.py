"""The worker is killed five times and the web process once while the carrier fails in every way it can.

Real processes and the real model on SQLite: 150 messages of 30 people, and not one lost, doubled or out of order.
"""

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.own_process import until
from tests.integration.running import Puente, RunningBot, build_settings
from tests.integration.traffic import Network, Outcome, Tally, judge, until_settled

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
ANSWER_S = 2.0  # how long the sender waits
TIMED_OUT_S = 3.0
LATE_S = 7.0  # what was given up comes to exist after the second look-up, two seconds later
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
    with Puente(
        build_settings(tmp_path_factory.mktemp("faults"), rasa_bot, carrier_timeout_s=ANSWER_S)
    ).running() as deployment:
        yield deployment


def in_flight(puente: Puente) -> int:
    """How many texts have been offered to the carrier and their fate is not known yet."""
    return int(puente.rows("SELECT count(*) FROM outbox WHERE status = 'sending'")[0][0])


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
def network(puente: Puente) -> Iterator[Network]:
    def change_callbacks(number: int) -> None:
        if plan := CALLBACKS_AFTER.get(number):
            puente.carrier.plan_callbacks(plan)

    network = Network(puente, MESSAGES, pace_s=PACE_S, before_each=change_callbacks)
    yield network
    network.close()


def test_kills_and_a_failing_carrier_lose_nothing_repeat_nothing_and_keep_the_order(
    puente: Puente, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    order_faults(puente)
    caught = []

    network.start()
    for count in WORKER_KILLS_AFTER:
        network.until_taken(count)
        caught.append(kill_worker(puente))
        if len(caught) == WEB_KILL_AFTER_KILLS:
            puente.web.end(signal.SIGKILL)
            puente.start_web()
    network.wait()
    until_settled(puente, limit_s=SETTLED_S)

    outcome = judge(puente, network.taken)
    with capsys.disabled():
        report(puente, network, caught, outcome)
    assert outcome.tally == Tally(0, 0, 0, 0)
    assert len(puente.carrier.faults()) == len(FAULTS) + 3
    assert puente.carrier.violations() == []


def report(puente: Puente, network: Network, caught: list[int], outcome: Outcome) -> None:
    print(f"\n{outcome.messages} messages of {len(PEOPLE)} people, {outcome.texts} texts to them")
    print(f"worker killed {len(caught)} times with {caught} texts in the air, web once, {network.repeats} repeats")
    for fault, times in sorted(puente.carrier.faults().items()):
        print(f"  {times:3} {fault}")
    print(f"{outcome.tally}, to be answered by a person: {outcome.left_to_people}")
