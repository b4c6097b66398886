"""From a person's wish to a caseworker's phone and back: real web and worker, and the carrier in its own process."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.front_desk import PASSWORD, Visitor
from tests.integration.own_process import ROOT, until
from tests.integration.running import OUR_SMS, Puente, build_settings, environment_of

PERSON, PHONE = "+12025550141", "+12025550151"


@pytest.fixture(scope="module")
def puente(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Puente]:
    settings = build_settings(tmp_path_factory.mktemp("staff_phone"), staff_sender=OUR_SMS)
    with Puente(settings).running() as deployment:
        yield deployment
        assert deployment.carrier.violations() == []


def run_puente(puente: Puente, *words: str) -> str:
    command = [*puente.web.command[:-2], *words]
    done = subprocess.run(
        command, cwd=ROOT, env=environment_of(puente.settings), capture_output=True, text=True, timeout=90, check=True
    )
    return done.stdout


def come_in(puente: Puente, added: str) -> Visitor:
    """Use the one-time link that a command has printed."""
    path = re.findall(r"/invite/[\w-]+", added)[0]
    visitor = Visitor(puente.settings.public_url)
    visitor.get(path)
    assert visitor.post(path, password=PASSWORD, again=PASSWORD).status_code == 303
    return visitor


def bodies(puente: Puente, number: str) -> list[str]:
    return [message["body"] for message in puente.carrier.messages(to=number)]


def until_told(puente: Puente, number: str, words: str) -> str:
    """Wait until a number has got a text with these words; return it."""
    until(lambda: any(words in body for body in bodies(puente, number)), f"{number[-4:]} gets {words!r}")
    return next(body for body in bodies(puente, number) if words in body)


def test_a_caseworker_takes_a_case_and_answers_from_an_ordinary_phone(puente: Puente) -> None:
    added = run_puente(puente, "staff", "add", "ana", "--name", "Ana Example", "--languages", "es,en")
    visitor = come_in(puente, added)
    run_puente(puente, "staff", "phone", "ana", PHONE)
    code = re.findall(r"\d{6}", until_told(puente, PHONE, "code"))[0]
    puente.text(PHONE, code)
    until_told(puente, PHONE, "changes nothing")
    visitor.get("/signin/account")
    visitor.post("/signin/account/phone", act="confirm", code=code)
    until_told(puente, PHONE, "This phone is now yours")

    puente.text(PERSON, "quiero hablar con una persona")
    asked = until_told(puente, PHONE, "[A1]")
    puente.text(PHONE, "A1 TAKE")
    until_told(puente, PHONE, "[A1] is yours")
    puente.text(PHONE, "A1 Buenos días, soy Ana")
    until_told(puente, PERSON, "Buenos días, soy Ana")
    puente.text(PERSON, "Gracias, ¿a qué hora?")
    until_told(puente, PHONE, "Gracias, ¿a qué hora?")

    to_person = puente.carrier.messages(to=PERSON)
    to_phone = puente.carrier.messages(to=PHONE)
    assert asked.startswith("[A1] Español · ")
    assert "quiero hablar con una persona" in asked
    assert {message["from"] for message in (*to_person, *to_phone)} == {OUR_SMS}
    assert PHONE[2:] not in "".join(str(message) for message in to_person)
    assert PERSON[2:] not in "".join(message["body"] for message in to_phone)


def test_no_text_of_one_side_was_ever_written_to_the_other(puente: Puente) -> None:
    query = """
        SELECT message.answer, conversation.caseworker_id IS NOT NULL FROM message
        JOIN conversation ON conversation.id = message.conversation_id WHERE message.author IN ('bot', 'system')
    """
    rows = [(answer, bool(staff)) for answer, staff in puente.rows(query)]

    assert rows
    assert [row for row in rows if row[0].startswith("staff.") is not row[1]] == []


def test_neither_number_stands_in_a_log(puente: Puente) -> None:
    logs = "".join(path.read_text(errors="replace") for path in Path(puente.settings.var).glob("*.log"))

    assert logs
    assert not any(number[2:] in logs for number in (PERSON, PHONE))
