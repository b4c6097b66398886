"""Every inbound sample, and what a hostile or confused world puts into the fields."""

from datetime import UTC, datetime
from typing import Any

import pytest

from channels.twilio.addresses import parse_address, render_address
from channels.twilio.parse import parse_message
from conversation.errors import BadRequestFromCarrier
from conversation.messages import Address, Channel, Command, InboundMessage, Location, MessageKind

NOW = datetime(2026, 6, 1, 15, 31, tzinfo=UTC)
SID = "SM" + "0" * 32

KINDS = {
    "sms_empty_body": MessageKind.EMPTY,
    "mms_one_image": MessageKind.IMAGE,
    "mms_two_images_and_text": MessageKind.IMAGE,
    "mms_audio_amr": MessageKind.AUDIO,
    "mms_video": MessageKind.VIDEO,
    "mms_vcard": MessageKind.CONTACTS,
    "whatsapp_image_with_caption": MessageKind.IMAGE,
    "whatsapp_image_no_caption": MessageKind.IMAGE,
    "whatsapp_voice_note": MessageKind.AUDIO,
    "whatsapp_document": MessageKind.DOCUMENT,
    "whatsapp_video": MessageKind.VIDEO,
    "whatsapp_sticker": MessageKind.STICKER,
    "whatsapp_contact_card": MessageKind.CONTACTS,
    "whatsapp_location_bare": MessageKind.LOCATION,
    "whatsapp_location_named": MessageKind.LOCATION,
    "whatsapp_quick_reply": MessageKind.BUTTON,
    "whatsapp_list_reply": MessageKind.BUTTON,
}
COMMANDS = {
    "sms_stop_advanced_opt_out": Command.STOP,
    "sms_start_advanced_opt_out": Command.START,
    "sms_help_advanced_opt_out": Command.HELP,
}


def parse(**fields: str) -> InboundMessage:
    form = {"MessageSid": SID, "From": "+12025550123", "To": "+12025550100", "Body": "hola"} | fields
    return parse_message(form, NOW)


def sample(samples: dict[str, Any], name: str) -> InboundMessage:
    return parse_message(next(s["form"] for s in samples["inbound"] if s["name"] == name), NOW)


def test_every_sample_becomes_a_message(inbound_sample: dict[str, Any]) -> None:
    form, name = inbound_sample["form"], inbound_sample["name"]

    message = parse_message(form, NOW)

    assert message.provider_message_id == form["MessageSid"]
    assert (render_address(message.sender), render_address(message.recipient)) == (form["From"], form["To"])
    assert message.received_at == NOW
    assert message.kind is KINDS.get(name, MessageKind.TEXT)
    assert message.text == ("" if name == "whatsapp_document" else form["Body"])
    assert len(message.attachments) == int(form["NumMedia"])
    assert message.carrier_command is COMMANDS.get(name)
    assert message.state_hint == (form.get("FromState") or None)
    assert message.profile_name == form.get("ProfileName")


def test_nothing_of_a_person_is_in_the_repr_of_a_message(inbound_sample: dict[str, Any]) -> None:
    form = inbound_sample["form"]
    form = form | {"Body": form["Body"] and f"palabra {form['Body']}"}
    private = [form["From"].removeprefix("whatsapp:"), form.get("ProfileName"), form["Body"], form.get("MediaUrl0")]

    shown = repr(parse_message(form, NOW))

    assert [value for value in private if value and value in shown] == []


def test_whatsapp_number_has_the_scoped_id_as_alias(samples: dict[str, Any]) -> None:
    message = sample(samples, "whatsapp_text")

    assert message.sender == Address(Channel.WHATSAPP, "+13055550177")
    assert message.alias == Address(Channel.WHATSAPP, "US.1000000000000001")


def test_whatsapp_scoped_id_alone_has_no_alias(samples: dict[str, Any]) -> None:
    message = sample(samples, "whatsapp_text_user_id_only")

    assert message.sender == Address(Channel.WHATSAPP, "US.1000000000000002")
    assert message.alias is None


def test_whatsapp_scoped_id_with_a_number_beside_it_has_the_number_as_alias() -> None:
    message = parse(From="whatsapp:US.1000000000000002", ExternalUserId="US.1000000000000002", WaId="12025550123")

    assert message.alias == Address(Channel.WHATSAPP, "+12025550123")


def test_the_name_of_the_scoped_id_in_the_changelog_is_understood_too() -> None:
    message = parse(From="whatsapp:+12025550123", ExternalUserIdentifier="whatsapp:US.7")

    assert message.alias == Address(Channel.WHATSAPP, "US.7")


def test_sms_has_no_alias_whatever_the_form_says() -> None:
    assert parse(ExternalUserId="US.7", WaId="12025550123").alias is None


def test_a_tapped_button_brings_our_id_and_its_words(samples: dict[str, Any]) -> None:
    button, item = sample(samples, "whatsapp_quick_reply"), sample(samples, "whatsapp_list_reply")

    assert (button.button, button.text) == ("lang_es", "Español")
    assert (item.button, item.text) == ("topic_school", "Escuela")


def test_a_button_without_body_shows_the_words_that_were_tapped() -> None:
    message = parse(Body="", ButtonPayload="lang_es", ButtonText="Español")

    assert message.text == "Español"


def test_a_document_by_mms_keeps_its_text_since_body_is_no_file_name_there() -> None:
    message = parse(Body="es de la corte", MediaUrl0="https://e.org/1", MediaContentType0="application/pdf")

    assert (message.kind, message.text) == (MessageKind.DOCUMENT, "es de la corte")


def test_a_location_is_read(samples: dict[str, Any]) -> None:
    message = sample(samples, "whatsapp_location_bare")

    assert message.location == Location(26.2034071, -98.2300124)


@pytest.mark.parametrize(("latitude", "longitude"), [("nan", "1"), ("91", "1"), ("1", "-181"), ("x", "1"), ("", "")])
def test_an_impossible_location_is_none_and_the_message_still_counts(latitude: str, longitude: str) -> None:
    message = parse(MessageType="location", Body="", Latitude=latitude, Longitude=longitude)

    assert (message.kind, message.location) == (MessageKind.LOCATION, None)


@pytest.mark.parametrize("count", ["", "x", "-1", "0", "99999999999999999999"])
def test_a_wrong_media_count_loses_no_attachment(count: str) -> None:
    message = parse(NumMedia=count, MediaUrl0="https://e.org/1", MediaContentType0="Audio/OGG; codecs=opus")

    assert [(a.url, a.content_type) for a in message.attachments] == [("https://e.org/1", "audio/ogg")]
    assert message.kind is MessageKind.AUDIO


@pytest.mark.parametrize("body", ["", " ", "\n\t", "\u200b\u200e", "\x00"])
def test_a_message_without_anything_visible_is_empty(body: str) -> None:
    assert parse(Body=body).kind is MessageKind.EMPTY


def test_a_message_without_body_field_is_empty() -> None:
    form = {"MessageSid": SID, "From": "+12025550123", "To": "+12025550100"}

    message = parse_message(form, NOW)

    assert (message.kind, message.text) == (MessageKind.EMPTY, "")


@pytest.mark.parametrize(
    "text",
    [
        "  dos espacios  y uno al final ",
        "El nin\u0303o esta\u0301",
        "👨‍👩‍👧🇬🇹 \U0001fae8",
        "مرحبا \u200fكيف",
        "á" * 5000,
        "uno\r\ndos\ttres",
        "<script>&amp;\"'",
    ],
    ids=["spaces", "decomposed", "emoji", "right_to_left", "very_long", "newlines", "markup"],
)
def test_the_text_is_kept_as_received(text: str) -> None:
    assert parse(Body=text).text == text


def test_control_characters_become_spaces_and_halves_of_pairs_the_replacement_character() -> None:
    message = parse(Body="a\x00b\x07c\x1bd\ud83de", ProfileName="x\x00y")

    assert message.text == "a b c d\ufffde"
    assert message.profile_name == "x y"
    assert message.text.encode()


@pytest.mark.parametrize(
    ("state", "country", "hint"),
    [
        ("TX", "US", "TX"),
        ("tx", "", "TX"),
        ("ON", "CA", None),
        ("CO", "MX", None),
        ("", "US", None),
        ("XX", "US", None),
    ],
)
def test_only_a_state_of_the_us_is_a_hint(state: str, country: str, hint: str | None) -> None:
    assert parse(FromState=state, FromCountry=country).state_hint == hint


def test_all_fifty_states_and_the_district_are_known() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

    known = [a + b for a in letters for b in letters if parse(FromState=a + b).state_hint]

    assert len(known) == 51


def test_a_type_that_is_new_to_us_is_judged_by_what_it_brings() -> None:
    kinds = [parse(MessageType="hologram").kind, parse(MessageType="hologram", Body="").kind]

    assert kinds == [MessageKind.TEXT, MessageKind.EMPTY]


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM123"},
        {"MessageSid": "SM" + "0" * 32 + "\nX"},
        {"From": ""},
        {"From": "  "},
        {"From": "whatsapp:"},
        {"From": "messenger:1000"},
        {"To": ""},
    ],
)
def test_a_form_that_is_no_message_is_refused_without_quoting_it(fields: dict[str, str]) -> None:
    with pytest.raises(BadRequestFromCarrier) as raised:
        parse(**fields)

    assert "1000" not in str(raised.value)
    assert "SM123" not in str(raised.value)


@pytest.mark.parametrize("written", ["+12025550123", "28581", "whatsapp:+12025550123", "whatsapp:US.1000000000000001"])
def test_an_address_is_written_as_it_was_read(written: str) -> None:
    assert render_address(parse_address(written)) == written
