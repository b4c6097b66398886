"""Status callbacks: every sample, every sequence by rank, and what we do not know."""

from typing import Any

import pytest

from channels.twilio.status import parse_status
from conversation.errors import BadRequestFromCarrier
from conversation.messages import DeliveryReport, DeliveryStatus

SID = "SM" + "d" * 32


def test_every_sample_becomes_a_report(status_sample: dict[str, Any]) -> None:
    form = status_sample["form"]
    expected = {"queued": "accepted", "canceled": "dropped"}.get(form["MessageStatus"], form["MessageStatus"])

    report = parse_status(form, {"o": "ob_1"})

    error_code = int(form["ErrorCode"]) if "ErrorCode" in form else None
    assert report == DeliveryReport("twilio", form["MessageSid"], DeliveryStatus(expected), "ob_1", error_code)


def test_every_sequence_ends_as_it_says_when_only_higher_ranks_are_taken(samples: dict[str, Any]) -> None:
    forms = {sample["name"]: sample["form"] for sample in samples["status_callbacks"]}

    endings = {}
    for sequence in samples["callback_sequences"]:
        status = DeliveryStatus.SENDING
        for name in sequence["order"]:
            report = parse_status(forms[name], {})
            assert report is not None
            status = report.status if report.status.rank > status.rank else status
        endings[sequence["name"]] = status

    assert endings == {sequence["name"]: sequence["final"] for sequence in samples["callback_sequences"]}


@pytest.mark.parametrize("status", ["", "received", "receiving", "teleported", "DROP TABLE"])
def test_a_status_that_we_do_not_know_is_no_report(status: str) -> None:
    assert parse_status({"MessageSid": SID, "MessageStatus": status}, {"o": "ob_1"}) is None


@pytest.mark.parametrize(
    ("status", "expected"), [("accepted", "accepted"), ("sending", "accepted"), ("partially_delivered", "sent")]
)
def test_a_status_never_claims_more_than_is_known(status: str, expected: str) -> None:
    report = parse_status({"MessageSid": SID, "MessageStatus": status}, {})

    assert report is not None
    assert report.status == expected


def test_the_old_field_name_of_the_status_still_counts() -> None:
    report = parse_status({"MessageSid": SID, "SmsStatus": "sent"}, {})

    assert report is not None
    assert report.status is DeliveryStatus.SENT


@pytest.mark.parametrize("outbox_id", ["", "a b", "x" * 65, "../../etc", "né", "1\n2"])
def test_an_outbox_id_of_another_shape_is_not_believed(outbox_id: str) -> None:
    report = parse_status({"MessageSid": SID, "MessageStatus": "sent"}, {"o": outbox_id})

    assert report is not None
    assert report.outbox_id is None


@pytest.mark.parametrize("code", ["", "0", "x", "-1", "1e3", "9" * 40, "٣"])
def test_an_error_code_that_is_none_is_none(code: str) -> None:
    report = parse_status({"MessageSid": SID, "MessageStatus": "failed", "ErrorCode": code}, {})

    assert report is not None
    assert report.error_code is None


def test_a_callback_without_message_id_is_refused() -> None:
    with pytest.raises(BadRequestFromCarrier):
        parse_status({"MessageStatus": "sent"}, {"o": "ob_1"})
