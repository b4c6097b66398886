"""Rules: what a text says stands on sources that somebody looks at again in time."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from conversation.answers.standing import FRESH_DAYS, MOVING
from service.catalogue.equality import find_lines, find_odd_lines
from service.catalogue.inspection import Inspection, Offence, accuse, bodies

EARLIEST, LATEST = date(2024, 1, 1), date(2100, 1, 1)  # no page was read for us before, and no clock says more
_ADDRESS = re.compile(r"(?:https?://)?((?:[A-Za-z0-9-]+\.)+[a-z]{2,}\b(?:/[\w./-]*\w)?)")


def find_addresses(text: str) -> set[str]:
    """Return the web addresses that a text tells people to look at, without https://."""
    return {address.removeprefix("www.") for address in _ADDRESS.findall(text)}


def find_unknown_lines(inspection: Inspection) -> Iterator[Offence]:
    """Every number and every web address of a text stands in data/reference/, and was confirmed."""
    reference = inspection.rules.reference
    for wording in inspection.wordings:
        for body in bodies(wording):
            for number in sorted(find_odd_lines(body)):
                yield accuse(wording, f"write {number} as 1- and ten digits, three, three and four")
            for number in sorted(find_lines(body)):
                line = reference.find_hotline(number)
                if line is None or not line.confirmed:
                    yield accuse(wording, f"names {number}, which hotlines.csv does not have, or not confirmed")
            for address in sorted(find_addresses(body)):
                if not reference.knows_page(address):
                    yield accuse(wording, f"names {address}, which pages.csv does not have")


def find_unsourced(inspection: Inspection) -> Iterator[Offence]:
    """A text that names a line has a source; each source has an address and a day on which it was read."""
    entries = inspection.rules.catalogue.entries
    for wording in inspection.wordings:
        lines = set().union(*map(find_lines, bodies(wording))) - {inspection.words.emergency}
        if lines and not inspection.entry_of(wording).sources:
            yield accuse(wording, "names a line and has no source")
    for entry in entries.values():
        if not entry.sources and not entry.is_of_service and not entry.first:
            yield Offence(entry.id, None, "has no source; give one, or mark it `first` for the reviewers")
        for source in entry.sources:
            if not source.url or not source.url.startswith("http") or not EARLIEST <= source.read < LATEST:
                yield Offence(entry.id, None, f'its source "{source.title}" needs an address and the day it was read')


def find_late_reviews(inspection: Inspection) -> Iterator[Offence]:
    """The sources are to be read again as soon as the volatility says."""
    for entry in inspection.rules.catalogue.entries.values():
        newest = max((source.read for source in entry.sources), default=None)
        limit = timedelta(days=FRESH_DAYS[entry.volatility])
        if entry.review_by is None or (newest and not newest < entry.review_by <= newest + limit):
            yield Offence(entry.id, None, f"review_by must be within {limit.days} days of the newest reading")


def find_stale(inspection: Inspection, today: date) -> Iterator[Offence]:
    """Entries whose sources should have been read again by now: told, no break of a rule, since time alone makes it."""
    for entry in inspection.rules.catalogue.entries.values():
        if entry.review_by and entry.review_by < today:
            yield Offence(entry.id, None, f"its sources were to be read again by {entry.review_by}")


def find_without_short(inspection: Inspection) -> Iterator[Offence]:
    """What is very volatile has a short form in each complete language: that is sent until somebody reviewed it."""
    for wording in inspection.wordings:
        entry = inspection.entry_of(wording)
        needs_short = entry.volatility == MOVING and entry.may_shorten
        if needs_short and wording.language in inspection.complete and not wording.short:
            yield accuse(wording, "is very volatile and needs a short form")
