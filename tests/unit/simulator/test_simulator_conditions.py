"""The weather around a phone: what a page may order, what it means for the next text, and when it is over."""

import pytest
from starlette.datastructures import FormData

from conversation.messages import Channel
from simulator.api.callbacks import CallbackOrder
from simulator.api.faults import Fault, FaultKind
from simulator.api.keywords import find_keyword
from simulator.phones.conditions import FOR_EVER, HANG_S, Conditions, PostTrouble, SendTrouble
from simulator.phones.handsets import MOST_PHONES, Handset, Handsets
from simulator.phones.person_messages import Choice, ChoiceKind
from simulator.phones.phone_forms import FormRefused, Special, parse_conditions, parse_name, parse_person_message
from simulator.phones.plain_words import explain_code
from simulator.phones.sample_media import MediaKind
from simulator.settings import SimulatorSettings, StopHandling

SETTINGS = SimulatorSettings(account_sid="AC" + "0" * 31 + "1", auth_token="t", public_url="http://127.0.0.1:8000")
ORDER = {
    "send": "too_many",
    "send_count": "2",
    "delay": "30",
    "callbacks": "doubled",
    "post": "twice",
    "post_count": "-1",
}


def form(*pairs: tuple[str, str], **fields: str) -> FormData:
    return FormData([*pairs, *fields.items()])


@pytest.fixture
def handsets() -> Handsets:
    return Handsets(SETTINGS)


@pytest.fixture
def whatsapp(handsets: Handsets) -> Handset:
    return handsets.by_id["whatsapp"]


@pytest.fixture
def sms(handsets: Handsets) -> Handset:
    return handsets.by_id["sms"]


# Conditions


def test_an_order_of_the_page_is_read() -> None:
    conditions = parse_conditions(form(**ORDER))

    assert conditions == Conditions(
        SendTrouble.TOO_MANY, 2, PostTrouble.TWICE, FOR_EVER, delay_s=30, callbacks=CallbackOrder.DOUBLED
    )


@pytest.mark.parametrize("field", ORDER)
@pytest.mark.parametrize("value", ["", "1e9", "thunder"])
def test_an_unknown_condition_is_refused(field: str, value: str) -> None:
    with pytest.raises(FormRefused):
        parse_conditions(form(**(ORDER | {field: value})))


def test_a_trouble_ends_when_it_has_been_met_often_enough() -> None:
    twice = Conditions(send=SendTrouble.FILTERED, send_left=2)

    once, over = twice.after_send(), twice.after_send().after_send()

    assert (once.later_error, once.send_left) == (30007, 1)
    assert over == Conditions()


def test_a_trouble_for_ever_does_not_end() -> None:
    always = Conditions(send=SendTrouble.DROP, send_left=FOR_EVER, post=PostTrouble.UNSIGNED, post_left=FOR_EVER)

    assert always.after_send().after_post() == always


@pytest.mark.parametrize(
    ("trouble", "fault", "code"),
    [
        (SendTrouble.NONE, None, None),
        (SendTrouble.TOO_MANY, Fault(FaultKind.TOO_MANY_REQUESTS, retry_after_s=3), None),
        (SendTrouble.HANG, Fault(FaultKind.SLOW_AFTER, delay_s=HANG_S), None),
        (SendTrouble.OUT_OF_REACH, None, 30003),
        (SendTrouble.NOBODY, None, 30005),
        (SendTrouble.FILTERED, None, 30007),
    ],
)
def test_a_trouble_is_met_either_at_the_request_or_later(
    trouble: SendTrouble, fault: Fault | None, code: int | None
) -> None:
    conditions = Conditions(send=trouble, send_left=1)

    assert (conditions.fault, conditions.later_error, conditions.plan().error_code) == (fault, code, code)


def test_every_trouble_can_be_met_and_is_said_in_words() -> None:
    for trouble in set(SendTrouble) - {SendTrouble.NONE}:
        conditions = Conditions(send=trouble, send_left=1)

        assert (conditions.fault is None) != (conditions.later_error is None)
        assert conditions.describe()[0].endswith(": the next one")


def test_every_code_that_can_be_ordered_is_explained() -> None:
    codes = {Conditions(send=trouble).later_error for trouble in SendTrouble} - {None}

    assert len(codes) == 4
    assert [code for code in codes if explain_code(code) == explain_code(99999)] == []
    assert explain_code(None) == ""


def test_a_delay_moves_every_step_of_a_delivery() -> None:
    usual, late = Conditions().plan(), Conditions(delay_s=30).plan()

    assert [round(b - a, 3) for a, b in zip(usual.delays_s, late.delays_s, strict=True)] == [30, 30, 30]
    assert Conditions().describe() == []


# What people send


def test_an_empty_composer_sends_nothing(sms: Handset) -> None:
    assert parse_person_message(form(text=""), sms) is None


def test_line_breaks_of_a_browser_are_those_of_a_phone(sms: Handset) -> None:
    sent = parse_person_message(form(text="uno\r\ndos"), sms)

    assert sent is not None
    assert sent.text == "uno\ndos"


def test_ten_files_go_and_eleven_do_not(sms: Handset) -> None:
    two_kinds = [("media", "photo"), ("media", "voice")]

    sent = parse_person_message(form(*two_kinds, kind="media", count="5"), sms)

    assert sent is not None
    assert sent.media == (MediaKind.PHOTO,) * 5 + (MediaKind.VOICE,) * 5
    with pytest.raises(FormRefused):
        parse_person_message(form(*two_kinds, kind="media", count="6"), sms)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "telepathy"},
        {"kind": "media"},
        {"kind": "media", "media": "photo", "count": "0"},
        {"kind": "media", "media": "photo", "count": "-1"},
        {"kind": "media", "media": "photo", "count": "many"},
        {"kind": "media", "media": "photo", "count": "1" * 5_000},
        {"kind": "location", "spot": "home"},
        {"kind": "choice", "bubble": "b-1", "index": "0"},
        {"kind": "reply", "reply_text": "", "payload": "x", "reply_kind": "button"},
        {"kind": "reply", "reply_text": "a", "payload": "x" * 201, "reply_kind": "button"},
        {"kind": "reply", "reply_text": "a", "payload": "x", "reply_kind": "lever"},
        {"kind": "special", "special": "dance"},
        {"kind": "special", "special": "reaction"},
        {"text": "a" * 1601},
    ],
    ids=str,
)
def test_what_no_phone_can_send_is_refused(whatsapp: Handset, fields: dict[str, str]) -> None:
    with pytest.raises(FormRefused):
        parse_person_message(form(**fields), whatsapp)


@pytest.mark.parametrize("special", [Special.EDITED, Special.DELETED, Special.POLL])
def test_what_only_whatsapp_knows_is_refused_on_an_sms_phone(sms: Handset, whatsapp: Handset, special: Special) -> None:
    sent = parse_person_message(form(kind="special", special=special), whatsapp)

    assert sent is not None
    assert (sent.text, sent.whatsapp_type) == ("", "unsupported")
    with pytest.raises(FormRefused):
        parse_person_message(form(kind="special", special=special), sms)


def test_a_long_text_is_as_long_as_a_message_may_be(sms: Handset) -> None:
    sent = parse_person_message(form(kind="special", special="long"), sms)

    assert sent is not None
    assert len(sent.text) == 1600


def test_a_made_up_button_has_the_id_that_was_typed(sms: Handset, whatsapp: Handset) -> None:
    fields = {"kind": "reply", "reply_text": "Sí", "payload": "'; DROP", "reply_kind": "list"}

    sent = parse_person_message(form(**fields), whatsapp)

    assert sent is not None
    assert sent.choice == Choice("Sí", "'; DROP", ChoiceKind.LIST)
    with pytest.raises(FormRefused):
        parse_person_message(form(**fields), sms)


def test_a_name_is_one_line_and_not_too_long() -> None:
    assert parse_name(form(name="  Tía \r\n Rosa "), "name") == "Tía Rosa"
    with pytest.raises(FormRefused):
        parse_name(form(name="a" * 41), "name")


# Phones


def test_more_phones_have_other_names_numbers_and_addresses(handsets: Handsets) -> None:
    for channel in (Channel.SMS, Channel.WHATSAPP):
        handsets.add(channel)

    phones = list(handsets.by_id.values())

    assert [phone.id for phone in phones] == ["sms", "whatsapp", "sms-2", "whatsapp-2"]
    assert len({phone.number for phone in phones}) == len({phone.name for phone in phones}) == 4


def test_there_is_room_for_a_few_phones_and_the_last_one_stays(handsets: Handsets) -> None:
    while handsets.add(Channel.SMS):
        pass
    full = len(handsets.by_id)

    removed = [handsets.remove(phone) for phone in list(handsets.by_id.values())]

    assert full == MOST_PHONES
    assert removed == [True] * (MOST_PHONES - 1) + [False]


def test_a_phone_that_hides_its_number_is_found_by_its_id(handsets: Handsets, whatsapp: Handset) -> None:
    whatsapp.hides_number = True

    assert whatsapp.address == "whatsapp:US.1000012025550124"
    assert handsets.find_by_address(whatsapp.address) is whatsapp
    assert handsets.find_by_address("whatsapp:+12025550124") is None


def test_a_new_person_finds_nothing_of_the_one_before(handsets: Handsets, whatsapp: Handset) -> None:
    whatsapp.shared_with, whatsapp.hides_number = "Ana", True

    handsets.give_to_new_person(whatsapp)

    assert (whatsapp.shared_with, whatsapp.hides_number, whatsapp.bubbles, whatsapp.events) == ("", False, {}, {})
    assert whatsapp.number != "+12025550124"


def test_words_of_an_organisation_are_keywords_under_advanced_opt_out_alone() -> None:
    found = {handling: find_keyword("alto", handling) for handling in StopHandling}

    assert found == {StopHandling.CARRIER: None, StopHandling.ADVANCED: "STOP", StopHandling.OURS: None}
