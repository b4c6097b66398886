"""A rare word and a rare number go through everything that can happen, and leave no trace but in sealed columns.

The whole service under its supervisor, with the real model: success, failures of bot, carrier and database, two
crashes, refused webhooks. Then every table, every file and every log is searched.
"""

import base64
import json
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from service import wiring
from tests.integration.own_process import until
from tests.integration.running import Carrier, Puente, build_settings, environment_of
from tests.integration.supervised import Supervised
from tests.integration.traces import find_traces, number_spellings, read_files, read_tables

WORD = "Zoquiápetl"
NAME = "Quetzalcoyotzin"
PLACE = "Chattanooga"  # a city we know
NUMBER, WHATSAPP_NUMBER, *OTHER_NUMBERS = (f"+1956555{line:04}" for line in range(187, 194))
ALIEN_NUMBER = "203847561"  # never kept at all, not even sealed
NUMBERS = [form for number in (NUMBER, WHATSAPP_NUMBER, *OTHER_NUMBERS) for form in number_spellings(number)]
SECRETS = [WORD, NAME, PLACE, ALIEN_NUMBER, *NUMBERS]
DATE = f"la corte de mi hija {NAME} es el 14 de enero de 2029 a las 8 y media de la mañana en {PLACE}"
QUESTION = f"¿Qué papeles pide la escuela para mi prima {WORD}? Su número es A{ALIEN_NUMBER}"


@dataclass
class Scene:
    """What was done, and what the disk held while all was running and after it had stopped."""

    puente: Puente
    run: Supervised
    folders: tuple[Path, ...]
    bodies: list[str] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    places: dict[str, bytes] = field(default_factory=dict)

    def look(self, when: str) -> None:
        found = read_files(*self.folders) | read_tables(self.puente.settings.var / "puente.db")
        self.places |= {f"{when} {place}": content for place, content in found.items()}


@pytest.fixture(scope="module")
def scene(rasa_runtime: None, process_table: None, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    var, logs, temporary, outside = (tmp_path_factory.mktemp(name) for name in ("var", "logs", "tmp", "carrier"))
    settings = build_settings(var)
    puente = Puente(settings)
    puente.carrier = Carrier(settings, outside)
    environment = environment_of(settings) | {"TMPDIR": str(temporary)}
    scene = Scene(puente, Supervised(settings, environment, logs), (var, logs, temporary))
    try:
        puente.carrier.start()
        scene.run.start_all()
        for happening in HAPPENINGS:
            happening(scene)
        scene.look("running")
    finally:
        scene.run.end()
        puente.carrier.process.end()
    scene.look("stopped")
    scene.bodies = read_bodies(puente)
    return scene


def read_bodies(puente: Puente) -> list[str]:
    vault = wiring.build_vault(puente.settings)
    return [vault.open(sealed, "message.body") for (sealed,) in puente.rows("SELECT body_sealed FROM message")]


def all_goes_well(scene: Scene) -> None:
    for person in (NUMBER, f"whatsapp:{WHATSAPP_NUMBER}"):
        status = "read" if person.startswith("whatsapp") else "delivered"
        scene.puente.until_answered(scene.puente.text(person, QUESTION, profile_name=NAME), status=status)
    for text in (DATE, "1"):
        scene.puente.until_answered(scene.puente.text(f"whatsapp:{WHATSAPP_NUMBER}", text), status="read")
    form = scene.puente.carrier.take_message(NUMBER, WORD)
    media = {"NumMedia": "1", "MediaUrl0": f"https://api.twilio.com/{WORD}", "MediaContentType0": "image/jpeg"}
    assert scene.puente.post({**form, "Body": "", **media}) == 200
    scene.puente.until_answered(form)


def the_bot_fails(scene: Scene) -> None:
    scene.run.kill("bot.serve")
    form = scene.puente.text(OTHER_NUMBERS[0], QUESTION)
    scene.puente.until_answered(form)
    assert scene.run.says("the bot gives no answer")


def the_actions_fail(scene: Scene) -> None:
    settings = scene.puente.settings
    scene.run.kill("worker")
    headers = {"X-Puente-Token": wiring.read_token(settings.bot_token)}
    turn: dict[str, Any] = {"text": QUESTION, "session": "s-1", "language": "es", "slots": {}, "dialogue": True}
    door = f"{settings.bot_urls[0]}/webhooks/puente/turn"
    for body in (turn, {**turn, "slots": {WORD: NUMBER}}, {"text": [WORD], NAME: NUMBER}, {**turn, "session": NUMBER}):
        requests.post(door, json=body, headers=headers, timeout=20)
    requests.post(door, data=QUESTION.encode(), headers=headers, timeout=20)
    requests.post(door, json=turn, headers={"X-Puente-Token": NAME}, timeout=20)
    scene.run.wait_until_mended()


def the_carrier_fails(scene: Scene) -> None:
    kinds = ("too_many_requests", "bad_gateway_after", "drop_after", "server_error")
    scene.puente.carrier.order_faults(*({"kind": kind} for kind in kinds))
    scene.puente.carrier.order_faults({"call": "ListMessage", "kind": "bad_gateway"})
    scene.puente.until_answered(scene.puente.text(OTHER_NUMBERS[1], QUESTION))
    scene.puente.carrier.plan_callbacks("in_order", error_code=30005)
    scene.puente.until_answered(scene.puente.text(OTHER_NUMBERS[2], QUESTION), status="undelivered")
    scene.puente.carrier.plan_callbacks("in_order")
    scene.puente.carrier.block(NUMBER)
    scene.puente.until_answered(scene.puente.text(NUMBER, "PERSONA"), status="failed")
    odd = scene.puente.text(f"{NUMBER}x{NAME}", QUESTION)  # the carrier's refusal quotes such an address
    scene.puente.until_answered(odd, status="failed")


def a_worker_dies(scene: Scene) -> None:
    scene.puente.carrier.order_faults({"kind": "slow", "delay_s": 4.0})
    form = scene.puente.text(OTHER_NUMBERS[3], QUESTION)
    until(lambda: "sending" in [reply[2] for reply in scene.puente.replies(form)], "it is being sent")
    scene.run.kill("worker")
    scene.puente.until_answered(form)


def the_database_fails(scene: Scene) -> None:
    form = scene.puente.carrier.take_message(OTHER_NUMBERS[4], QUESTION)
    with scene.run.table_away("message"):
        assert scene.puente.post(form) == 500
    with scene.run.table_away("outbox"):
        assert scene.puente.post(form) == 200
        until(lambda: scene.run.says("failed, call"), "the worker has tried in vain")
    scene.puente.until_answered(form)


def webhooks_are_refused(scene: Scene) -> None:
    puente, web = scene.puente, scene.puente.settings.public_url
    form = puente.carrier.take_message(NUMBER, QUESTION)
    status = {"MessageSid": WORD, "To": NUMBER, "MessageStatus": "sent", "Body": WORD}
    scene.refusals = [
        puente.post(form, X_Twilio_Signature=""),
        puente.post(form, X_Twilio_Signature=NAME, X_Twilio_Webhooks_Signature_Settings=f"key={NAME},algorithm={WORD}"
                    .encode().decode("latin-1")),
        puente.post({**form, "MessageSid": WORD}),
        puente.post({**form, "From": f"messenger:{NUMBER}"}),
        puente.post(status, path=f"/twilio/status?o={NAME}&to=%2B{NUMBER[1:]}"),
        puente.post({**form, "Body": WORD * 8000}),
        requests.post(f"{web}/twilio/messages?Body={WORD}&From={NUMBER}", json=form, timeout=15).status_code,
        requests.get(f"{web}/twilio/messages?Body={WORD}", timeout=15).status_code,
        requests.get(f"{web}/{WORD}/{NUMBER}?q={NAME}", headers={"Referer": NAME}, timeout=15).status_code,
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", puente.settings.port), timeout=15) as door:
        door.sendall(f"NONSENSE {NAME} {NUMBER}\r\n{WORD}\r\n\r\n".encode())
        door.recv(1000)


HAPPENINGS = (
    all_goes_well,
    webhooks_are_refused,
    the_carrier_fails,
    the_database_fails,
    a_worker_dies,
    the_actions_fail,
    the_bot_fails,
)


def test_the_words_came_through_and_the_seals_can_be_opened(scene: Scene) -> None:
    assert sum(WORD in body for body in scene.bodies) >= 8


def test_a_date_was_kept_with_a_childs_name_and_a_place(scene: Scene) -> None:
    kept = scene.puente.rows("SELECT place_sealed, child_sealed FROM appointment")

    assert [all(sealed) for sealed in kept] == [True]


def test_a_government_number_is_not_even_kept_sealed(scene: Scene) -> None:
    assert [body for body in scene.bodies if ALIEN_NUMBER in body] == []


def test_what_is_not_a_signed_message_was_refused(scene: Scene) -> None:
    assert scene.refusals == [403, 403, 400, 400, 400, 413, 403, 405, 404]


@pytest.mark.parametrize("when", ["running", "stopped"])
def test_no_table_and_no_file_of_the_service_tells_the_words_or_the_numbers(scene: Scene, when: str) -> None:
    places = {place: content for place, content in scene.places.items() if place.startswith(when)}

    assert any(place.endswith("puente.db") for place in places)
    assert any(place.endswith("message.body_sealed") for place in places)
    assert when == "stopped" or any(place.endswith("puente.db-wal") and places[place] for place in places)
    assert find_traces(places, SECRETS) == []


def test_no_process_said_the_words_or_the_numbers(scene: Scene) -> None:
    said = scene.run.output()

    assert all(words in said for words in ("puente: ", '"from": "service.delivery"', '"from": "channels.twilio', "bot"))
    assert find_traces({"the log": said.encode()}, SECRETS) == []


@pytest.mark.parametrize("word", [WORD, NUMBER[2:]])
def test_the_search_would_find_it_in_every_form(word: str) -> None:
    planted = {
        "plain": f"… {word} …".encode(),
        "wide": f"… {word} …".encode("utf-16"),
        "in base64": base64.b64encode(f"x{word} …".encode()),
        "in base64 further on": base64.b64encode(f"xy{word} …".encode()),
        "in a URL": f"?q={quote(word)}&b=".encode(),
        "in JSON": json.dumps({"a": word}).encode(),
        "hexadecimal": word.encode().hex().encode(),
    }

    found = {trace.partition(":")[0] for trace in find_traces(planted, [word])}

    assert found == planted.keys()
