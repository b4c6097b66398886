"""What a file is by its bytes, and what may be sent where."""

import pytest

from conversation.media import MediaType, is_opened, is_shown_as, list_sendable, sniff
from conversation.messages import Channel, MessageKind

OGG = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01"
FTYP = b"\x00\x00\x00\x18ftyp"


@pytest.mark.parametrize(
    ("head", "declared", "found"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg", MediaType.JPEG),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/png", MediaType.JPEG),
        (b"\x89PNG\r\n\x1a\n", "", MediaType.PNG),
        (b"GIF89a", "image/gif", MediaType.GIF),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", MediaType.WEBP),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav", MediaType.WAV),
        (OGG, "audio/ogg; codecs=opus", MediaType.OGG),
        (b"ID3\x04", "audio/mpeg", MediaType.MP3),
        (b"\xff\xfb\x90\x64", "audio/mp3", MediaType.MP3),
        (b"\xff\xf1\x50\x80", "audio/aac", MediaType.AAC),
        (b"#!AMR\n\x3c", "audio/amr", MediaType.AMR),
        (FTYP + b"M4A ", "audio/mp4", MediaType.M4A),
        (FTYP + b"isom", "video/mp4", MediaType.MP4),
        (FTYP + b"mp42", "audio/mp4", MediaType.M4A),
        (FTYP + b"3gp4", "video/3gpp", MediaType.VIDEO_3GP),
        (FTYP + b"heic", "image/heic", MediaType.HEIC),
        (b"%PDF-1.7", "application/pdf", MediaType.PDF),
        (b"BEGIN:VCARD\r\nVERSION:3.0", "text/x-vcard", MediaType.CARD),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head: bytes, declared: str, found: MediaType) -> None:
    assert sniff(head, declared) is found


@pytest.mark.parametrize(
    ("head", "declared"),
    [
        (b"<!doctype html><script>", "image/jpeg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"),
        (b"<?xml version='1.0'?><svg>", "image/png"),
        (b"MZ\x90\x00", "application/octet-stream"),
        (b"PK\x03\x04", "application/zip"),
        (b"OggS\x00\x02" + bytes(20) + b"\x01\x2a\x80theora", "audio/ogg"),
        (FTYP + b"qt  ", "video/quicktime"),
        (b"\xff\xd8\xff\xe0", "audio/ogg"),
        (OGG, "text/html"),
        (b"\xff\xff\xff", "audio/mpeg"),
        (b"", ""),
    ],
    ids=["html", "svg", "svg as a picture", "program", "archive", "film in ogg", "quicktime", "a picture as sound",
         "sound as a page", "no frame", "nothing"],
)  # fmt: skip
def test_what_is_not_on_the_list_or_lies_about_itself_is_nothing(head: bytes, declared: str) -> None:
    assert sniff(head, declared) is None


def test_pages_show_what_browsers_can_and_offer_the_rest_for_download() -> None:
    shown = {one: is_shown_as(one) for one in ("image/jpeg", "audio/ogg; codecs=opus", "audio/amr", "image/heic")}

    assert shown == {
        "image/jpeg": MessageKind.IMAGE, "audio/ogg; codecs=opus": MessageKind.AUDIO, "audio/amr": None,
        "image/heic": None,
    }  # fmt: skip
    assert [is_opened(one) for one in ("audio/amr", "text/vcard", "text/html", "image/svg+xml")] == [
        True, True, False, False
    ]  # fmt: skip


def test_by_sms_only_pictures_may_be_sent() -> None:
    assert {one.kind for one in list_sendable(Channel.SMS)} == {MessageKind.IMAGE}
    assert MediaType.OGG in list_sendable(Channel.WHATSAPP)
    assert MediaType.WEBP not in list_sendable(Channel.WHATSAPP)
