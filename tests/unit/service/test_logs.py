"""What may stand in a log line, and what may not."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.logs import JsonLines, PlainLines, request_id

ROOT = Path(__file__).parents[3]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    loggers = [logging.getLogger(name) for name in ("service.test", "somebody.else")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
    yield stream
    for logger in loggers:
        logger.removeHandler(handler)
        logger.propagate = True


def read(stream: io.StringIO) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(stream.getvalue())
    return line


def test_ours_carry_their_sentence_and_the_listed_fields_only(lines: io.StringIO) -> None:
    logging.getLogger("service.test").warning("%d texts wait", 3, extra={"outbox": "abc", "body": "canario"})

    line = read(lines)
    assert (line["level"], line["from"], line["event"], line["outbox"]) == (
        "warning", "service.test", "3 texts wait", "abc",
    )  # fmt: skip
    assert "canario" not in lines.getvalue()


def test_of_an_exception_only_class_and_place_are_told(lines: io.StringIO) -> None:
    try:
        raise ValueError("canario +12025550123")
    except ValueError:
        logging.getLogger("service.test").exception("it failed")

    line = read(lines)
    assert line["error"] == "ValueError"
    assert line["where"].startswith("test_logs.py:")
    assert "canario" not in lines.getvalue()


def test_of_a_library_neither_what_it_fills_in_nor_numbers_nor_later_lines_are_told(lines: io.StringIO) -> None:
    logging.getLogger("somebody.else").warning(
        "could not reach +1 (202) 555-0123 for %s\nexception=ValueError('canario')", "canario"
    )

    assert read(lines)["event"] == "could not reach # for %s"


def test_what_ends_a_process_is_logged_without_its_words() -> None:
    program = "from service.logs import set_up_logs; set_up_logs(); raise RuntimeError('canario')"

    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode == 1
    assert json.loads(ended.stderr)["error"] == "RuntimeError"
    assert "canario" not in ended.stderr


def test_what_ends_a_thread_is_logged_without_its_words() -> None:
    program = (
        "import threading; from service.logs import set_up_logs; set_up_logs()\n"
        "def fail(): raise RuntimeError('canario')\n"
        "thread = threading.Thread(target=fail); thread.start(); thread.join()"
    )

    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert json.loads(ended.stderr)["error"] == "RuntimeError"
    assert "canario" not in ended.stderr


def test_what_happens_within_a_request_bears_its_id(lines: io.StringIO) -> None:
    token = request_id.set("abc123")
    logging.getLogger("service.test").warning("refused")
    request_id.reset(token)

    assert read(lines)["request"] == "abc123"


def test_plain_lines_tell_no_more_than_json() -> None:
    extra = {"outbox": "abc", "body": "canario"}
    record = logging.getLogger("service.test").makeRecord(
        "service.test", logging.ERROR, "file.py", 1, "gave up", (), None, extra=extra
    )

    line = PlainLines().format(record)

    assert line.endswith("error    service.test: gave up outbox=abc")
    assert "canario" not in line


def test_the_level_is_that_of_our_own_rooms_and_libraries_stay_quiet() -> None:
    code = (
        "import logging; from service.logs import set_up_logs; set_up_logs('error', 'plain')\n"
        "logging.getLogger('service.x').warning('no'); logging.getLogger('service.x').error('yes')\n"
        "logging.getLogger('library').info('no'); logging.getLogger('library').warning('library speaks')"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert [line.partition(": ")[2] for line in done.stderr.splitlines()] == ["yes", "library speaks"]
