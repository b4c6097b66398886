"""Every fault on every database, while messages come in: nothing lost, nothing twice, in order, nothing left standing.

Real processes, two workers, a light bot in the place of Rasa (test_faults.py has the real one). The deployments on
SQLite and PostgreSQL meet each fault at the same time. `make test TESTS="-s tests/integration/faults"` prints the
matrix.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.databases import PostgresServer
from tests.integration.faults.databases import NotHere, PostgresStore, SqliteStore, small_disk
from tests.integration.faults.deployment import Deployment
from tests.integration.faults.faults import MATRIX, Row
from tests.integration.traffic import Network, Outcome, Tally, judge, until_settled

PEOPLE, QUESTIONS = 8, 3
PACE_S = 0.08
SETTLED_S = 120.0
AREA_CODES = (202, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231)
HEADS = "fault", "database", "messages", "texts", "lost", "doubled", "out of order", "stuck", "left to a person"


class Report:
    """The lines of the matrix, in the order of the faults."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, ...]] = []

    def add(self, row: Row, database: str, outcome: Outcome | None) -> None:
        if outcome is None:
            self.lines.append((row.fault, database, "not done", *[""] * (len(HEADS) - 3)))
            return
        tally = outcome.tally
        counts = (outcome.messages, outcome.texts, tally.lost, tally.doubled, tally.out_of_order, tally.stuck)
        self.lines.append((row.fault, database, *map(str, (*counts, outcome.left_to_people))))

    def __str__(self) -> str:
        widths = [max(len(line[column]) for line in (HEADS, *self.lines)) for column in range(len(HEADS))]
        lines = [HEADS, tuple("-" * width for width in widths), *self.lines]
        return "\n".join(
            "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
            for line in lines
        )


@pytest.fixture(scope="module")
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    report = Report()
    yield report
    print(f"\n{report}")


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Deployment]:
    with Deployment(SqliteStore(folder / "puente.db"), folder).running() as deployment:
        yield deployment


@contextmanager
def on_postgres(folder: Path, short: Path) -> Iterator[Deployment]:
    """`short`: an empty folder with a short path, which its socket needs."""
    with small_disk(short) as is_small:
        server = PostgresServer(short, "-c fsync=off -c max_connections=80")
        server.start()
        try:
            store = PostgresStore(server, server.url, disk=short if is_small else None)
            with Deployment(store, folder).running() as deployment:
                yield deployment
        finally:
            server.stop()


@pytest.fixture(scope="module")
def deployments(tmp_path_factory: pytest.TempPathFactory, short_folder: Path) -> Iterator[list[Deployment]]:
    folders = [tmp_path_factory.mktemp(name) for name in ("sqlite", "postgresql")]
    with ExitStack() as ending:
        both = on_sqlite(folders[0]), on_postgres(folders[1], short_folder)
        with ThreadPoolExecutor(2) as threads:
            starting = [threads.submit(ending.enter_context, one) for one in both]
        started = [one.result() for one in starting if not isinstance(one.exception(), pytest.skip.Exception)]
        if len(started) < len(both):
            print("\nno PostgreSQL is installed here: its lines are missing")
        yield started


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row.fault)
def test_no_fault_loses_doubles_shuffles_or_holds_up(row: Row, deployments: list[Deployment], report: Report) -> None:
    area_code = AREA_CODES[MATRIX.index(row)]
    people = [f"+1{area_code}555{101 + number:04}" for number in range(PEOPLE)]
    messages = [(person, f"¿Qué pide la escuela? {round_}") for round_ in range(QUESTIONS) for person in people]

    with ThreadPoolExecutor(len(deployments)) as threads:
        outcomes = list(threads.map(lambda at: run(at, row, messages), deployments))

    for at, outcome in zip(deployments, outcomes, strict=True):
        report.add(row, at.store.name, outcome)
    judged = [outcome for outcome in outcomes if outcome is not None]
    assert [outcome.tally for outcome in judged] == [Tally(0, 0, 0, 0)] * len(judged)
    assert [outcome.left_to_people for outcome in judged] == [0] * len(judged)


def run(at: Deployment, row: Row, messages: list[tuple[str, str]]) -> Outcome | None:
    """Let a fault happen; None when it cannot be made to happen on this machine."""
    network = Network(at.puente, messages, pace_s=PACE_S)
    at.revive()
    try:
        row.break_it(at, network)
        until_settled(at.puente, limit_s=SETTLED_S)
    except NotHere:
        return None
    finally:
        network.close()
    return judge(at.puente, network.taken)
