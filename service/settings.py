"""Every setting, read once at start from the environment (and a .env file), every problem reported together."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from conversation.appointments.schedule import DAYS_BEFORE
from conversation.check_ins.values import DAYS_AFTER
from conversation.errors import ConfigurationError
from service.env_file import read_env_file
from service.setting_checks import find_contradictions

# isort: off
from service.setting_texts import (
    ROOT, read_accents, read_bodies, read_carrier_erasure, read_confirms, read_count, read_day_list, read_days,
    read_drafts, read_format, read_hook, read_id, read_level, read_name, read_number, read_path, read_port, read_rate,
    read_tokens, read_url, read_urls, read_whole_number,
)  # fmt: skip

# isort: on
__all__ = ["ROOT", "Settings", "read_settings", "setting", "to_environment"]


def setting(name: str, help_line: str, *, default: Any, read: Callable[[str], Any] = str, secret: bool = False) -> Any:
    """Declare one setting: its environment variable, its help line, its default and how its text is read."""
    return field(default=default, repr=not secret, metadata={"name": name, "help": help_line, "read": read})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Defaults are the embedded demo on one machine; docs and .env.example are checked against this."""

    var: Path = setting("PUENTE_VAR", "folder of everything kept on disk", default=ROOT / "var", read=read_path)
    database_url: str = setting(
        "DATABASE_URL",
        "sqlite:///… or postgresql+psycopg://…; empty: a SQLite file in PUENTE_VAR",
        default="",
        secret=True,
    )
    keys_file: Path | None = setting(
        "KEYS_FILE", "sealing and look-up keys; empty: keys.json in PUENTE_VAR", default=None, read=read_path
    )
    worker_id: str = setting(
        "WORKER_ID", "name of a worker process, its own and the same after a restart", default="worker-1", read=read_id
    )
    worker_silent_s: float = setting(
        "WORKER_SILENT_S",
        "seconds of silence after which other workers take a worker's work over",
        default=30.0,
        read=read_rate,
    )
    workers: int = setting(
        "WORKERS",
        "workers that `puente run` starts; each takes an ACTIONS_PORT ten above the one before",
        default=1,
        read=read_count,
    )
    drafts: bool = setting(
        "DRAFTS", "send: unreviewed texts go out; refuse: a person answers instead", default=False, read=read_drafts
    )
    accents: bool = setting("ACCENTS", "accents by SMS: keep, or fold where it saves", default=True, read=read_accents)
    organisation: str = setting("ORGANISATION", "name of the organisation that answers", default="demo", read=read_name)
    public_url: str = setting(
        "PUBLIC_URL",
        "address the carrier posts to, as configured there",
        default="http://127.0.0.1:8080",
        read=read_url,
    )
    bind: str = setting("BIND", "address the web process listens on", default="127.0.0.1")
    port: int = setting("PORT", "port of the web process", default=8080, read=read_port)
    actions_port: int = setting(
        "ACTIONS_PORT", "loopback port of the bot's actions in the worker", default=8081, read=read_port
    )
    simulator_port: int = setting("SIMULATOR_PORT", "loopback port of the simulator", default=8082, read=read_port)
    bot_urls: tuple[str, ...] = setting(
        "BOT_URLS", "Rasa processes, separated by commas", default=("http://127.0.0.1:8083",), read=read_urls
    )
    bot_token_file: Path | None = setting(
        "BOT_TOKEN_FILE", "token of the bot's door; empty: bot.token in PUENTE_VAR", default=None, read=read_path
    )
    actions_token_file: Path | None = setting(
        "ACTIONS_TOKEN_FILE",
        "token of the actions' door; empty: actions.token in PUENTE_VAR",
        default=None,
        read=read_path,
    )
    twilio_account_sid: str = setting("TWILIO_ACCOUNT_SID", "account at Twilio", default="AC" + "0" * 32)
    twilio_auth_tokens: tuple[str, ...] = setting(
        "TWILIO_AUTH_TOKENS",
        "auth token; two, separated by a comma, during a rotation",
        default=(),
        read=read_tokens,
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
        read=lambda text: text and read_url(text),
    )
    carrier_connect_timeout_s: float = setting(
        "CARRIER_CONNECT_TIMEOUT_S",
        "longest wait for a connection to the carrier, seconds",
        default=3.0,
        read=read_rate,
    )
    carrier_timeout_s: float = setting(
        "CARRIER_TIMEOUT_S",
        "longest wait for the carrier's answer, seconds; after silence a text is looked up for six times as long",
        default=10.0,
        read=read_rate,
    )
    sends_per_second: float = setting("SENDS_PER_SECOND", "limit a sender number", default=10.0, read=read_rate)
    staff_sender: str = setting(
        "STAFF_SENDER",
        "our number that texts caseworkers' phones; empty: the last texted",
        default="",
        read=read_number,
    )
    staff_text_bodies: str = setting(
        "STAFF_TEXT_BODIES",
        "none, or all: words of safety and legal cases go to caseworkers' phones too",
        default="none",
        read=read_bodies,
    )
    keep_messages_days: int = setting(
        "KEEP_MESSAGES_DAYS", "days after which a message is deleted when no case needs it", default=90, read=read_days
    )
    keep_cases_days: int = setting(
        "KEEP_CASES_DAYS", "days after which a closed case loses its content", default=180, read=read_days
    )
    reminder_days: tuple[int, ...] = setting(
        "REMINDER_DAYS", "days before an appointment, 0 the morning", default=DAYS_BEFORE, read=read_day_list
    )
    check_in_days: tuple[int, ...] = setting(
        "CHECK_IN_DAYS", "days after a release on which questions are asked", default=DAYS_AFTER, read=read_day_list
    )
    erase_at_carrier: str = setting(
        "ERASE_AT_CARRIER",
        "never, or after_delivery: the carrier then deletes text and files once they are handled",
        default="never",
        read=read_carrier_erasure,
    )
    confirm_stop: bool = setting(
        "STOP_CONFIRMED_BY",
        "who confirms STOP, START and HELP by SMS: carrier or puente",
        default=True,
        read=read_confirms,
    )
    backup_folder: Path | None = setting(
        "BACKUP_FOLDER", "where backups go; empty: backups in PUENTE_VAR", default=None, read=read_path
    )
    backup_keep_days: int = setting("BACKUP_KEEP_DAYS", "age at which backups go, days", default=30, read=read_days)
    metrics_token_file: Path | None = setting(
        "METRICS_TOKEN_FILE",
        "token of metrics and details; empty: metrics.token in PUENTE_VAR",
        default=None,
        read=read_path,
    )
    alert_url: str = setting("ALERT_URL", "where alerts are posted", default="", read=read_hook, secret=True)
    alert_after_s: int = setting(
        "ALERT_AFTER_S", "longest wait without an alert, seconds", default=120, read=read_whole_number
    )
    alert_backup_h: int | None = setting(
        "ALERT_BACKUP_HOURS",
        "age of the newest backup that alerts, hours; empty: never",
        default=None,
        read=read_whole_number,
    )
    message_price_cents: float | None = setting(
        "MESSAGE_PRICE_CENTS", "price of one SMS segment, cents; empty: no prices shown", default=None, read=read_rate
    )
    log_level: str = setting("LOG_LEVEL", "debug, info, warning or error", default="info", read=read_level)
    log_format: str = setting("LOG_FORMAT", "json or plain", default="json", read=read_format)

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.var / 'puente.db'}"

    @property
    def keys(self) -> Path:
        return self.keys_file or self.var / "keys.json"

    @property
    def backups(self) -> Path:
        return self.backup_folder or self.var / "backups"

    @property
    def metrics_token(self) -> Path:
        return self.metrics_token_file or self.var / "metrics.token"

    @property
    def bot_token(self) -> Path:
        return self.bot_token_file or self.var / "bot.token"

    @property
    def actions_token(self) -> Path:
        return self.actions_token_file or self.var / "actions.token"


def read_settings(environment: Mapping[str, str] | None = None, *, env_file: Path = ROOT / ".env") -> Settings:
    """Read all settings; the environment wins over the file, and an unset or empty variable means the default.

    Raises:
        ConfigurationError: one message that lists every variable that cannot be read, and why.
    """
    problems: list[str] = []
    given = {**read_env_file(env_file, problems), **(os.environ if environment is None else environment)}
    values: dict[str, Any] = {}
    for one in fields(Settings):
        if text := given.get(one.metadata["name"], "").strip():
            try:
                values[one.name] = one.metadata["read"](text)
            except ValueError as error:
                problems.append(f"{one.metadata['name']}: {error}")
    settings = Settings(**values)
    problems += find_contradictions(settings)
    if problems:
        raise ConfigurationError("settings cannot be used:\n  " + "\n  ".join(problems))
    return settings


def to_environment(settings: Settings) -> dict[str, str]:
    """Return the environment that makes a child process read these settings."""
    written = {one.metadata["name"]: _write(getattr(settings, one.name)) for one in fields(Settings)}
    return {**written, "DRAFTS": "send" if settings.drafts else "refuse",
            "ACCENTS": "keep" if settings.accents else "fold",
            "STOP_CONFIRMED_BY": "puente" if settings.confirm_stop else "carrier"}  # fmt: skip


def _write(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
