"""Who uses a database: every process of ours says so while it does, and a restore wants it for itself alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, text

from conversation.errors import BrokenWorld, ConfigurationError
from store.database import broken_world

_RUNNING = "the service or another command uses this database: stop it first, then try again"
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'puente' AND pid <> pg_backend_pid()
"""


def use(engine: Engine) -> Callable[[], None]:
    """Say that this process uses the database, until the returned function is called or the process ends.

    On PostgreSQL our connections themselves say it.

    Raises:
        ConfigurationError: it is being restored.
        BrokenWorld: the folder of the database cannot be written.
    """
    if engine.dialect.name != "sqlite":
        return lambda: None
    file = _lock(engine, _share())
    if file is None:
        raise ConfigurationError("the database is being restored: wait until that has ended")
    return file.close


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Be the only one that uses the database while the block runs; on PostgreSQL only seen at its start.

    Raises:
        ConfigurationError: another process uses it.
        BrokenWorld: the database does not answer.
    """
    if engine.dialect.name == "sqlite":
        file = _lock(engine, _exclude())
        if file is None:
            raise ConfigurationError(_RUNNING)
        with file:
            yield
        return
    with broken_world(), engine.connect() as connection:
        others = connection.execute(text(_OTHERS)).scalar_one()
    if others:
        raise ConfigurationError(_RUNNING)
    yield


def _lock(engine: Engine, kind: int) -> IO[str] | None:
    import fcntl  # POSIX only, like the embedded default itself

    try:
        file = Path(f"{engine.url.database}.use.lock").open("a")  # noqa: SIM115 - open as long as the lock is held
    except OSError:
        raise BrokenWorld("the folder of the database cannot be written") from None
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _share() -> int:
    import fcntl

    return fcntl.LOCK_SH


def _exclude() -> int:
    import fcntl

    return fcntl.LOCK_EX
