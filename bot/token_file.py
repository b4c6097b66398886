"""Tokens between our own processes: in a file that only its owner reads, never on a command line. Both runtimes."""

from __future__ import annotations

import stat
from pathlib import Path

MIN_LENGTH = 16


class TokenFileError(Exception):
    """The token file is missing, open to others, or too short; the message says which and names the file."""


def read_token(path: Path) -> str:
    """Return the token in a file of mode 0600 or stricter, without surrounding white space.

    Raises:
        TokenFileError: absent, readable or writable by group or others, shorter than MIN_LENGTH, or not ASCII.
    """
    try:
        mode = path.stat().st_mode
        token = path.read_text("ascii").strip()
    except OSError as error:
        raise TokenFileError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise TokenFileError(f"{path} holds more than plain ASCII") from None
    if stat.S_IMODE(mode) & 0o077:
        raise TokenFileError(f"{path} can be read by others: run chmod 600 {path}")
    if len(token) < MIN_LENGTH:
        raise TokenFileError(f"{path} holds fewer than {MIN_LENGTH} characters")
    return token
