"""Bringing a database to the shape of this code. Safe to repeat, and safe when two processes do it at once."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from conversation.errors import ConfigurationError
from store.database import broken_world


def migrate(engine: Engine) -> None:
    """Run every migration that has not run yet, in one transaction.

    Raises:
        BrokenWorld: the database does not answer.
    """
    config = _config()
    config.attributes["engine"] = engine
    with broken_world():
        command.upgrade(config, "head")


def require_current(engine: Engine) -> None:
    """Do nothing when the tables are those of this code.

    Raises:
        ConfigurationError: they are missing, older or newer.
        BrokenWorld: the database does not answer.
    """
    with broken_world(), engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    if set(found) != set(ScriptDirectory.from_config(_config()).get_heads()):
        raise ConfigurationError("the tables are not those of this version: run `puente setup` first")


def find_revision(session: Session) -> str | None:
    """Return the revision of the tables; None when there are none."""
    return MigrationContext.configure(session.connection()).get_current_revision()


def head_revision() -> str | None:
    """Return the revision of this code."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def require_known(revision: str) -> None:
    """Do nothing when this code can bring tables of a revision forward.

    Raises:
        ConfigurationError: they are of a newer version.
    """
    if revision not in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}:
        raise ConfigurationError("the tables in this backup are of a newer version: install that version first")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    return config
