"""data/answers/<language>/audio/: texts read aloud. Looked at when the catalogue is read; nothing is played."""

import re
from pathlib import Path

from conversation.answers.wording import Recording, make_digest

MOST_BYTES = 16 * 1024 * 1024  # of media in one WhatsApp message (twilio.com/docs/whatsapp/guidance, 2026-11)
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*\.(?:ogg|mp3)")
_BEGINNINGS = {".ogg": (b"OggS",), ".mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")}


def find_recording(folder: Path, name: object) -> Recording:
    """Return the recording of this file name, with the digest of its bytes.

    Raises:
        ValueError: no such file, or not one that a phone plays; the message tells which rule is broken.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError("names an audio that is no plain file name ending in .ogg or .mp3")
    path = folder / name
    try:
        size = path.stat().st_size
        content = path.read_bytes() if path.is_file() and size <= MOST_BYTES else b""
    except OSError:
        raise ValueError(f"names {name}, which cannot be read in audio/") from None
    if size > MOST_BYTES:
        raise ValueError(f"names {name}, which is larger than 16 MB")
    if not content.startswith(_BEGINNINGS[path.suffix]):
        raise ValueError(f"names {name}, which is not what its ending says")
    return Recording(name, make_digest(content))
