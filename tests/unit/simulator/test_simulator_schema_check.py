"""Twilio's descriptions as kept here, and the judgement by them."""

import json
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from simulator.api.schema_check import SCHEMAS, RecordedRequest, SchemaCheck

MESSAGES = "/2010-04-01/Accounts/AC" + "0" * 32 + "/Messages.json"
FORM = {"content-type": "application/x-www-form-urlencoded", "authorization": "Basic QUM6eA=="}
JSON = {"content-type": "application/json", "authorization": "Basic QUM6eA=="}


@pytest.fixture(scope="module")
def check() -> SchemaCheck:
    return SchemaCheck()


def request(
    method: str, path: str, *, host: str = "api.twilio.com", body: bytes = b"", **changes: object
) -> RecordedRequest:
    values: dict[str, object] = {"query": (), "headers": FORM} | changes
    return RecordedRequest(host, method, path, body=body, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_each_description_is_valid_openapi_and_names_its_source(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))

    errors = [error.message for error in OpenAPIV30SpecValidator(document).iter_errors()]

    assert errors == []
    assert len(document["info"]["x-source"]["sha256"]) == 64


@pytest.mark.parametrize(
    "body",
    [
        b"To=%2B12025550123&From=%2B12025550100&Body=hola",
        b"To=%2B12025550123&MediaUrl=https%3A%2F%2Fa.example%2F1&MediaUrl=https%3A%2F%2Fa.example%2F2",
        b"To=%2B12025550123&Body=&SmartEncoded=true&ValidityPeriod=3600",
    ],
    ids=["plain", "a list", "booleans and numbers as text"],
)
def test_what_the_description_allows_passes(check: SchemaCheck, body: bytes) -> None:
    assert check.judge(request("POST", MESSAGES, body=body)) is None


@pytest.mark.parametrize("value", ["2026-01-01", "2026-01-01T00:00:00Z"])
def test_dates_are_taken_with_and_without_a_time(check: SchemaCheck, value: str) -> None:
    assert check.judge(request("GET", MESSAGES, query=(("DateSent>", value),))) is None


def test_json_bodies_are_closed(check: SchemaCheck) -> None:
    content = {"friendly_name": "a", "language": "es", "types": {"twilio/text": {"body": "x"}}}
    path, host = "/v1/Content", "content.twilio.com"

    good = check.judge(request("POST", path, host=host, headers=JSON, body=json.dumps(content).encode()))
    bad = check.judge(request("POST", path, host=host, headers=JSON, body=json.dumps(content | {"bogus": 1}).encode()))

    assert good is None
    assert bad is not None


@pytest.mark.parametrize(
    ("method", "path", "host"),
    [("PUT", MESSAGES, "api.twilio.com"), ("GET", "/nothing", "api.twilio.com"), ("GET", MESSAGES, "example.org")],
    ids=["method", "path", "host"],
)
def test_what_is_not_described_is_a_violation(check: SchemaCheck, method: str, path: str, host: str) -> None:
    violation = check.judge(request(method, path, host=host))

    assert violation is not None
    assert "no such path" in violation.reasons[0]


def test_the_exact_path_wins_over_a_placeholder(check: SchemaCheck) -> None:
    account = check.find_operation(request("GET", "/2010-04-01/Accounts/AC" + "0" * 32 + ".json"))
    message = check.find_operation(request("GET", MESSAGES.replace(".json", "/SM" + "a" * 32 + ".json")))

    assert account is not None
    assert account.id == "FetchAccount"
    assert message is not None
    assert message.path_values["Sid"] == "SM" + "a" * 32


def test_neither_requests_nor_reasons_show_what_was_sent(check: SchemaCheck) -> None:
    body = b"To=%2B12025550123&Body=secreto&ValidityPeriod=secreto&ScheduleType=secreto&SendAt=secreto"

    violation = check.judge(request("POST", MESSAGES, body=body, query=(("DateSent", "secreto"),)))

    assert violation is not None
    assert "secreto" not in repr(violation)
    assert "5550123" not in repr(violation)
