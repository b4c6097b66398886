"""Sealing of words and numbers at rest, and keyed hashes to find them again.

A sealed value is  key id (1 byte length, ASCII) · nonce (12 bytes) · AES-256-GCM ciphertext and tag.
The context ("message.body": table and column without "_sealed") is authenticated with it: a value copied into another
column does not open. Keys may be added and taken away while processes run: docs/decisions/0018.
"""

import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from conversation.errors import ConfigurationError, SealError
from store.sealing.secret_file import create_secret_file

log = logging.getLogger(__name__)

LOOK_S = 30.0  # a process seals with a new current key after at most this time
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
        changed_at: when `current` was chosen, seconds since the epoch; 0 for the first.
        retired: ids that have been used and must never name another key.
        prepared: id of a key that seals nothing yet; it is copied to every machine before it is the current one.
    """

    sealing: Mapping[str, bytes] = field(repr=False)
    current: str
    lookup: bytes = field(repr=False)
    changed_at: float = 0.0
    retired: tuple[str, ...] = ()
    prepared: str | None = None

    @property
    def lookup_id(self) -> str:
        """Eight digits that name the look-up key and tell nothing of it."""
        return hashlib.sha256(b"puente look-up key" + self.lookup).hexdigest()[:8]


class KeyFile:
    """A key file that may change while we run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen = self._look()

    def find_change(self) -> KeyRing | None:
        """Return the keys if the file is another than at the last look and can be read; a broken one is left alone."""
        found = self._look()
        if found is None or found == self._seen:
            return None
        self._seen = found
        try:
            return read_keys(self.path)
        except ConfigurationError:
            log.error("the key file has changed and cannot be used", extra={"code": "keys_unreadable"})
            return None

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ctime_ns, found.st_ino  # ctime: a chmod alone may make it usable


class _Ciphers:
    """What a key ring becomes in use; replaced as a whole, since several threads seal and open."""

    def __init__(self, keys: KeyRing) -> None:
        self.keys = keys
        self.by_id = {key_id: AESGCM(key) for key_id, key in keys.sealing.items()}
        self.prefix = prefix_of(keys.current)
        self.current = self.by_id[keys.current]


class Vault:
    """Seals, opens and fingerprints. Made from a key ring; with `file` it follows the file's changes."""

    def __init__(
        self, keys: KeyRing, *, file: KeyFile | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ciphers = _Ciphers(keys)
        self._lookup = keys.lookup
        self._file = file
        self._monotonic = monotonic
        self._looked_at = monotonic()
        self._looking = threading.Lock()

    @property
    def keys(self) -> KeyRing:
        """The keys in use now."""
        self._look()
        return self._ciphers.keys

    def seal(self, text: str, context: str) -> bytes:
        """Return the sealed form of a text for one column, named "table.column"."""
        self._look()
        ciphers, nonce = self._ciphers, os.urandom(_NONCE_BYTES)
        sealed = ciphers.current.encrypt(nonce, text.encode("utf-8", "surrogatepass"), context.encode())
        return ciphers.prefix + nonce + sealed

    def open(self, sealed: bytes, context: str) -> str:
        """Return the text of a sealed value.

        Raises:
            SealError: unknown key, damaged value, or a value of another column.
        """
        try:
            start = 1 + sealed[0]
            cipher = self._find_cipher(sealed[1:start].decode("ascii"))
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

    def _find_cipher(self, key_id: str) -> AESGCM:
        """Return a key's cipher; another process may have begun to seal with a key that we have not read yet."""
        if key_id not in self._ciphers.by_id and self._file is not None:
            with self._looking:
                self._adopt(self._file.find_change())
        return self._ciphers.by_id[key_id]

    def _look(self) -> None:
        """Take over the keys of a changed file, now and then; other threads go on meanwhile with the keys they have."""
        if self._file is None or self._monotonic() - self._looked_at < LOOK_S:
            return
        if self._looking.acquire(blocking=False):
            try:
                self._looked_at = self._monotonic()
                self._adopt(self._file.find_change())
            finally:
                self._looking.release()

    def _adopt(self, found: KeyRing | None) -> None:
        if found is None:
            return
        if found.lookup != self._lookup:  # nobody would be found again, and a stop would be forgotten
            log.error("the key file has another look-up key and is not used", extra={"code": "keys_unreadable"})
            return
        if not _follows(found, self._ciphers.keys):  # an old copy, or two machines that rotated each for itself
            log.error("the key file lacks a key that is in use and is not used", extra={"code": "keys_unreadable"})
            return
        self._ciphers = _Ciphers(found)
        log.info("the key file has changed", extra={"code": found.current})


def _follows(newer: KeyRing, older: KeyRing) -> bool:
    """Say whether every key of a ring is in another one under the same id, unless it was retired there."""
    return all(newer.sealing.get(one) == key or one in newer.retired for one, key in older.sealing.items())


def prefix_of(key_id: str) -> bytes:
    """Return how every value begins that a key has sealed."""
    return bytes([len(key_id)]) + key_id.encode("ascii")


def read_keys(path: Path) -> KeyRing:
    """Read the key file.

    Raises:
        ConfigurationError: missing, readable by others, or not what `create_keys` writes.
    """
    try:
        open_to_others = path.stat().st_mode & 0o077
        data = json.loads(path.read_text(encoding="utf-8"))
        sealing = {key_id: bytes.fromhex(key) for key_id, key in data["sealing"].items()}
        lookup, changed_at = bytes.fromhex(data["lookup"]), float(data.get("changed_at", 0))
        retired, prepared = tuple(map(str, data.get("retired", ()))), data.get("prepared")
        ring = KeyRing(sealing, data["current"], lookup, changed_at, retired, prepared)
        sound = ring.current in sealing and (prepared is None or prepared in sealing)
        sound = sound and all(len(key) == _KEY_BYTES for key in (*sealing.values(), ring.lookup))
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
    ring = KeyRing({"k1": new_key()}, "k1", new_key())
    return create_secret_file(path, render_keys(ring))


def new_key() -> bytes:
    return secrets.token_bytes(_KEY_BYTES)


def render_keys(ring: KeyRing) -> str:
    """Return the content of a key file."""
    data = {
        "sealing": {key_id: key.hex() for key_id, key in ring.sealing.items()},
        "current": ring.current,
        "lookup": ring.lookup.hex(),
        "changed_at": ring.changed_at,
        "retired": list(ring.retired),
        "prepared": ring.prepared,
    }
    return json.dumps(data)
