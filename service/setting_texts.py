"""How the text of a setting becomes its value. Each raises ValueError with a reason that does not repeat the text."""

import math
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

ROOT = Path(__file__).resolve().parent.parent
_WORD = re.compile("[A-Za-z0-9_.-]{1,63}")
_LONGEST_NAME = 64
_LONGEST_KEPT_DAYS = 3650


def _split_url(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is no port
    except ValueError:  # its reason repeats what it could not read, and that may be a secret
        raise ValueError("must look like https://host[:port][/path]") from None
    return parts


def read_url(text: str) -> str:
    parts = _split_url(text)
    plain = (
        parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment or parts.username)
    )
    if not plain or parts.port == 0 or re.search(r"[\s\x00-\x1f]", text):
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


def read_accents(text: str) -> bool:
    if text not in ("keep", "fold"):
        raise ValueError("must be keep or fold")
    return text == "keep"


def read_confirms(text: str) -> bool:
    if text not in ("carrier", "puente"):
        raise ValueError("must be carrier or puente")
    return text == "puente"


def read_bodies(text: str) -> str:
    if text not in ("none", "all"):
        raise ValueError("must be none or all")
    return text


def read_number(text: str) -> str:
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", text):
        raise ValueError("must be a telephone number like +12025550100")
    return text


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


def read_count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,2}", text) or not 1 <= int(text) <= 32:
        raise ValueError("must be a whole number from 1 to 32")
    return int(text)


def read_days(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= _LONGEST_KEPT_DAYS:
        raise ValueError(f"must be a whole number of days from 1 to {_LONGEST_KEPT_DAYS}")
    return int(text)


def read_day_list(text: str) -> tuple[int, ...]:
    found = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch("[0-9]{1,2}", one) for one in found) or len(set(found)) < len(found):
        raise ValueError("must be numbers of days from 0 to 99, each once, separated by commas")
    return tuple(map(int, found))


def read_carrier_erasure(text: str) -> str:
    if text not in ("never", "after_delivery"):
        raise ValueError("must be never or after_delivery")
    return text


def read_whole_number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) < 1:
        raise ValueError("must be a whole number above 0")
    return int(text)


def read_level(text: str) -> str:
    if text not in ("debug", "info", "warning", "error"):
        raise ValueError("must be debug, info, warning or error")
    return text


def read_format(text: str) -> str:
    if text not in ("json", "plain"):
        raise ValueError("must be json or plain")
    return text


def read_hook(text: str) -> str:
    """An address that may carry a secret in its query; in the clear only on this machine."""
    parts = _split_url(text)
    near = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    sound = parts.hostname and not (parts.username or parts.fragment) and not re.search(r"[\s\x00-\x1f]", text)
    if not sound or not (near or parts.scheme == "https") or parts.port == 0:
        raise ValueError("must look like https://host[:port][/path][?query]")
    return text


def read_path(text: str) -> Path:
    return (ROOT / Path(text).expanduser()).resolve()
