"""How a file is answered to a browser, and how one is taken in: in pieces, as itself, never larger than allowed."""

import io
import wave
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.requests import Request

from console.inbox.file_answer import answer_file
from console.inbox.voice_note import encode_voice
from console.posted_form import TooLarge, parse_form
from conversation.media import HEAD_BYTES, FileToSend, MediaType, sniff

SOUND = FileToSend(MediaType.OGG, bytes(range(100)))


def ask(**headers: str) -> Request:
    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "headers": named, "path": "/", "query_string": b""})


def make_wav(seconds: float, *, rate: int = 16_000, channels: int = 1) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(int(seconds * rate) * 2 * channels))
    return written.getvalue()


@pytest.mark.parametrize(
    ("wanted", "status", "told", "content"),
    [
        ("bytes=0-", 206, "bytes 0-99/100", SOUND.content),
        ("bytes=10-19", 206, "bytes 10-19/100", SOUND.content[10:20]),
        ("bytes=90-500", 206, "bytes 90-99/100", SOUND.content[90:]),
        ("bytes=-5", 206, "bytes 95-99/100", SOUND.content[95:]),
        ("bytes=100-", 416, "bytes */100", b""),
        ("bytes=20-10", 416, "bytes */100", b""),
        ("bytes=0-1,5-6", 200, None, SOUND.content),
        ("bytes=-", 200, None, SOUND.content),
        ("lines=1-2", 200, None, SOUND.content),
    ],
)
def test_a_player_gets_the_piece_it_asks_for(wanted: str, status: int, told: str | None, content: bytes) -> None:
    answer = answer_file(ask(range=wanted), SOUND, name="A7-0.ogg")

    assert (answer.status_code, answer.headers.get("content-range"), bytes(answer.body)) == (status, told, content)


@pytest.mark.parametrize(
    ("kind", "way"), [(MediaType.JPEG, "inline"), (MediaType.PDF, "attachment"), (MediaType.CARD, "attachment")]
)
def test_a_file_is_shown_or_saved_but_never_run_and_nowhere_kept(kind: MediaType, way: str) -> None:
    headers = answer_file(ask(), FileToSend(kind, b"x"), name="A7-0.x").headers

    assert headers["content-disposition"].startswith(way)
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "private, no-store")


def test_a_recorded_voice_note_becomes_ogg_with_opus() -> None:
    encoded = encode_voice(make_wav(1.0))

    assert encoded is not None
    assert sniff(encoded[:HEAD_BYTES]) is MediaType.OGG


@pytest.mark.parametrize(
    "wav",
    [b"", b"RIFF\x00\x00\x00\x00WAVE", make_wav(0), make_wav(126), make_wav(1, channels=2), make_wav(1, rate=44_100),
     make_wav(1)[:40]],
    ids=["nothing", "a head alone", "silence of no length", "too long", "two channels", "another rate", "cut off"],
)  # fmt: skip
def test_what_the_page_does_not_record_is_no_voice_note(wav: bytes) -> None:
    assert encode_voice(wav) is None


async def test_a_large_upload_is_refused_before_all_of_it_has_come() -> None:
    piece, pieces_sent = bytes(64 * 1024), 0
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'

    async def receive() -> MutableMapping[str, Any]:
        nonlocal pieces_sent
        pieces_sent += 1
        return {"type": "http.request", "body": head if pieces_sent == 1 else piece, "more_body": True}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"multipart/form-data; boundary=b")]}
    with pytest.raises(TooLarge):
        await parse_form(Request(scope, receive), 1024 * 1024)

    assert pieces_sent * len(piece) < 1.2 * 1024 * 1024
