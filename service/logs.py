"""Logs: one JSON object a line on standard error; ids, kinds and codes only, never words, numbers or addresses."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

OURS = ("service", "channels", "store", "actions", "bot", "simulator", "conversation")
# what our own records may carry beside their fixed sentence
FIELDS = ("inbox", "outbox", "kind", "answer", "attempt", "outcome", "reason", "code")
_LONGEST = 300  # characters of a library's sentence
_NUMBER = re.compile(r"\+?\d[\d\s().-]{5,}\d")


class JsonLines(logging.Formatter):
    """Fixed sentences and listed fields. Of an exception its class and place are told: its text may hold anything.

    Of a library only the sentence is told, without what it would fill in, and no long number.
    """

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "from": record.name}
        if record.name.partition(".")[0] in OURS:
            line["event"] = record.getMessage()
            line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        else:
            line["event"] = _NUMBER.sub("#", str(record.msg).partition("\n")[0])[:_LONGEST]
        if record.exc_info and record.exc_info[0]:
            line |= {"error": record.exc_info[0].__name__, "where": _where(record.exc_info[2])}
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logs() -> None:
    """Send every log, and what ends the process, through our formatter; libraries speak from WARNING up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for room in OURS:
        logging.getLogger(room).setLevel(logging.INFO)
    sys.excepthook = _log_end


def _log_end(kind: type[BaseException], error: BaseException, place: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("service").critical("the process ends", exc_info=(kind, error, place))


def _where(place: TracebackType | None) -> str:
    """Return the innermost place, "file.py:12"."""
    frames = traceback.extract_tb(place)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
