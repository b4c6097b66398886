"""A text comes in and the right answer goes out: real web, worker and Rasa, and the carrier in a process of its own."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conversation.messages import Channel
from service import wiring
from tests.integration.own_process import ROOT
from tests.integration.running import Puente, RunningBot, build_settings, environment_of

SPANISH = "¿Qué papeles necesito para inscribir a mi sobrina en la escuela?"
ENGLISH = "What papers do I need to enroll my niece in school?"
KICHE = "Jas taq wuj kajawaxik rech kinb'an inscribir ri wal pa ri escuela?"
PAPERS = "school.enroll_documents"


@pytest.fixture(scope="module")
def running(rasa_bot: RunningBot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Puente]:
    folder = tmp_path_factory.mktemp("whole_path")
    with Puente(build_settings(folder, rasa_bot)).running() as deployment:
        yield deployment


@pytest.fixture
def puente(running: Puente) -> Iterator[Puente]:
    yield running
    assert running.carrier.violations() == []


def wording(puente: Puente, answer: str, language: str, channel: Channel = Channel.SMS) -> str:
    catalogue = wiring.build_rules(puente.settings).catalogue
    today = wiring.utc_now().date()
    text = catalogue.render(answer, language, channel=channel, today=today, values={})[0]  # K'iche' brings Spanish too
    (part,) = wiring.split_body(text.body, channel)
    return part.body


def counts(puente: Puente) -> list[int]:
    """How many of everything a message can add."""
    tables = ("inbox", "message", "outbox", "conversation", "address", "case_file", "consent", "workflow_status")
    return [puente.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables]


def run_puente(puente: Puente, *words: str) -> str:
    command = [*puente.web.command[:-2], *words]
    done = subprocess.run(
        command, cwd=ROOT, env=environment_of(puente.settings), capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def test_spanish_by_sms_is_answered_in_spanish_and_reported_as_delivered(puente: Puente) -> None:
    person = "+12025550131"

    form = puente.text(person, SPANISH)

    replies = puente.until_answered(form, status="delivered")
    bodies = [message["body"] for message in puente.carrier.messages(to=person)]
    assert [reply[:2] for reply in replies] == [(PAPERS, "es"), ("system.first_notice", "es")]
    assert bodies[0] == wording(puente, PAPERS, "es")


def test_english_on_whatsapp_is_answered_in_english_and_reported_as_read(puente: Puente) -> None:
    person = "whatsapp:+12025550132"

    form = puente.text(person, ENGLISH)

    replies = puente.until_answered(form, status="read")
    sent = puente.carrier.messages(to=person)
    assert [reply[:2] for reply in replies] == [(PAPERS, "en"), ("system.first_notice", "en")]
    assert sent[0]["body"] == wording(puente, PAPERS, "en", Channel.WHATSAPP)
    assert {message["from"] for message in sent} == {"whatsapp:+12025550100"}


def test_kiche_by_sms_is_answered_in_kiche_with_the_spanish_text_beside_it(puente: Puente) -> None:
    person = "+12025550133"

    form = puente.text(person, KICHE)

    replies = puente.until_answered(form)
    bodies = [message["body"] for message in puente.carrier.messages(to=person)]
    assert [reply[:2] for reply in replies[:2]] == [(PAPERS, "quc"), (PAPERS, "es")]
    assert bodies[:2] == [wording(puente, PAPERS, "quc"), wording(puente, PAPERS, "es")]


def test_a_message_delivered_again_adds_nothing(puente: Puente) -> None:
    person = "+12025550134"
    form = puente.text(person, SPANISH)
    puente.until_answered(form)
    before, sent = counts(puente), len(puente.carrier.messages())

    statuses = [puente.post(form) for _ in range(3)]
    puente.until_answered(puente.text("+12025550135", SPANISH))  # whatever came of the repeats, it came before this

    added = [after - was for was, after in zip(before, counts(puente), strict=True)]
    assert statuses == [200, 200, 200]
    assert len(puente.carrier.messages(to=person)) == 2
    assert len(puente.carrier.messages()) == sent + 2
    assert added == [1, 3, 2, 1, 1, 0, 0, 3]  # of the one other message, its two texts and their work


def test_a_repeat_with_another_text_under_the_same_id_changes_nothing(puente: Puente) -> None:
    form = puente.text("+12025550136", SPANISH)
    puente.until_answered(form)
    before = counts(puente)

    status = puente.post({**form, "Body": "STOP"})

    assert (status, counts(puente)) == (200, before)


@pytest.mark.parametrize("signature", ["", "bm90IGEgc2lnbmF0dXJl"], ids=["no signature", "a wrong signature"])
def test_what_is_not_signed_is_refused_and_leaves_nothing(puente: Puente, signature: str) -> None:
    form = puente.carrier.take_message("+12025550137", SPANISH)
    before = counts(puente)

    status = puente.post(form, X_Twilio_Signature=signature)

    assert (status, counts(puente)) == (403, before)


def test_danger_gets_the_crisis_text_at_once_and_opens_a_case_for_which_somebody_is_paged(puente: Puente) -> None:
    person = "+12025550138"

    form = puente.text(person, "me quiero morir")

    replies = puente.until_answered(form)
    case = """SELECT urgency, topic, reason FROM case_file JOIN inbox USING (conversation_id)
              WHERE provider_message_id = :sid"""
    ((urgency, topic, reason),) = puente.rows(case, sid=form["MessageSid"])
    assert puente.decision(form) == "crisis"
    assert replies[0][0].startswith("safety.")
    assert "988" in puente.carrier.messages(to=person)[0]["body"]
    assert (urgency, topic, reason) == ("page_now", replies[0][0], "danger")


def test_after_stop_there_is_silence_until_start(puente: Puente) -> None:
    person = "+12025550139"
    stopped = puente.until_answered(puente.text(person, "STOP"))
    asked = puente.text(person, SPANISH)
    silence = puente.until_answered(asked)
    started = puente.until_answered(puente.text(person, "START"))
    answered = puente.until_answered(puente.text(person, SPANISH))

    assert [reply[0] for reply in stopped] == ["system.stopped"]
    assert (puente.decision(asked), silence) == ("silent", [])
    assert [reply[0] for reply in started] == ["system.started"]
    assert answered[0][:2] == (PAPERS, "es")
    assert len(puente.carrier.messages(to=person)) == 2 + len(answered)


def test_stop_by_sms_holds_on_whatsapp_of_the_same_number(puente: Puente) -> None:
    puente.until_answered(puente.text("+12025550140", "STOP"))

    form = puente.text("whatsapp:+12025550140", ENGLISH)

    assert puente.until_answered(form) == []
    assert puente.carrier.messages(to="whatsapp:+12025550140") == []


def test_a_wish_for_a_person_opens_a_case_that_the_list_shows_under_the_code_the_person_was_told(
    puente: Puente,
) -> None:
    person = "+12025550141"

    form = puente.text(person, "PERSONA")

    puente.until_answered(form)
    code = "SELECT code FROM case_file JOIN inbox USING (conversation_id) WHERE provider_message_id = :sid"
    ((told,),) = puente.rows(code, sid=form["MessageSid"])
    listed = [line.split() for line in run_puente(puente, "cases").splitlines()]
    assert f" {told}." in puente.carrier.messages(to=person)[0]["body"]
    assert ["service.talk_to_person" in line for line in listed if line[0] == told] == [True]


def test_what_the_carrier_could_not_deliver_is_known(puente: Puente) -> None:
    puente.carrier.plan_callbacks("in_order", error_code=30005)

    form = puente.text("+12025550142", SPANISH)

    replies = puente.until_answered(form, status="undelivered")
    puente.carrier.plan_callbacks("in_order")
    assert len(replies) == 2


def test_statuses_that_arrive_out_of_order_never_go_back(puente: Puente) -> None:
    puente.carrier.plan_callbacks("out_of_order")
    person = "whatsapp:+12025550143"

    replies = puente.until_answered(puente.text(person, ENGLISH), status="read")
    puente.carrier.plan_callbacks("doubled")
    puente.until_answered(puente.text(person, ENGLISH), status="read")

    puente.carrier.plan_callbacks("in_order")
    assert [reply[2] for reply in puente.rows("SELECT 0, 0, status FROM outbox WHERE id = :id", id=replies[0][4])] == [
        "read"
    ]


def test_no_process_writes_a_warning_while_all_goes_well(puente: Puente) -> None:
    logs = [Path(puente.settings.var, f"{name}.log").read_text() for name in ("web", "worker")]

    complaints = [line for log in logs for line in log.splitlines() if '"level": "info"' not in line]

    refused = [line for line in complaints if "unsigned request to /twilio/messages was refused" in line]
    assert complaints == refused
