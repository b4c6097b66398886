"""A person texts "borrar mis datos": afterwards neither the service's disk nor the carrier has anything of them."""

import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from store.forgetting.ledger import FILE_NAME, read_lines
from tests.integration.own_process import ROOT, until
from tests.integration.running import ACCOUNT, TOKEN, Puente, RunningBot, build_settings, environment_of
from tests.integration.traces import find_traces, number_spellings, read_files, read_tables

WORD, NAME = "Zoquiápetl", "Quetzalcoyotzin"
QUESTION = f"¿Qué papeles necesito para inscribir a mi sobrina {WORD} en la escuela?"
EMPTY = ("message", "inbox", "outbox", "conversation", "address", "consent", "open_question")


@pytest.fixture(scope="module")
def puente(rasa_bot: RunningBot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Puente]:
    settings = build_settings(tmp_path_factory.mktemp("erasing"), rasa_bot)
    deployment = Puente(settings)
    with deployment.running():
        yield deployment


def counts(puente: Puente) -> dict[str, int]:
    return {table: puente.rows(f"SELECT count(*) FROM {table}")[0][0] for table in EMPTY}


def at_carrier(puente: Puente, person: str) -> list[dict[str, Any]]:
    """Return what the carrier's own list tells of a person, in either direction."""
    url = f"{puente.settings.twilio_base_url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    return [
        message
        for way in ("From", "To")
        for message in requests.get(url, params={way: person}, auth=(ACCOUNT, TOKEN), timeout=30).json()["messages"]
    ]


def sealed_values(puente: Puente) -> list[bytes]:
    """Return what stands sealed in the database now: a disk that still has one of these has not forgotten it."""
    queries = (
        "SELECT body_sealed FROM message",
        "SELECT details_sealed FROM message WHERE details_sealed IS NOT NULL",
        "SELECT address_sealed FROM address",
    )
    return [bytes(value) for query in queries for (value,) in puente.rows(query)]


def acts(puente: Puente) -> list[str]:
    return [line.act for line in read_lines(puente.settings.var / FILE_NAME)]


def files_with(puente: Puente, values: list[bytes]) -> list[str]:
    files = read_files(puente.settings.var)
    return [path for path, content in files.items() if any(value in content for value in values)]


def test_nothing_of_a_person_is_left_on_disk_or_at_the_carrier(puente: Puente) -> None:
    person = "+12025550141"
    puente.until_answered(puente.text(person, QUESTION, profile_name=NAME))
    puente.until_answered(puente.text(f"whatsapp:{person}", QUESTION, profile_name=NAME), status="read")
    puente.until_answered(puente.text(person, "borrar mis datos"))
    values = sealed_values(puente)
    before = files_with(puente, values), len(at_carrier(puente, person))

    puente.text(person, "1")
    until(lambda: not any(counts(puente).values()), "the database has forgotten")
    until(lambda: not at_carrier(puente, person), "the carrier has forgotten")
    until(lambda: not at_carrier(puente, f"whatsapp:{person}"), "and on the other channel")
    until(lambda: files_with(puente, values) == [], "the files have forgotten")

    places = read_files(puente.settings.var) | read_tables(puente.settings.var / "puente.db")
    assert before[0] != []
    assert before[1] >= 5
    assert find_traces(places, [WORD, NAME, *number_spellings(person)]) == []
    until(lambda: acts(puente) == ["erased"], "the copy of the ledger has it")
    assert puente.carrier.violations() == []


def test_a_stop_holds_after_the_erasing_and_after_a_crash_in_the_middle(puente: Puente) -> None:
    person = "+12025550142"
    puente.until_answered(puente.text(person, QUESTION))
    puente.until_answered(puente.text(person, "ALTO"))
    puente.text(person, "borrar mis datos")
    puente.worker.end(signal.SIGKILL)
    puente.start_worker()
    until(lambda: not any(counts(puente).values()), "the database has forgotten")
    until(lambda: not at_carrier(puente, person), "the carrier has forgotten")

    form = puente.text(person, QUESTION)

    until(lambda: puente.decision(form) is not None, "it is decided")
    assert puente.decision(form) == "silent"
    assert puente.replies(form) == []


def test_an_operator_erases_by_a_number_that_no_list_of_processes_shows(puente: Puente) -> None:
    person = "+12025550143"
    puente.until_answered(puente.text(person, QUESTION))
    command = [*puente.web.command[:-2], "erase"]

    done = subprocess.run(
        command, input=f"{person[:2]} (202) 555-0143\nyes\n", cwd=ROOT, env=environment_of(puente.settings),
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    until(lambda: not at_carrier(puente, person), "the carrier has forgotten")
    rows = puente.rows("SELECT body_sealed FROM message WHERE erasure_id IS NOT NULL")
    assert "messages in 1 conversations" in done.stdout
    assert find_traces({"told": (done.stdout + done.stderr).encode()}, number_spellings(person)) == []
    assert rows == []
