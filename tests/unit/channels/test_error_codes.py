"""What each error of the carrier leads to."""

from typing import Any

import pytest

from channels.twilio.error_codes import RULES, Do, outcome_of_api_error, outcome_of_report
from conversation.ports import Refused, RetryLater, Unknown

HOUR = 3600.0


def test_every_api_error_sample_leads_to_its_outcome(samples: dict[str, Any]) -> None:
    errors = samples["api_errors"]

    outcomes = {
        name: outcome_of_api_error(error["status"], error.get("body", {}).get("code")) for name, error in errors.items()
    }

    assert outcomes == {
        "invalid_to": Refused(21211),
        "region_not_enabled": Refused(21408, operator=True),
        "opted_out": Refused(21610, opted_out=True),
        "queue_full": RetryLater(21611, 300.0),
        "not_mobile": Refused(21614),
        "body_too_long": Refused(21617),
        "content_variables": Refused(21656, operator=True),
        "bad_credentials": Refused(20003, operator=True),
        "not_found": Refused(20404, operator=True),
        "too_many_requests": RetryLater(20429, 0.5),
        "server_error": Unknown("http_500"),
        "bad_gateway_html": Unknown("http_502"),
        "rfc9457_problem": Refused(20001, operator=True),
    }


@pytest.mark.parametrize(("asked_s", "wait_s"), [(None, 0.5), (0.0, 0.5), (7.0, 7.0), (1e9, 3600.0), (-5.0, 0.5)])
def test_429_waits_as_asked_within_reason(asked_s: float | None, wait_s: float) -> None:
    assert outcome_of_api_error(429, 20429, asked_s) == RetryLater(20429, wait_s)


def test_429_from_a_proxy_without_a_code_is_429_all_the_same() -> None:
    assert outcome_of_api_error(429, None) == RetryLater(20429, 0.5)


@pytest.mark.parametrize("status", [100, 302, 408, 500, 502, 503, 504, 599])
@pytest.mark.parametrize("code", [None, 21610, 20500])
def test_an_answer_that_is_no_refusal_leaves_the_outcome_unknown_whatever_its_code(
    status: int, code: int | None
) -> None:
    assert outcome_of_api_error(status, code) == Unknown(f"http_{status}")


@pytest.mark.parametrize("code", [99999, None])
def test_a_refusal_that_we_do_not_understand_goes_to_a_person(code: int | None) -> None:
    assert outcome_of_api_error(400, code) == Refused(code or 400, operator=True)


def test_a_phone_out_of_reach_is_tried_after_1_6_and_24_hours_and_then_no_more() -> None:
    outcomes = [outcome_of_report(30003, attempt=attempt) for attempt in range(4)]

    assert outcomes == [
        RetryLater(30003, HOUR),
        RetryLater(30003, 6 * HOUR),
        RetryLater(30003, 24 * HOUR),
        Refused(30003),
    ]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (30004, Refused(30004)),
        (30007, Refused(30007, operator=True)),
        (30034, Refused(30034, operator=True)),
        (21610, Refused(21610, opted_out=True)),
        (63014, Refused(63014, opted_out=True)),
        (63016, Refused(63016)),
        (63018, RetryLater(63018, HOUR)),
        (77777, Unknown("report_77777")),
        (None, Unknown("report_without_code")),
    ],
)
def test_a_reported_failure_leads_to_its_outcome(code: int | None, outcome: object) -> None:
    assert outcome_of_report(code) == outcome


def test_every_status_sample_with_an_error_has_a_rule(status_sample: dict[str, Any]) -> None:
    code = status_sample["form"].get("ErrorCode")

    assert code is None or int(code) in RULES


def test_every_rule_says_what_it_means_and_waits_only_when_it_retries() -> None:
    wrong = [
        code
        for code, rule in RULES.items()
        if not rule.meaning or bool(rule.delays_s) != (rule.do is Do.RETRY) or any(wait <= 0 for wait in rule.delays_s)
    ]

    assert wrong == []
