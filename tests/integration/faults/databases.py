"""The two databases, and what a test does to them: away for a while, its disk full."""

import contextlib
import fcntl
import os
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from tests.databases import PostgresServer
from tests.integration.own_process import OwnProcess, until
from tests.integration.running import read_postgres_rows

DISK_MB = 320
CRUMBS = {"filler": 64 * 1024, "crumbs": 512}  # files that take the last byte, and the steps in which they grow
SMALLEST_FILE = 4096  # bytes a file may hold while the disk is "full" for SQLite
OPEN_TRANSACTIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE xact_start < now() - interval '0.3 seconds' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
LOCKED_S = 7.0  # longer than the processes wait for the file's lock


class Store(Protocol):
    """One database that can be taken away and given back. `url` is empty for the SQLite file of the deployment."""

    name: str
    url: str
    outage: str

    def go_away(self) -> None: ...

    def come_back(self) -> None: ...

    def is_free(self) -> bool:
        """Whether nobody holds a transaction open."""

    def fill_disk(self, processes: Sequence[OwnProcess]) -> None:
        """Let nothing more be written.

        Raises:
            NotHere: only root can make a small disk.
        """

    def free_disk(self, processes: Sequence[OwnProcess]) -> None: ...


class NotHere(Exception):
    """This cannot be broken on this machine."""


class SqliteStore:
    """A file in the deployment's folder: locked by somebody else, or not allowed to grow."""

    name, url, outage = "SQLite", "", "file locked by another program"

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock: sqlite3.Connection | None = None

    def go_away(self) -> None:
        self._lock = sqlite3.connect(self._file, timeout=30, isolation_level=None, check_same_thread=False)
        self._lock.execute("BEGIN EXCLUSIVE")
        time.sleep(LOCKED_S)

    def come_back(self) -> None:
        if self._lock is not None:
            with closing(self._lock):
                self._lock.execute("ROLLBACK")

    def is_free(self) -> bool:
        with Path(f"{self._file}.turn.lock").open("a") as turn:  # the place at the front of those who wait to write
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        with closing(sqlite3.connect(self._file, timeout=1, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            return True

    def fill_disk(self, processes: Sequence[OwnProcess]) -> None:
        """Limit how large a file these processes may write: the kernel then refuses as on a full disk."""
        _limit_files(processes, SMALLEST_FILE)

    def free_disk(self, processes: Sequence[OwnProcess]) -> None:
        _limit_files(processes, resource.RLIM_INFINITY)


class PostgresStore:
    """A server of our own: killed without a word, or on a disk that another program has filled."""

    name, outage = "PostgreSQL", "server killed"

    def __init__(self, server: PostgresServer, url: str, *, disk: Path | None) -> None:
        """`disk`: a small file system that holds the server's data alone; None where none can be made."""
        self.url = url
        self._server, self._disk = server, disk

    def go_away(self) -> None:
        os.kill(self._server.pid, signal.SIGKILL)

    def come_back(self) -> None:
        until(self._starts, "the server is there again", limit_s=60)

    def is_free(self) -> bool:
        time.sleep(0.5)
        ((count,),) = read_postgres_rows(self.url, OPEN_TRANSACTIONS)
        return not count

    def fill_disk(self, processes: Sequence[OwnProcess]) -> None:
        if self._disk is None:
            raise NotHere
        for name, size in CRUMBS.items():
            with contextlib.suppress(OSError), (self._disk / name).open("wb", buffering=0) as filler:
                while True:
                    filler.write(bytes(size))

    def free_disk(self, processes: Sequence[OwnProcess]) -> None:
        for name in CRUMBS:
            (self._disk or Path()).joinpath(name).unlink(missing_ok=True)
        if not self._server.is_running():
            self.come_back()

    def _starts(self) -> bool:
        """The dead server's other processes may still be there for a moment."""
        with contextlib.suppress(subprocess.SubprocessError):
            self._server.start()
            return True
        return False


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small file system in memory over an empty folder. False: only root may, and not everywhere."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=True)


def _limit_files(processes: Sequence[OwnProcess], size: int) -> None:
    for process in processes:
        if process.ended is None:
            _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, hard))
