"""Sealing of words and numbers at rest, and keyed hashes to find them again.

A sealed value is  key id (1 byte length, ASCII) · nonce (12 bytes) · AES-256-GCM ciphertext and tag.
The context ("message.body") is authenticated with it: a value copied into another column does not open.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from conversation.errors import ConfigurationError, SealError
from store.secret_file import create_secret_file

_NONCE_BYTES = 12
_KEY_BYTES = 32
_KEY_ID = re.compile("[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by id, which one seals now, and the one key of all look-ups.

    Attributes:
        sealing: id → 32 bytes; old keys stay so that old values open.
        current: id of the key that seals new values.
        lookup: 32 bytes; changing it makes every stored look-up hash useless.
    """

    sealing: Mapping[str, bytes] = field(repr=False)
    current: str
    lookup: bytes = field(repr=False)


class Vault:
    """Seals, opens and fingerprints. One per process, made from a key ring."""

    def __init__(self, keys: KeyRing) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.sealing.items()}
        self._prefix = bytes([len(keys.current)]) + keys.current.encode("ascii")
        self._current = self._ciphers[keys.current]
        self._lookup = keys.lookup

    def seal(self, text: str, context: str) -> bytes:
        """Return the sealed form of a text for one column, named "table.column"."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._current.encrypt(nonce, text.encode("utf-8", "surrogatepass"), context.encode())
        return self._prefix + nonce + sealed

    def open(self, sealed: bytes, context: str) -> str:
        """Return the text of a sealed value.

        Raises:
            SealError: unknown key, damaged value, or a value of another column.
        """
        try:
            start = 1 + sealed[0]
            cipher = self._ciphers[sealed[1:start].decode("ascii")]
            nonce, body = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
            return cipher.decrypt(nonce, body, context.encode()).decode("utf-8", "surrogatepass")
        except (IndexError, KeyError, ValueError, InvalidTag):
            raise SealError(f"a value of {context} cannot be opened; is its key in the key file?") from None

    def seal_json(self, value: Any, context: str) -> bytes:
        return self.seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")), context)

    def open_json(self, sealed: bytes, context: str) -> Any:
        return json.loads(self.open(sealed, context))

    def fingerprint(self, text: str) -> str:
        """Return the keyed hash by which an address is found: 64 hexadecimal digits, HMAC-SHA-256."""
        return hmac.new(self._lookup, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def read_keys(path: Path) -> KeyRing:
    """Read the key file.

    Raises:
        ConfigurationError: missing, readable by others, or not what `create_keys` writes.
    """
    try:
        open_to_others = path.stat().st_mode & 0o077
        data = json.loads(path.read_text(encoding="utf-8"))
        sealing = {key_id: bytes.fromhex(key) for key_id, key in data["sealing"].items()}
        ring = KeyRing(sealing, data["current"], bytes.fromhex(data["lookup"]))
        sound = ring.current in sealing and all(len(key) == _KEY_BYTES for key in (*sealing.values(), ring.lookup))
    except FileNotFoundError:
        raise ConfigurationError(f"the key file {path} does not exist: `puente setup` makes one") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ConfigurationError(f"the key file {path} cannot be read or is not a key file") from None
    if not sound or not all(_KEY_ID.fullmatch(key_id) for key_id in sealing):
        raise ConfigurationError(f"the key file {path} holds no current key, or one of the wrong length or name")
    if open_to_others:
        raise ConfigurationError(f"the key file {path} is open to other users: chmod 600 it")
    return ring


def create_keys(path: Path) -> bool:
    """Write a new key file, readable by its owner only. False: there is one already, and nothing was changed.

    Raises:
        ConfigurationError: the folder cannot be written.
    """
    data = {
        "sealing": {"k1": secrets.token_hex(_KEY_BYTES)},
        "current": "k1",
        "lookup": secrets.token_hex(_KEY_BYTES),
    }
    return create_secret_file(path, json.dumps(data))
