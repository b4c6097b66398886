"""What the Rasa process may print: our own plain sentences, and of everything else only where it happened.

Rasa, Sanic and their libraries quote message texts in logs, warnings and error messages. None of their words pass.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import MutableMapping
from typing import Any

OWN_LOGGER = "bot"

_ENVIRONMENT = {
    # Two cores are shared with the web and the worker; matrices of one row gain nothing from threads.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "LOG_LEVEL": "WARNING",  # Rasa shows progress bars at any lower one
}


def prepare_runtime() -> None:
    """Pin threads, switch telemetry and warnings off. Runs before numpy and Rasa are imported: they read this once."""
    os.environ.update(_ENVIRONMENT)
    warnings.showwarning = _drop_warning  # several libraries reset the filters, none of them this


def silence_libraries() -> None:
    """Route all logging through one handler that repeats no foreign words. Run after the imports."""
    import structlog

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlaceOnlyFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.setLevel(logging.NOTSET)
            logger.propagate = True
    logging.getLogger(OWN_LOGGER).setLevel(logging.INFO)
    structlog.configure(
        processors=[_event_alone],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


class PlaceOnlyFormatter(logging.Formatter):
    """Our own records in full; of a foreign record its level, logger, place and error type, never its message."""

    def format(self, record: logging.LogRecord) -> str:
        name = record.name
        if name == OWN_LOGGER or name.startswith(f"{OWN_LOGGER}."):
            return f"{record.levelname} {name}: {record.getMessage()}"
        error = record.exc_info[0] if record.exc_info else None
        suffix = f" {error.__name__}" if error else ""
        return f"{record.levelname} {name} at {record.module}:{record.lineno}{suffix}"


def _drop_warning(*_: Any, **__: Any) -> None:
    """Warnings are for those who build; Rasa's quote training data and messages."""


def _event_alone(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    return str(event["event"])
