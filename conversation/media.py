"""Files by what they are, not by what they are called: which are shown, which may be sent, and to whom. Pure.

The first bytes of a file say what it is; what its sender declares only decides between voice and film where both share
a container. What is not in this list is not opened and not sent: no HTML, no SVG, nothing that could run.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from conversation.messages import Channel, MessageKind

# What a carrier lets people send us: 5 MB by MMS, 16 MB by WhatsApp. More is no message of theirs.
# https://www.twilio.com/docs/messaging/guides/accepted-mime-types (checked 2026-11)
MOST_BYTES = 16 * 1024 * 1024
HEAD_BYTES = 64  # of a file say what it is
_CARD = b"BEGIN:VCARD"


class MediaType(StrEnum):
    """What a file is. The value is the content type it is served under."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    HEIC = "image/heic"
    OGG = "audio/ogg"  # with Opus inside
    MP3 = "audio/mpeg"
    M4A = "audio/mp4"
    AAC = "audio/aac"
    AMR = "audio/amr"
    WAV = "audio/wav"
    VOICE_3GP = "audio/3gpp"
    MP4 = "video/mp4"
    VIDEO_3GP = "video/3gpp"
    PDF = "application/pdf"
    CARD = "text/plain; charset=utf-8"  # a contact card, as the text that it is
    CALENDAR = "text/calendar; charset=utf-8"  # ours alone: no carrier takes or brings one

    @property
    def kind(self) -> MessageKind:
        """Return what a message with such a file is."""
        return _KIND_OF.get(self.value.partition("/")[0], MessageKind.DOCUMENT)

    @property
    def ending(self) -> str:
        """Return how the name of such a file ends, without the dot."""
        return _ENDINGS[self]

    @property
    def is_shown(self) -> bool:
        """Whether browsers show or play it; the others are offered for download."""
        return self in _SHOWN


_KIND_OF = {"image": MessageKind.IMAGE, "audio": MessageKind.AUDIO, "video": MessageKind.VIDEO}
_ENDINGS = {
    MediaType.JPEG: "jpg", MediaType.PNG: "png", MediaType.WEBP: "webp", MediaType.GIF: "gif", MediaType.HEIC: "heic",
    MediaType.OGG: "ogg", MediaType.MP3: "mp3", MediaType.M4A: "m4a", MediaType.AAC: "aac", MediaType.AMR: "amr",
    MediaType.WAV: "wav", MediaType.VOICE_3GP: "3gp", MediaType.MP4: "mp4", MediaType.VIDEO_3GP: "3gp",
    MediaType.PDF: "pdf", MediaType.CARD: "vcf",
    MediaType.CALENDAR: "ics",
}  # fmt: skip
_SHOWN = frozenset(
    {
        MediaType.JPEG, MediaType.PNG, MediaType.WEBP, MediaType.GIF, MediaType.OGG, MediaType.MP3, MediaType.M4A,
        MediaType.AAC, MediaType.WAV, MediaType.MP4,
    }
)  # fmt: skip
_STARTS = (
    (b"\xff\xd8\xff", MediaType.JPEG), (b"\x89PNG\r\n\x1a\n", MediaType.PNG), (b"GIF87a", MediaType.GIF),
    (b"GIF89a", MediaType.GIF), (b"#!AMR\n", MediaType.AMR), (b"#!AMR-WB\n", MediaType.AMR),
    (b"ID3", MediaType.MP3), (b"%PDF-", MediaType.PDF),
)  # fmt: skip
# https://mp4ra.org/registered-types/brands (checked 2026-11); "qt  " (QuickTime) is none of ours
_BRANDS = {
    **dict.fromkeys((b"M4A ", b"M4B "), MediaType.M4A),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V "), MediaType.MP4),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3gg6", b"3g2a"), MediaType.VIDEO_3GP),
    **dict.fromkeys((b"heic", b"heix", b"mif1", b"msf1", b"heim", b"hevc"), MediaType.HEIC),
}
_SOUND_OF = {MediaType.MP4: MediaType.M4A, MediaType.VIDEO_3GP: MediaType.VOICE_3GP}
_DECLARES_NOTHING = ("", "application/octet-stream", "binary/octet-stream")
_DECLARED_SHOWN = frozenset({"image/jpg", "audio/opus", "audio/mp3", "audio/x-m4a", "audio/m4a", "audio/x-wav"})


def sniff(head: bytes, declared: str = "") -> MediaType | None:
    """Return what a file is by its first HEAD_BYTES; None: nothing that is opened here.

    Args:
        declared: the content type its sender gave it. One of another family ("image/…" for a voice note) is a lie or a
            mistake, and the file is then nothing either.
    """
    found = _find_type(head)
    family = declared.partition(";")[0].strip().lower()
    if found in _SOUND_OF and family.startswith("audio/"):
        return _SOUND_OF[found]
    if found is None or family in _DECLARES_NOTHING or family.partition("/")[0] == found.value.partition("/")[0]:
        return found
    return None


def is_shown_as(declared: str) -> MessageKind | None:
    """Return as what a page may show a file that it has not seen: a picture, sound or film; None: as a download."""
    wanted = declared.partition(";")[0].strip().lower()
    if wanted in _DECLARED_SHOWN or any(wanted == one.value for one in _SHOWN):
        return _KIND_OF[wanted.partition("/")[0]]
    return None


def is_opened(declared: str) -> bool:
    """Return whether a file that declares to be this is worth fetching at all."""
    wanted = declared.partition(";")[0].strip().lower()
    cards = ("text/vcard", "text/x-vcard", "text/directory", "text/plain")
    known = any(wanted == one.value for one in MediaType) or wanted in ("image/heif", "audio/amr-wb", *cards)
    return known or is_shown_as(wanted) is not None or wanted in _DECLARES_NOTHING


@dataclass(frozen=True, slots=True)
class FileToSend:
    """A file that a caseworker sends, judged by its bytes."""

    type: MediaType
    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        return len(self.content)


_MEGABYTE = 1_000_000
# https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages (checked 2026-11): 16 MB, pictures 5 MB; webp is
# for stickers of one size alone, so it is not offered.
_BY_WHATSAPP = {
    **dict.fromkeys((MediaType.JPEG, MediaType.PNG), 5 * _MEGABYTE),
    **dict.fromkeys(
        (MediaType.OGG, MediaType.MP3, MediaType.M4A, MediaType.AAC, MediaType.AMR, MediaType.MP4, MediaType.PDF),
        16 * _MEGABYTE,
    ),
}
# By MMS only what Twilio makes fit for the phone: sound and PDF reach some networks and silently not others.
# https://www.twilio.com/docs/messaging/guides/accepted-mime-types (checked 2026-11): 5 MB for the whole message
_BY_MMS = dict.fromkeys((MediaType.JPEG, MediaType.PNG, MediaType.GIF), 4_900_000)
MOST_TO_SEND = 16 * _MEGABYTE


def list_sendable(channel: Channel) -> dict[MediaType, int]:
    """Return what may be sent on a channel, each type with its most bytes."""
    return dict(_BY_WHATSAPP if channel is Channel.WHATSAPP else _BY_MMS)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as the carrier gave it. `declared`: the content type it answered with."""

    content: bytes = field(repr=False)
    declared: str


class FetchProblem(StrEnum):
    """Why a file could not be fetched."""

    GONE = "gone"  # the carrier does not have it any more
    TOO_LARGE = "too_large"
    AWAY = "away"  # the carrier does not answer, or not as it should
    ELSEWHERE = "elsewhere"  # the address, or where it leads, is not the carrier's: nothing was asked there


class MediaSource(Protocol):
    async def fetch(self, url: str, *, most_bytes: int = MOST_BYTES) -> Fetched | FetchProblem:
        """Get one file from the carrier that delivered it. Never raises for carrier or network."""


def _find_type(head: bytes) -> MediaType | None:
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    if head[:4] == b"RIFF":
        return {b"WEBP": MediaType.WEBP, b"WAVE": MediaType.WAV}.get(head[8:12])
    if head[:4] == b"OggS":
        return MediaType.OGG if b"OpusHead" in head[26:44] else None
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[: len(_CARD)].upper() == _CARD:
        return MediaType.CARD
    return _find_stream_of_frames(head)


def _find_stream_of_frames(head: bytes) -> MediaType | None:
    """Recognise sound without a container by the sync word of its first frame (ISO 11172-3, ISO 13818-7)."""
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return MediaType.AAC
    is_layer_3, has_rate = head[1] & 0x06 == 0x02, head[2] & 0xF0 not in (0x00, 0xF0)
    return MediaType.MP3 if is_layer_3 and has_rate else None
