"""How the text of a setting becomes its value. Each raises ValueError with a reason that does not repeat the text."""

import math
import re
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
_WORD = re.compile("[A-Za-z0-9_.-]{1,63}")
_LONGEST_NAME = 64


def read_url(text: str) -> str:
    parts = urlsplit(text)
    plain = (
        parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment or parts.username)
    )
    if not plain or parts.port == 0 or re.search(r"[\s\x00-\x1f]", text):  # .port raises when it is no port
        raise ValueError("must look like https://host[:port][/path]")
    return text.rstrip("/")


def read_urls(text: str) -> tuple[str, ...]:
    urls = tuple(read_url(part) for part in read_words(text))
    if not urls:
        raise ValueError("must hold at least one address")
    return urls


def read_words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def read_tokens(text: str) -> tuple[str, ...]:
    tokens = read_words(text)
    if len(tokens) > 2:  # channels/twilio/signature.py takes no more
        raise ValueError("must be one token, or two during a rotation")
    return tokens


def read_name(text: str) -> str:
    if len(text) > _LONGEST_NAME or not text.isprintable():
        raise ValueError(f"must have at most {_LONGEST_NAME} printable characters")
    return text


def read_id(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise ValueError("must be 1 to 63 letters, digits, '_', '.' or '-'")
    return text


def read_drafts(text: str) -> bool:
    if text not in ("send", "refuse"):
        raise ValueError("must be send or refuse")
    return text == "send"


def read_confirms(text: str) -> bool:
    if text not in ("carrier", "puente"):
        raise ValueError("must be carrier or puente")
    return text == "puente"


def read_port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise ValueError("must be a port number")
    return int(text)


def read_rate(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise ValueError("must be a number above 0")
    return number


def read_path(text: str) -> Path:
    return (ROOT / Path(text).expanduser()).resolve()
