"""What the phones post, held against requests seen from Twilio."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simulator.api.memory import Direction, Status, TwilioMessage
from simulator.api.webhooks import PostOutcome, opt_out_type, sms_form, status_form, whatsapp_form
from simulator.phones.plain_words import describe_delivery, describe_webhook
from simulator.settings import StopHandling

ACCOUNT = "AC" + "0" * 31 + "1"
SAMPLES = json.loads(
    (Path(__file__).parents[2] / "fixtures" / "twilio" / "webhook_samples.json").read_text(encoding="utf-8")
)


def inbound(sender: str = "+19565550142", to: str = "+12025550100") -> TwilioMessage:
    now = datetime(2026, 6, 1, 15, 31, tzinfo=UTC)
    return TwilioMessage(
        sid="SM" + "1" * 32,
        direction=Direction.INBOUND,
        sender=sender,
        to=to,
        body="Hola",
        status=Status.RECEIVED,
        created=now,
        updated=now,
    )


def outbound(to: str, *, status: Status, error_code: int | None = None) -> TwilioMessage:
    sender = "whatsapp:+12025550100" if to.startswith("whatsapp:") else "+12025550100"
    now = datetime(2026, 6, 1, 15, 31, tzinfo=UTC)
    return TwilioMessage(
        sid="SM" + "2" * 32,
        direction=Direction.OUTBOUND,
        sender=sender,
        to=to,
        body="Hola",
        status=status,
        created=now,
        updated=now,
        error_code=error_code,
    )


def sample(kind: str, name: str) -> dict[str, Any]:
    form: dict[str, Any] = next(entry["form"] for entry in SAMPLES[kind] if entry["name"] == name)
    return form


def test_an_sms_has_every_field_of_a_real_one() -> None:
    form = sms_form(inbound(), ACCOUNT)

    real = sample("inbound", "sms_text_spanish")
    assert set(form) == set(real)
    assert (form["FromCity"], form["FromState"], form["FromZip"]) == ("MCALLEN", "TX", "78501")
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"]


def test_a_number_of_an_unknown_place_has_blank_fields_not_missing_ones() -> None:
    form = sms_form(inbound("+19995550142"), ACCOUNT)

    assert (form["FromCity"], form["FromState"], form["FromZip"], form["FromCountry"]) == ("", "", "", "US")


def test_a_whatsapp_text_has_every_field_of_a_real_one() -> None:
    form = whatsapp_form(inbound("whatsapp:+13055550177", "whatsapp:+12025550100"), ACCOUNT, "Perfil de Prueba")

    real = sample("inbound", "whatsapp_text")
    assert set(form) == set(real)
    assert form["ChannelMetadata"] == real["ChannelMetadata"]
    assert (form["WaId"], form["From"]) == ("13055550177", "whatsapp:+13055550177")


@pytest.mark.parametrize(
    ("name", "status", "error_code"),
    [
        ("sms_sent", Status.SENT, None),
        ("sms_delivered", Status.DELIVERED, None),
        ("sms_undelivered_30003", Status.UNDELIVERED, 30003),
    ],
)
def test_an_sms_status_has_every_field_of_a_real_one(name: str, status: Status, error_code: int | None) -> None:
    form = status_form(outbound("+19565550142", status=status, error_code=error_code), status, ACCOUNT)

    real = sample("status_callbacks", name)
    assert set(form) == set(real)
    assert form.get("ErrorCode") == real.get("ErrorCode")


@pytest.mark.parametrize("status", [Status.SENT, Status.DELIVERED, Status.READ])
def test_a_whatsapp_status_hides_the_end_of_the_number(status: Status) -> None:
    form = status_form(outbound("whatsapp:+13055550177", status=status), status, ACCOUNT)

    real = sample("status_callbacks", f"whatsapp_{status.value}")
    assert form["ChannelToAddress"] == real["ChannelToAddress"]
    assert form.get("EventType") == real.get("EventType")


def test_a_late_sent_callback_of_a_failed_message_does_not_carry_its_error() -> None:
    form = status_form(outbound("+19565550142", status=Status.UNDELIVERED, error_code=30003), Status.SENT, ACCOUNT)

    assert "ErrorCode" not in form


def test_only_advanced_opt_out_says_so_in_the_webhook() -> None:
    said = {handling: opt_out_type(handling, "STOP") for handling in StopHandling}

    assert said == {StopHandling.CARRIER: None, StopHandling.ADVANCED: "STOP", StopHandling.OURS: None}
    assert sms_form(inbound(), ACCOUNT, "STOP")["OptOutType"] == "STOP"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (PostOutcome(200, content_type="text/xml"), None),
        (PostOutcome(403, content_type="text/plain"), "webhook answered 403"),
        (PostOutcome(302, content_type="text/xml"), "webhook answered 302"),
        (PostOutcome(200, content_type="application/json"), "webhook answered 200, but not TwiML (12300)"),
        (PostOutcome(None, "nobody listens there"), "webhook: nobody listens there"),
    ],
)
def test_a_webhook_that_is_not_answered_well_is_described(outcome: PostOutcome, words: str | None) -> None:
    assert describe_webhook(outcome) == words


def test_a_failed_delivery_names_its_code() -> None:
    assert describe_delivery(outbound("+19565550142", status=Status.FAILED, error_code=30001)) == "failed (30001)"
