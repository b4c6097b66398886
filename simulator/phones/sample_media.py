"""The files that a person on a simulated phone can send: one small, well-formed sample of each kind."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from conversation.messages import Channel

FOLDER = Path(__file__).parent / "pages" / "media"


class MediaKind(StrEnum):
    PHOTO = "photo"
    VOICE = "voice"
    PDF = "pdf"
    VIDEO = "video"
    CONTACT = "contact"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One file as one channel carries it. `whatsapp_type` is what MessageType says of it there."""

    name: str
    content_type: str
    whatsapp_type: str

    def read(self) -> bytes:
        return (FOLDER / self.name).read_bytes()


LABELS = {
    MediaKind.PHOTO: "Photo",
    MediaKind.VOICE: "Voice note",
    MediaKind.PDF: "PDF",
    MediaKind.VIDEO: "Video",
    MediaKind.CONTACT: "Contact card",
    MediaKind.STICKER: "Sticker",
}
_FILES = {
    MediaKind.PHOTO: SampleFile("photo.jpg", "image/jpeg", "image"),
    MediaKind.VOICE: SampleFile("voice.ogg", "audio/ogg", "audio"),
    MediaKind.PDF: SampleFile("letter.pdf", "application/pdf", "document"),
    MediaKind.VIDEO: SampleFile("video.mp4", "video/mp4", "video"),
    MediaKind.CONTACT: SampleFile("card.vcf", "text/vcard", "contacts"),
    MediaKind.STICKER: SampleFile("sticker.webp", "image/webp", "sticker"),
}
_BY_MMS = {  # where phones send something else by MMS than by WhatsApp
    MediaKind.VOICE: SampleFile("voice.amr", "audio/amr", "audio"),
    MediaKind.CONTACT: SampleFile("card.vcf", "text/x-vcard", "contacts"),
}


def find_file(kind: MediaKind, channel: Channel) -> SampleFile:
    """Return the sample of a kind in the form that a channel carries."""
    return _BY_MMS.get(kind, _FILES[kind]) if channel is Channel.SMS else _FILES[kind]
