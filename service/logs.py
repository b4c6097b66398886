"""Logs: one JSON object a line on standard error; ids, kinds and codes only, never words, numbers or addresses."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

# what our own records may carry beside their fixed sentence
FIELDS = ("inbox", "outbox", "kind", "answer", "attempt", "outcome", "reason", "code")


class JsonLines(logging.Formatter):
    """Fixed sentences and listed fields. Of an exception only its class is told: its text may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "from": record.name}
        line["event"] = record.getMessage()
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logs() -> None:
    """Send every log through our formatter; libraries speak from WARNING up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for room in ("service", "channels", "store", "actions", "bot", "simulator"):
        logging.getLogger(room).setLevel(logging.INFO)
