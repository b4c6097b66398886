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
from store.migrate import migrate

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


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server in a folder of its own, without a network; yield the URL of its database "puente"."""
    initdb, pg_ctl = _find("initdb"), _find("pg_ctl")
    if initdb is None or pg_ctl is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs PostgreSQL: .ci/setup brings it")
        pytest.skip("no PostgreSQL is installed here")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        data, owner = Path(folder, "data"), _owner(Path(folder))
        _run(owner, initdb, "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
        _run(owner, pg_ctl, "-D", data, "-w", "-o", options, "-l", Path(folder, "log"), "start")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            _run(owner, pg_ctl, "-D", data, "-m", "immediate", "stop")


@contextmanager
def new_postgres_database(server_url: str, name: str) -> Iterator[str]:
    """Make an empty database in a running server; yield its URL."""
    server = build_engine(server_url).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
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


def _run(user: str | None, *command: object) -> None:
    subprocess.run(
        [str(part) for part in command], user=user, check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60
    )
