"""Logs: one JSON object a line on standard error; ids, kinds and codes only, never words, numbers or addresses.

Each line of ours is an event (a fixed sentence) and listed fields; what happens within one request bears its id.
"""

import json
import logging
import re
import sys
import threading
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

OURS = ("service", "channels", "store", "actions", "bot", "simulator", "conversation")
# what our own records may carry beside their fixed sentence
FIELDS = (
    "inbox", "outbox", "erasure", "carrier_erasure", "kind", "answer", "attempt", "outcome", "reason", "code", "count",
    "rows",
)  # fmt: skip
request_id: ContextVar[str] = ContextVar("request_id", default="")
_LONGEST = 300  # characters of a library's sentence
_NUMBER = re.compile(r"\+?\d[\d\s().-]{5,}\d")


class JsonLines(logging.Formatter):
    """Fixed sentences and listed fields. Of an exception its class and place are told: its text may hold anything.

    Of a library only the sentence is told, without what it would fill in, and no long number.
    """

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self.collect(record), ensure_ascii=False, default=str)

    def collect(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return what a line may tell of a record."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "from": record.name}
        if record.name.partition(".")[0] in OURS:
            line["event"] = record.getMessage()
            line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        else:
            line["event"] = _NUMBER.sub("#", str(record.msg).partition("\n")[0])[:_LONGEST]
        if request := request_id.get():
            line["request"] = request
        if record.exc_info and record.exc_info[0]:
            line |= {"error": record.exc_info[0].__name__, "where": _where(record.exc_info[2])}
        return line


class PlainLines(JsonLines):
    """The same for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        line = self.collect(record)
        at, level, source, event = (line.pop(name) for name in ("at", "level", "from", "event"))
        return f"{at[11:19]} {level:8} {source}: {event}" + "".join(f" {name}={line[name]}" for name in line)


_FORMATS = {"json": JsonLines, "plain": PlainLines}


def set_up_logs(level: str = "info", style: str = "json") -> None:
    """Send every log, and what ends the process, through our formatter; libraries speak from WARNING up.

    Args:
        level: of our own rooms: debug, info, warning or error.
        style: "json" or "plain".
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_FORMATS[style]())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for room in OURS:
        logging.getLogger(room).setLevel(level.upper())
    sys.excepthook = _log_end
    threading.excepthook = _log_end_of_thread


def _log_end(kind: type[BaseException], error: BaseException, place: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("service").critical("the process ends", exc_info=(kind, error, place))


def _log_end_of_thread(end: threading.ExceptHookArgs) -> None:
    """As above: Python's own hook would print the exception's text."""
    if end.exc_value is not None:
        seen = end.exc_type, end.exc_value, end.exc_traceback
        logging.getLogger("service").critical("a thread ends", exc_info=seen)


def _where(place: TracebackType | None) -> str:
    """Return the innermost place, "file.py:12"."""
    frames = traceback.extract_tb(place)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
