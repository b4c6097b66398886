"""Files that hold a key or a token: whole or not there, and for their owner only."""

import contextlib
import os
from collections.abc import Iterator
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


def replace_secret_file(path: Path, content: str) -> None:
    """Write a file anew in one step, mode 0600: whoever reads it meanwhile sees all of the old or all of the new.

    Raises:
        ConfigurationError: the folder cannot be written; the old file is still there as it was.
    """
    draft = path.with_name(f".{path.name}.{new_id()}")
    try:
        _write(draft, content)
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


@contextlib.contextmanager
def new_draft(path: Path) -> Iterator[Path]:
    """Give an empty file, mode 0600, to be filled; it takes the name `path` when the block ends well, else it goes.

    Raises:
        ConfigurationError: the folder or the file cannot be written, or there is a file of this name already.
    """
    draft = path.with_name(f".{path.name}.{new_id()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(draft, "")
        yield draft
        _sync(draft)
        if not _give_name(draft, path):
            raise ConfigurationError(f"{path} is there already")
        _sync(path.parent)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


@contextlib.contextmanager
def changing(path: Path) -> Iterator[None]:
    """Let one process at a time change a file.

    Raises:
        ConfigurationError: another one is changing it, or the folder cannot be written.
    """
    import fcntl  # POSIX only, like the embedded default itself

    try:
        descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be changed: {error.strerror}") from None
    with os.fdopen(descriptor, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigurationError(f"another command is changing {path}: wait until it has ended") from None
        yield


def _sync(path: Path) -> None:
    """Bring a file's content, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
