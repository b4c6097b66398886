"""When people are there again, in the words of a language: the values of the texts that say so. Pure."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from conversation.answers.catalogue import Catalogue
from conversation.answers.wording import WEEKDAYS

_TWENTY_FOUR = frozenset({"fr", "pt"})  # languages that count the hours of a day to 24; elsewhere am and pm
WAITING = frozenset(
    {"system.handoff_waiting", "system.waiting_closed"}
)  # said once; then silence until somebody answers
_CLOSED = {"system.handoff": "system.handoff_closed", "system.handoff_waiting": "system.waiting_closed"}


def render_opening(opens: datetime, catalogue: Catalogue, language: str) -> Mapping[str, str] | None:
    """Return `day`, `hour` and `zone` for a moment on the wall clock of an office.

    None: the names of the days may not be said in this language, or the moment has no place.
    """
    names = catalogue.find_wording(WEEKDAYS, language)
    if names is None or not isinstance(opens.tzinfo, ZoneInfo):
        return None
    days = [one.strip() for one in names.text.split(",")]
    if len(days) != 7:
        return None
    place = opens.tzinfo.key.rpartition("/")[2].replace("_", " ")
    return {"day": days[opens.weekday()], "hour": render_hour(opens, language), "zone": place}


def render_hour(at: datetime, language: str) -> str:
    """Return an hour in plain ASCII, so that it costs no more by SMS: "9:00 am", "16:30"."""
    if language in _TWENTY_FOUR:
        return f"{at.hour}:{at.minute:02}"
    return f"{(at.hour - 1) % 12 + 1}:{at.minute:02} {'am' if at.hour < 12 else 'pm'}"


def choose_text(
    said: str, opens: datetime | None, catalogue: Catalogue, language: str
) -> tuple[str, Mapping[str, str] | None]:
    """Return the text that says when people are there, with its values; `said` as it was where that is not known.

    Args:
        opens: when people are there again, on their own wall clock; None: they are there now, or nobody can say.
    """
    closed = _CLOSED.get(said)
    if opens is None or closed is None:
        return said, None
    spoken = (tag for tag in catalogue.languages.chain(language) if catalogue.find_wording(closed, tag))
    tag = next(spoken, None)
    values = render_opening(opens, catalogue, tag) if tag else None
    return (closed, values) if values else (said, None)
