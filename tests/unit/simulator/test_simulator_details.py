"""What the phones read of a message from the application, good and odd."""

import pytest

from simulator.numbers import find_place, new_number
from simulator.phones.details import Details, find_outbox_id, parse_details
from simulator.phones.html import spaced_number


@pytest.mark.parametrize(
    ("url", "outbox_id"),
    [
        ("http://127.0.0.1:8000/twilio/status?o=01J-abc_9", "01J-abc_9"),
        ("http://127.0.0.1:8000/twilio/status?x=1&o=7", "7"),
        ("http://127.0.0.1:8000/twilio/status", None),
        ("http://127.0.0.1:8000/twilio/status?o=", None),
        ("http://127.0.0.1:8000/twilio/status?o=../../etc", None),
        ("http://127.0.0.1:8000/twilio/status?o=" + "a" * 65, None),
        ("http://[::1", None),
        (None, None),
    ],
)
def test_the_outbox_id_is_taken_from_the_callback_address_when_it_looks_like_one(
    url: str | None, outbox_id: str | None
) -> None:
    assert find_outbox_id(url) == outbox_id


def test_all_four_facts_are_read() -> None:
    body = b'{"answer": "school.enroll_documents", "language": "quc", "draft": true, "author": "bot", "more": 1}'

    assert parse_details(body) == Details("school.enroll_documents", "quc", True, "bot")


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"answer": 7, "language": "\\" onload=x", "draft": "yes", "author": []}', b'{"answer": null}'],
    ids=["nothing told", "wrong types", "null"],
)
def test_what_is_told_in_another_form_counts_as_not_told(body: bytes) -> None:
    assert parse_details(body) == Details()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"\xff", b'"text"'])
def test_anything_but_an_object_is_no_answer(body: bytes) -> None:
    assert parse_details(body) is None


def test_a_new_number_is_an_invented_one_of_a_known_place_and_not_taken() -> None:
    taken: set[str] = set()

    for _ in range(200):
        taken.add(new_number(frozenset(taken)))

    assert len(taken) == 200
    assert all(number[5:10] == "55501" and number[-2:] != "00" for number in taken)
    assert all(find_place(number).state for number in taken)


def test_when_all_numbers_are_taken_an_old_one_comes_back() -> None:
    everybody = frozenset(f"+1{area}5550{line}" for area in range(200, 1000) for line in range(100, 200))

    assert new_number(everybody) in everybody


def test_numbers_are_shown_in_groups_and_ids_as_they_are() -> None:
    shown = [spaced_number(number) for number in ("+12025550123", "whatsapp:+12025550123", "whatsapp:US.100000001")]

    assert shown == ["+1 202 555 0123", "+1 202 555 0123", "US.100000001"]
