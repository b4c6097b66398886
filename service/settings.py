"""Every setting, read once at start from the environment (and a .env file), every problem reported together."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conversation.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent


def setting(name: str, help_line: str, *, default: Any, read: Callable[[str], Any] = str, secret: bool = False) -> Any:
    """Declare one setting: its environment variable, its help line, its default and how its text is read."""
    return field(default=default, repr=not secret, metadata={"name": name, "help": help_line, "read": read})


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("must look like https://host[:port][/path]")
    return text.rstrip("/")


def _urls(text: str) -> tuple[str, ...]:
    return tuple(_url(part.strip()) for part in text.split(",") if part.strip())


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _drafts(text: str) -> bool:
    if text not in ("send", "refuse"):
        raise ValueError("must be send or refuse")
    return text == "send"


def _confirms(text: str) -> bool:
    if text not in ("carrier", "puente"):
        raise ValueError("must be carrier or puente")
    return text == "puente"


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise ValueError("must be a port number")
    return int(text)


def _positive(text: str) -> float:
    if (number := float(text)) <= 0:
        raise ValueError("must be above 0")
    return number


def _path(text: str) -> Path:
    return (ROOT / text).resolve()


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Defaults are the embedded demo on one machine; docs and .env.example are checked against this."""

    var: Path = setting("PUENTE_VAR", "folder of everything kept on disk", default=ROOT / "var", read=_path)
    database_url: str = setting(
        "DATABASE_URL",
        "sqlite:///… or postgresql+psycopg://…; empty: a SQLite file in PUENTE_VAR",
        default="",
        secret=True,
    )
    keys_file: Path | None = setting(
        "KEYS_FILE", "sealing and look-up keys; empty: keys.json in PUENTE_VAR", default=None, read=_path
    )
    drafts: bool = setting(
        "DRAFTS", "send: unreviewed texts go out; refuse: a person answers instead", default=False, read=_drafts
    )
    organisation: str = setting("ORGANISATION", "name of the organisation that answers", default="demo")
    public_url: str = setting(
        "PUBLIC_URL", "address the carrier posts to, as configured there", default="http://127.0.0.1:8080", read=_url
    )
    bind: str = setting("BIND", "address the web process listens on", default="127.0.0.1")
    port: int = setting("PORT", "port of the web process", default=8080, read=_port)
    actions_port: int = setting(
        "ACTIONS_PORT", "loopback port of the bot's actions in the worker", default=8081, read=_port
    )
    simulator_port: int = setting("SIMULATOR_PORT", "loopback port of the simulator", default=8082, read=_port)
    bot_urls: tuple[str, ...] = setting(
        "BOT_URLS", "Rasa processes, separated by commas", default=("http://127.0.0.1:8083",), read=_urls
    )
    bot_token_file: Path | None = setting(
        "BOT_TOKEN_FILE", "token of the bot's door; empty: bot.token in PUENTE_VAR", default=None, read=_path
    )
    actions_token_file: Path | None = setting(
        "ACTIONS_TOKEN_FILE", "token of the actions' door; empty: actions.token in PUENTE_VAR", default=None, read=_path
    )
    twilio_account_sid: str = setting("TWILIO_ACCOUNT_SID", "account at Twilio", default="AC" + "0" * 32)
    twilio_auth_tokens: tuple[str, ...] = setting(
        "TWILIO_AUTH_TOKENS",
        "auth token; two, separated by a comma, during a rotation",
        default=(),
        read=_words,
        secret=True,
    )
    twilio_api_key: str = setting("TWILIO_API_KEY", "API key for sending; empty: the auth token sends", default="")
    twilio_api_secret: str = setting("TWILIO_API_SECRET", "secret of TWILIO_API_KEY", default="", secret=True)
    twilio_messaging_service: str = setting(
        "TWILIO_MESSAGING_SERVICE",
        "Messaging Service that picks the SMS sender; empty: the number that was texted",
        default="",
    )
    twilio_base_url: str = setting(
        "TWILIO_BASE_URL",
        "empty: Twilio; else a stand-in of its REST API",
        default="",
        read=lambda text: text and _url(text),
    )
    sends_per_second: float = setting(
        "SENDS_PER_SECOND", "limit per sender number, in messages", default=10.0, read=_positive
    )
    confirm_stop: bool = setting(
        "STOP_CONFIRMED_BY", "who confirms STOP, START and HELP by SMS: carrier or puente", default=True, read=_confirms
    )

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.var / 'puente.db'}"

    @property
    def keys(self) -> Path:
        return self.keys_file or self.var / "keys.json"

    @property
    def bot_token(self) -> Path:
        return self.bot_token_file or self.var / "bot.token"

    @property
    def actions_token(self) -> Path:
        return self.actions_token_file or self.var / "actions.token"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read all settings; an unset or empty variable means the default.

    Raises:
        ConfigurationError: one message that lists every variable that cannot be read, and why.
    """
    given = {**_read_env_file(ROOT / ".env"), **(os.environ if environment is None else environment)}
    values: dict[str, Any] = {}
    problems: list[str] = []
    for one in fields(Settings):
        text = given.get(one.metadata["name"], "")
        if not text:
            continue
        try:
            values[one.name] = one.metadata["read"](text)
        except ValueError as error:
            problems.append(f"{one.metadata['name']}: {error}")
    if problems:
        raise ConfigurationError("settings cannot be read:\n  " + "\n  ".join(problems))
    return Settings(**values)


def _read_env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#") and "=" in line)
    return {name.strip(): value.strip().strip("'\"") for name, value in pairs}


def to_environment(settings: Settings) -> dict[str, str]:
    """Return the environment that makes a child process read these settings."""
    written = {one.metadata["name"]: _write(getattr(settings, one.name)) for one in fields(Settings)}
    return {**written, "DRAFTS": "send" if settings.drafts else "refuse",
            "STOP_CONFIRMED_BY": "puente" if settings.confirm_stop else "carrier"}  # fmt: skip


def _write(value: Any) -> str:
    return ",".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
