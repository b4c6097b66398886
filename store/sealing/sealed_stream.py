"""Sealing of a whole file as a stream: what is cut off, changed or put in another order does not open.

A file is  magic line · header line (JSON, in the clear) · chunks. Each chunk is AES-256-GCM of up to 64 KiB under a key
made for this file alone; its nonce is its number and whether it is the last (the STREAM construction, eprint 2015/189);
the header is authenticated with each. The file's own key stands in the header, sealed by the vault.
"""

import io
import json
import secrets
from collections.abc import Buffer, Mapping
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from conversation.errors import ConfigurationError, SealError
from store.sealing.vault import Vault

CHUNK = 64 * 1024
_TAG = 16
_LONGEST_HEADER = 64 * 1024
_CONTEXT = "backup.key"
_SEALED_KEY = "sealed_key"


class SealingWriter(io.RawIOBase):
    """Write to it, then call `finish`: without it the file does not open."""

    def __init__(self, file: BinaryIO, vault: Vault, *, magic: bytes, header: Mapping[str, Any]) -> None:
        key = secrets.token_bytes(32)
        whole = {**header, _SEALED_KEY: vault.seal(key.hex(), _CONTEXT).hex()}
        self._file, self._cipher = file, AESGCM(key)
        self._head = magic + json.dumps(whole, separators=(",", ":")).encode() + b"\n"
        self._number, self._waiting = 0, bytearray()
        file.write(self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        given = memoryview(data).cast("B")
        self._waiting += given
        while len(self._waiting) > CHUNK:  # never the last one: `finish` seals that
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(given)

    def finish(self) -> None:
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, self._head))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads what a SealingWriter has written."""

    def __init__(self, file: BinaryIO, vault: Vault, *, magic: bytes) -> None:
        """Read the header and open the file's key.

        Raises:
            ConfigurationError: the file is no such file, or the keys at hand do not open it.
        """
        self._head, self.header = _read_head(file, magic)
        try:
            key = vault.open(bytes.fromhex(self.header[_SEALED_KEY]), _CONTEXT)
        except SealError:
            raise ConfigurationError(f"the file is sealed with another key: {_name_key(self.header)}") from None
        except (KeyError, TypeError, ValueError):
            raise _damaged() from None
        self._file, self._cipher = file, AESGCM(bytes.fromhex(key))
        self._number, self._opened = 0, memoryview(b"")
        self._next: bytes | None = file.read(CHUNK + _TAG)

    def readable(self) -> bool:
        return True

    def readinto(self, target: Buffer, /) -> int:
        """Fill some of the target; 0 at the end.

        Raises:
            ConfigurationError: the file is damaged or cut off.
        """
        while not self._opened and self._next is not None:
            self._open_next()
        room = memoryview(target).cast("B")
        count = min(len(room), len(self._opened))
        room[:count] = self._opened[:count]
        self._opened = self._opened[count:]
        return count

    def _open_next(self) -> None:
        assert self._next is not None
        following = self._file.read(CHUNK + _TAG)
        nonce = _nonce(self._number, last=not following)
        try:
            self._opened = memoryview(self._cipher.decrypt(nonce, self._next, self._head))
        except (InvalidTag, ValueError):
            raise _damaged() from None
        self._number += 1
        self._next = following or None


def read_header(file: BinaryIO, *, magic: bytes) -> dict[str, Any]:
    """Return the header of a sealed file without opening it; nothing says yet that it is genuine.

    Raises:
        ConfigurationError: it is no such file.
    """
    return _read_head(file, magic)[1]


def _read_head(file: BinaryIO, magic: bytes) -> tuple[bytes, dict[str, Any]]:
    if file.read(len(magic)) != magic:
        raise ConfigurationError("the file is not a backup of Puente")
    line = file.readline(_LONGEST_HEADER)
    try:
        header = json.loads(line)
    except ValueError:
        raise _damaged() from None
    if not isinstance(header, dict):
        raise _damaged()
    return magic + line, header


def _name_key(header: Mapping[str, Any]) -> str:
    """Return the id of the key that sealed a file's key."""
    try:
        sealed = bytes.fromhex(header[_SEALED_KEY])
        return sealed[1 : 1 + sealed[0]].decode("ascii")
    except (KeyError, TypeError, ValueError, IndexError):
        return "unknown"


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def _damaged() -> ConfigurationError:
    return ConfigurationError("the file is damaged or cut off: take another one")
