"""Files that hold a key or a token: whole or not there, and for their owner only."""

import contextlib
import os
from pathlib import Path

from conversation.errors import ConfigurationError
from store.tables.base import new_id


def create_secret_file(path: Path, content: str) -> bool:
    """Write a new file in one step, mode 0600. False: there is one already, and nothing was changed.

    Raises:
        ConfigurationError: the folder cannot be written; a half-written file never stays.
    """
    draft = path.with_name(f".{path.name}.{new_id()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(draft, content)
        return _give_name(draft, path)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _give_name(draft: Path, path: Path) -> bool:
    try:
        os.link(draft, path)  # unlike a rename it never replaces what is there
    except OSError:
        if path.exists():
            return False
        draft.rename(path)  # a file system without links
    return True


def _write(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
