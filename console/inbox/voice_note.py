"""A voice note as the page records it, WAV, becomes what WhatsApp plays: Ogg with Opus, one channel.

Browsers record into containers that WhatsApp does not take; samples without a container they all give alike. What is
read here with the standard library is a header and numbers; libsndfile only writes. docs/decisions/0042.
"""

import io
import wave

import soundfile  # type: ignore[import-untyped]

LONGEST_S = 125  # the page stops recording after 120
_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)  # what Opus takes, RFC 6716 section 2
_BYTES_A_SAMPLE = 2


def encode_voice(wav: bytes) -> bytes | None:
    """Return a voice note as Ogg with Opus; None: no WAV of the kind that the page makes, or longer than LONGEST_S."""
    samples = _read_samples(wav)
    if samples is None:
        return None
    rate, content = samples
    encoded = io.BytesIO()
    try:
        with soundfile.SoundFile(encoded, "w", samplerate=rate, channels=1, format="OGG", subtype="OPUS") as file:
            file.buffer_write(content, dtype="int16")
    except soundfile.LibsndfileError:
        return None
    return encoded.getvalue()


def _read_samples(wav: bytes) -> tuple[int, bytes] | None:
    """Return (samples a second, 16-bit samples in this machine's order: that of WAV wherever we run)."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            rate, count = file.getframerate(), file.getnframes()
            plain = file.getnchannels() == 1 and file.getsampwidth() == _BYTES_A_SAMPLE and rate in _RATES
            if not plain or not 0 < count <= rate * LONGEST_S:
                return None
            content = file.readframes(count)
    except (wave.Error, EOFError, ValueError):
        return None
    return (rate, content) if content and len(content) % _BYTES_A_SAMPLE == 0 else None
