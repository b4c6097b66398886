"""Everything a phone can send, held against the requests that Twilio has been seen to make."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.twilio.parse import parse_message
from conversation.messages import Channel, MessageKind
from simulator.api.memory import Carrier, TwilioMessage
from simulator.api.webhooks import sms_form, whatsapp_form
from simulator.phones.person_messages import (
    SPOTS,
    UNSUPPORTED,
    Choice,
    ChoiceKind,
    PersonMessage,
    body_of,
    extra_fields,
    find_choices,
    media_files,
    split_for_channel,
)
from simulator.phones.sample_media import MediaKind, find_file
from simulator.settings import SimulatorSettings

ACCOUNT = "AC" + "0" * 31 + "1"
SETTINGS = SimulatorSettings(account_sid=ACCOUNT, auth_token="t", public_url="http://127.0.0.1:8000")
SAMPLES: dict[str, dict[str, Any]] = {
    sample["name"]: sample["form"]
    for sample in json.loads(
        (Path(__file__).parents[2] / "fixtures" / "twilio" / "webhook_samples.json").read_text(encoding="utf-8")
    )["inbound"]
}
NOW = datetime(2026, 6, 1, 15, 31, tzinfo=UTC)
QUOTED = "SM" + "a" * 32


def receive(sent: PersonMessage, sender: str, ours: str) -> TwilioMessage:
    channel = Channel.WHATSAPP if sender.startswith("whatsapp:") else Channel.SMS
    carrier = Carrier(SETTINGS, lambda: NOW)
    return carrier.add_inbound(person=sender, our_sender=ours, body=body_of(sent, channel), num_media=len(sent.media))


def urls_of(message: TwilioMessage) -> list[str]:
    start = f"http://127.0.0.1:8082/2010-04-01/Accounts/{ACCOUNT}/Messages/{message.sid}/Media/ME"
    return [f"{start}{number:032x}" for number in range(message.num_media)]


def form_by_sms(sent: PersonMessage) -> dict[str, str]:
    message = receive(sent, "+19565550142", "+12025550100")
    return sms_form(message, ACCOUNT) | extra_fields(
        sent, Channel.SMS, our_sender=message.to, media_urls=urls_of(message)
    )


def form_by_whatsapp(sent: PersonMessage, sender: str = "whatsapp:+13055550177") -> dict[str, str]:
    message = receive(sent, sender, "whatsapp:+12025550100")
    return whatsapp_form(message, ACCOUNT, "Perfil de Prueba") | extra_fields(
        sent, Channel.WHATSAPP, our_sender=message.to, media_urls=urls_of(message)
    )


def same_everywhere(form: dict[str, str]) -> dict[str, str]:
    """The fields whose values do not depend on who sent what when."""
    stable = ("NumMedia", "NumSegments", "MessageType", "SmsStatus", "ApiVersion", "ReferralNumMedia")
    return {name: value for name, value in form.items() if name in stable or name.startswith("MediaContentType")}


BY_SMS = {
    "sms_text_spanish": PersonMessage(text="Hola"),
    "sms_empty_body": PersonMessage(),
    "sms_tapback_text": PersonMessage(text="Le encantó “Su cita”"),
    "mms_one_image": PersonMessage(media=(MediaKind.PHOTO,)),
    "mms_audio_amr": PersonMessage(media=(MediaKind.VOICE,)),
    "mms_vcard": PersonMessage(media=(MediaKind.CONTACT,)),
}
BY_WHATSAPP = {
    "whatsapp_text": PersonMessage(text="Hola"),
    "whatsapp_image_with_caption": PersonMessage(text="esta es la carta", media=(MediaKind.PHOTO,)),
    "whatsapp_image_no_caption": PersonMessage(media=(MediaKind.PHOTO,)),
    "whatsapp_voice_note": PersonMessage(media=(MediaKind.VOICE,)),
    "whatsapp_video": PersonMessage(media=(MediaKind.VIDEO,)),
    "whatsapp_sticker": PersonMessage(media=(MediaKind.STICKER,)),
    "whatsapp_contact_card": PersonMessage(media=(MediaKind.CONTACT,)),
    "whatsapp_location_bare": PersonMessage(spot=SPOTS["pin"]),
    "whatsapp_location_named": PersonMessage(spot=SPOTS["library"]),
    "whatsapp_quick_reply": PersonMessage(choice=Choice("Español", "lang_es"), quoted_sid=QUOTED),
    "whatsapp_list_reply": PersonMessage(choice=Choice("Escuela", "topic_school", ChoiceKind.LIST), quoted_sid=QUOTED),
    "whatsapp_reply_to_ours": PersonMessage(text="sí, esa", quoted_sid=QUOTED),
}


@pytest.mark.parametrize("name", BY_SMS)
def test_an_sms_of_every_kind_has_the_fields_of_a_real_one(name: str) -> None:
    form = form_by_sms(BY_SMS[name])

    assert set(form) == set(SAMPLES[name])
    assert same_everywhere(form) == same_everywhere(SAMPLES[name])
    assert form["MessageSid"][:2] == SAMPLES[name]["MessageSid"][:2]


@pytest.mark.parametrize("name", BY_WHATSAPP)
def test_a_whatsapp_message_of_every_kind_has_the_fields_of_a_real_one(name: str) -> None:
    form = form_by_whatsapp(BY_WHATSAPP[name])

    assert set(form) == set(SAMPLES[name])
    assert same_everywhere(form) == same_everywhere(SAMPLES[name])
    assert form["MessageSid"][:2] == SAMPLES[name]["MessageSid"][:2]


def test_a_document_has_its_file_name_where_others_have_words() -> None:
    form = form_by_whatsapp(PersonMessage(text="no se ve", media=(MediaKind.PDF,)))

    real = {name: value for name, value in SAMPLES["whatsapp_document"].items() if "Forwarded" not in name}
    assert set(form) == set(real)
    assert form["Body"] == "letter.pdf"
    assert same_everywhere(form) == same_everywhere(real)


def test_a_person_who_hides_the_number_has_no_number_in_any_field() -> None:
    form = form_by_whatsapp(PersonMessage(text="Hola"), sender="whatsapp:US.1000000000000002")

    assert set(form) == set(SAMPLES["whatsapp_text_user_id_only"])
    assert form["ExternalUserId"] == "US.1000000000000002"
    assert form["ChannelMetadata"] == '{"type":"whatsapp","data":{"context":{"ProfileName":"Perfil de Prueba"}}}'


def test_by_sms_all_files_travel_together_and_on_whatsapp_each_alone() -> None:
    sent = PersonMessage(text="las cartas", media=(MediaKind.PHOTO, MediaKind.PDF, MediaKind.VOICE))

    together, apart = split_for_channel(sent, Channel.SMS), split_for_channel(sent, Channel.WHATSAPP)

    assert together == [sent]
    assert [(one.media, one.text) for one in apart] == [
        ((MediaKind.PHOTO,), "las cartas"),
        ((MediaKind.PDF,), ""),
        ((MediaKind.VOICE,), ""),
    ]
    assert set(form_by_sms(sent)) >= {"MediaUrl0", "MediaUrl1", "MediaUrl2", "MediaContentType2"}
    assert form_by_sms(sent)["NumMedia"] == "3"


def test_by_sms_a_place_is_a_link_and_an_answer_quotes_nothing() -> None:
    form = form_by_sms(PersonMessage(spot=SPOTS["library"], quoted_sid=QUOTED))

    assert form["Body"] == "https://maps.google.com/?q=26.2034071,-98.2300124"
    assert set(form) == set(SAMPLES["sms_text_spanish"])


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        *[
            (sent, MessageKind.TEXT)
            for sent in (PersonMessage(text="Hola"), PersonMessage(text="👍", quoted_sid=QUOTED))
        ],
        (PersonMessage(choice=Choice("Sí", "yes")), MessageKind.BUTTON),
        (PersonMessage(spot=SPOTS["pin"]), MessageKind.LOCATION),
        (PersonMessage(media=(MediaKind.PHOTO,)), MessageKind.IMAGE),
        (PersonMessage(media=(MediaKind.VOICE,)), MessageKind.AUDIO),
        (PersonMessage(media=(MediaKind.PDF,)), MessageKind.DOCUMENT),
        (PersonMessage(media=(MediaKind.VIDEO,)), MessageKind.VIDEO),
        (PersonMessage(media=(MediaKind.CONTACT,)), MessageKind.CONTACTS),
        (PersonMessage(media=(MediaKind.STICKER,)), MessageKind.STICKER),
        (PersonMessage(), MessageKind.EMPTY),
        (PersonMessage(whatsapp_type=UNSUPPORTED), MessageKind.EMPTY),
    ],
)
def test_the_application_reads_each_kind_as_what_it_is(sent: PersonMessage, kind: MessageKind) -> None:
    message = parse_message(form_by_whatsapp(sent), NOW)

    assert message.kind is kind
    assert len(message.attachments) == len(sent.media)
    assert message.button == (sent.choice.payload if sent.choice else None)


def test_each_sample_is_a_file_of_the_kind_it_says() -> None:
    starts = {kind: find_file(kind, Channel.WHATSAPP).read()[:8] for kind in MediaKind}

    assert starts[MediaKind.PHOTO].startswith(b"\xff\xd8\xff")
    assert starts[MediaKind.VOICE].startswith(b"OggS")
    assert starts[MediaKind.PDF].startswith(b"%PDF-")
    assert starts[MediaKind.VIDEO][4:] == b"ftyp"
    assert starts[MediaKind.CONTACT].startswith(b"BEGIN:VC")
    assert starts[MediaKind.STICKER].startswith(b"RIFF")
    assert find_file(MediaKind.VOICE, Channel.SMS).read().startswith(b"#!AMR\n")
    assert [file.name for file in media_files(PersonMessage(media=(MediaKind.PDF,)), Channel.SMS)] == ["letter.pdf"]


def test_buttons_and_list_items_of_a_template_can_be_tapped() -> None:
    types = {
        "twilio/quick-reply": {
            "body": "…",
            "actions": [{"type": "QUICK_REPLY", "title": "Sí", "id": "yes"}, {"title": "without an id"}],
        },
        "twilio/list-picker": {"body": "…", "items": [{"item": "Escuela", "id": "school", "description": "…"}]},
    }

    choices = find_choices(types)

    assert choices == (Choice("Sí", "yes"), Choice("Escuela", "school", ChoiceKind.LIST))
    assert find_choices({"twilio/text": {"body": "…"}}) == ()
