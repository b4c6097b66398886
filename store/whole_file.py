"""Files of data/ written whole, by one command at a time: who reads meanwhile sees all of the old or all of the new."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from conversation.errors import ContentError


def replace_file(path: Path, content: bytes) -> None:
    """Write a file anew in one step, with the rights that it had; what breaks off in between leaves no trace.

    Raises:
        OSError: it cannot be written; the old one is still there as it was.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


@contextlib.contextmanager
def changing_alone(folder: Path) -> Iterator[None]:
    """Wait until no other command changes the files of a folder, and keep others waiting meanwhile.

    Raises:
        ContentError: there is no such folder, or its file system knows no locks.
    """
    import fcntl  # POSIX only, like the embedded default itself

    with contextlib.ExitStack() as stack:
        try:
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)  # lets go of the lock
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            raise ContentError(f"{folder.name}/ cannot be locked: {error.strerror}") from None
        yield
