"""Bringing a database to the shape of this code. Safe to repeat, and safe when two processes do it at once."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def migrate(engine: Engine) -> None:
    """Run every migration that has not run yet, in one transaction."""
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
