"""The carrier's memory: forward only, stops by pair, the person's own keywords."""

from datetime import UTC, datetime

import pytest

from simulator.api.keywords import find_keyword
from simulator.api.memory import Carrier, Status, TwilioMessage
from simulator.api.rules import parse_new_message
from simulator.settings import SimulatorSettings, StopHandling

PERSON, OURS = "+12025550123", "+12025550100"


def carrier(handling: StopHandling = StopHandling.CARRIER) -> Carrier:
    settings = SimulatorSettings(
        account_sid="AC" + "0" * 32, auth_token="t", public_url="http://127.0.0.1:9", stop_handling=handling
    )
    return Carrier(settings, lambda: datetime.now(UTC))


def add(carrier: Carrier) -> TwilioMessage:
    return carrier.add_outbound(parse_new_message([("To", PERSON), ("From", OURS), ("Body", "hola")]))


@pytest.mark.parametrize("late", [Status.QUEUED, Status.SENT, Status.UNDELIVERED, Status.DELIVERED])
def test_a_status_never_goes_back(late: Status) -> None:
    memory = carrier()
    sid = add(memory).sid
    memory.advance(sid, Status.DELIVERED)

    memory.advance(sid, late, 30003)

    assert (memory.messages[sid].status, memory.messages[sid].error_code) == (Status.DELIVERED, None)


def test_a_message_that_fails_before_it_is_sent_has_no_time_of_sending() -> None:
    memory = carrier()
    sid = add(memory).sid

    memory.advance(sid, Status.FAILED, 30001)

    assert memory.messages[sid].sent is None


def test_a_deleted_message_moves_no_more() -> None:
    memory = carrier()
    sid = add(memory).sid
    memory.remove(sid)

    assert memory.advance(sid, Status.SENT) is None
    assert memory.messages == {}


def test_changes_are_told() -> None:
    memory = carrier()
    told: list[Status] = []
    memory.on_change.append(lambda message: told.append(message.status))

    memory.advance(add(memory).sid, Status.SENT)

    assert told == [Status.QUEUED, Status.SENT]


def test_neither_text_nor_number_is_in_the_repr() -> None:
    message = add(carrier())

    assert "hola" not in repr(message)
    assert "555" not in repr(message)


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("STOP", "STOP"),
        (" stop \n", "STOP"),
        ("StopAll", "STOP"),
        ("unstop", "START"),
        ("Info", "HELP"),
        ("stop please", None),
        ("ALTO", None),
        ("", None),
    ],
)
def test_the_carrier_knows_its_own_words_and_only_whole_messages(text: str, keyword: str | None) -> None:
    assert find_keyword(text) == keyword


def test_the_carrier_answers_a_stop_once_and_a_start_only_after_a_stop() -> None:
    memory = carrier()

    answers = [
        memory.apply_keyword(person=PERSON, our_sender=OURS, keyword=keyword)
        for keyword in ("START", "STOP", "STOP", "HELP", "START", "HELP", None)
    ]

    assert answers == [False, True, False, False, True, True, False]


def test_a_carrier_told_to_keep_out_neither_blocks_nor_answers() -> None:
    memory = carrier(StopHandling.OURS)

    answered = memory.apply_keyword(person=PERSON, our_sender=OURS, keyword="STOP")

    assert not answered
    assert not memory.has_stopped(OURS, PERSON)
