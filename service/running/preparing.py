"""Making a fresh machine ready: keys, tokens, tables, the demo organisation. Safe to repeat."""

import secrets
from dataclasses import replace
from pathlib import Path

from conversation.errors import ConfigurationError
from service import wiring
from service.engine import prepare_engine_tables
from service.settings import Settings
from store.backups.restoring import holds_anything
from store.database import Database, build_engine
from store.sealing.secret_file import create_secret_file
from store.sealing.vault import create_keys
from store.sql.migrate import migrate


def prepare(settings: Settings) -> None:
    """Create what is missing and migrate both our tables and the engine's.

    Raises:
        ConfigurationError, BrokenWorld: the message says what to mend.
    """
    _make_folder(settings.var)
    _create_keys(settings)
    wiring.create_token(settings.bot_token)
    wiring.create_token(settings.actions_token)
    wiring.create_token(settings.metrics_token)
    prepare_engine_tables(settings.database)
    database = Database(build_engine(settings.database))
    try:
        migrate(database.engine)
        wiring.get_organisation(settings, database)
    finally:
        database.close()


def as_demo(settings: Settings) -> Settings:
    """Return the settings of a demo: the stand-in as carrier and unreviewed texts, unless a carrier is configured."""
    if settings.twilio_auth_tokens:
        return settings
    token_file = settings.var / "stand-in.token"
    _make_folder(settings.var)
    create_secret_file(token_file, secrets.token_hex(16) + "\n")
    return replace(
        settings,
        drafts=True,
        twilio_auth_tokens=(wiring.read_token(token_file),),
        twilio_base_url=f"http://127.0.0.1:{settings.simulator_port}",
        public_url=f"http://127.0.0.1:{settings.port}",
    )


def _create_keys(settings: Settings) -> None:
    """Make the keys of a new database: beside an old one new keys would find nobody and forget each stop (I9)."""
    if not settings.keys.exists() and holds_anything(settings.database):
        raise ConfigurationError(
            f"the key file {settings.keys} is missing, and the database was made with one: put its copy back"
        )
    create_keys(settings.keys)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigurationError(f"PUENTE_VAR: {path} cannot be made: {error.strerror}") from None
