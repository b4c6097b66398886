"""What the Rasa process prints: our sentences whole, foreign records without their words."""

import logging

from bot.components.quiet import PlaceOnlyFormatter


def record(name: str, message: str, *arguments: object, error: Exception | None = None) -> logging.LogRecord:
    exc_info = (type(error), error, None) if error else None
    return logging.LogRecord(name, logging.ERROR, "/x/processor.py", 42, message, arguments, exc_info)


def test_our_own_records_are_shown_whole() -> None:
    shown = PlaceOnlyFormatter().format(record("bot", "ready with %s", "puente-1.tar.gz"))

    assert shown == "ERROR bot: ready with puente-1.tar.gz"


def test_a_foreign_record_shows_its_place_and_none_of_its_words() -> None:
    foreign = record("rasa.core.processor", "could not parse %s", "canary", error=ValueError("canary"))
    foreign.stack_info = "canary"

    shown = PlaceOnlyFormatter().format(foreign)

    assert shown == "ERROR rasa.core.processor at processor:42 ValueError"


def test_a_library_whose_name_begins_like_ours_is_foreign() -> None:
    assert "canary" not in PlaceOnlyFormatter().format(record("botocore", "canary"))
