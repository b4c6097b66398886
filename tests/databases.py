"""Databases for tests: SQLite files with our tables, and a PostgreSQL of our own where one is installed."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from store.database import Database, build_engine
from store.sql.migrate import migrate

_PROGRAMS = (Path("/usr/lib/postgresql"), Path("/usr/local/bin"), Path("/usr/bin"))


def make_template(path: Path) -> Path:
    """Make a SQLite file with our tables, to be copied: a copy takes no time."""
    database = Database(build_engine(f"sqlite:///{path}"))
    migrate(database.engine)
    database.run_sync(lambda session: session.execute(text("SELECT 1")))
    database.close()
    return path


@contextmanager
def open_copy(template: Path, path: Path) -> Iterator[Database]:
    shutil.copy(template, path)
    database = Database(build_engine(f"sqlite:///{path}"))
    try:
        yield database
    finally:
        database.close()


class PostgresServer:
    """A server in a folder of its own, without a network, that a test may kill and start again."""

    def __init__(self, folder: Path, settings: str) -> None:
        initdb, pg_ctl = _find("initdb"), _find("pg_ctl")
        if initdb is None or pg_ctl is None:
            if os.environ.get("CI") == "true":
                pytest.fail("CI needs PostgreSQL: .ci/setup brings it")
            pytest.skip("no PostgreSQL is installed here")
        self.url = f"postgresql+psycopg://postgres@/postgres?host={folder}"
        self.data, self._log, self._pg_ctl = folder / "data", folder / "log", pg_ctl
        self._options = f"-c listen_addresses='' -c unix_socket_directories={folder} {settings}"
        self._owner = _owner(folder)
        _run(self._owner, initdb, "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync")

    def start(self) -> None:
        """Start it; why it did not is in its log.

        Raises:
            subprocess.CalledProcessError: it did not start.
        """
        start = [self._pg_ctl, "-D", self.data, "-w", "-o", self._options, "-l", self._log, "start"]
        _run(self._owner, *start, quiet=True)

    def stop(self) -> None:
        _run(self._owner, self._pg_ctl, "-D", self.data, "-m", "immediate", "stop")

    def is_running(self) -> bool:
        status = [self._pg_ctl, "-D", self.data, "status"]
        return subprocess.run(status, check=False, user=self._owner, capture_output=True, cwd="/").returncode == 0

    @property
    def pid(self) -> int:
        """Of the first process of the server, whose death ends all others."""
        return int((self.data / "postmaster.pid").read_text().split()[0])


@contextmanager
def running_postgres(settings: str = "-c fsync=off -c max_connections=60") -> Iterator[str]:
    """Start a server in a folder of its own, without a network; yield the URL of its database "postgres"."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = PostgresServer(Path(folder), settings)
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


@contextmanager
def new_postgres_database(server_url: str, name: str, *, template: str = "template1") -> Iterator[str]:
    """Make a database in a running server, empty or as another one there is; yield its URL."""
    server = build_engine(server_url).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def _find(program: str) -> Path | None:
    found = [path for folder in _PROGRAMS for path in (*sorted(folder.glob(f"*/bin/{program}")), folder / program)]
    return next((path for path in found if path.exists()), None)


def _owner(folder: Path) -> str | None:
    """PostgreSQL does not run as root: then the folder and the server belong to its own user."""
    if os.geteuid() != 0:
        return None
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL needs a user postgres when root starts it")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return "postgres"


def _run(user: str | None, *command: object, quiet: bool = False) -> None:
    errors = subprocess.DEVNULL if quiet else None
    arguments = [str(part) for part in command]
    subprocess.run(arguments, user=user, check=True, stdout=subprocess.DEVNULL, stderr=errors, cwd="/", timeout=60)
