"""pg_dump and pg_restore: found where they are installed, called without a password on their command line."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine

from conversation.errors import BrokenWorld, ConfigurationError

_DEBIAN = Path("/usr/lib/postgresql")  # one folder for each version of the server
_TIMEOUT_S = 6 * 3600.0


def dump(engine: Engine, target: Path, *, snapshot: str, without_schemas: str) -> None:
    """Write a database as one snapshot sees it, in PostgreSQL's own compressed format.

    Args:
        snapshot: of `pg_export_snapshot()`, whose transaction must still be open.
        without_schemas: a pattern of pg_dump; what it names stays out.

    Raises:
        ConfigurationError: pg_dump is not installed, or is older than the server.
        BrokenWorld: it failed.
    """
    options = [f"--file={target}", "--format=custom", "--compress=0", "--no-owner", "--no-privileges"]
    _run("pg_dump", engine, [*options, f"--snapshot={snapshot}", f"--exclude-schema={without_schemas}"])


def load(engine: Engine, source: Path) -> None:
    """Bring a dump back into an empty database, whole or not at all.

    Raises:
        ConfigurationError, BrokenWorld: as for `dump`.
    """
    _run(
        "pg_restore", engine, ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(source)]
    )


def find_tool(name: str) -> str:
    """Return the path of a program of PostgreSQL, the newest there is.

    Raises:
        ConfigurationError: there is none.
    """
    versions = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: _version(path.parts[-3]), reverse=True)
    found = str(versions[0]) if versions else shutil.which(name)
    if not found:
        raise ConfigurationError(f"{name} is not installed here: install PostgreSQL's client programs")
    return found


def _run(name: str, engine: Engine, options: Sequence[str]) -> None:
    _, parameters = engine.dialect.create_connect_args(engine.url)
    known: dict[str, Any] = {key: value for key, value in parameters.items() if key not in ("context", "password")}
    password = parameters.get("password")
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command = [find_tool(name), "--no-password", f"--dbname={make_conninfo(**known)}", *options]
    try:
        done = subprocess.run(  # noqa: S603 - the program of PostgreSQL itself, without a shell
            command, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise BrokenWorld(f"{name} did not come to its end") from None
    if "version mismatch" in done.stderr or "unsupported version" in done.stderr:
        raise ConfigurationError(f"{name} is older than the server or the dump: install newer client programs")
    if done.returncode != 0:  # what it says may quote a row
        raise BrokenWorld(f"{name} failed with exit status {done.returncode}; the server's log says why")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
