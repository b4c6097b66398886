"""Ready-made answers for caseworkers: catalogue texts in the person's language, found by title. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from conversation.answers.catalogue import Catalogue
from conversation.answers.wording import STAFF
from conversation.folding import fold
from conversation.messages import Channel
from store.cases.replies import OPENING

MOST_FOUND = 12
WHO_IS_TOLD = "system.who_is_told"  # the honest line about the duty to report
_ALSO_CASEWORKERS = (OPENING, WHO_IS_TOLD)
_OUR_OWN = ("system.", STAFF)  # texts that only the service itself can say, and those to caseworkers' phones


@dataclass(frozen=True, slots=True)
class ReadyAnswer:
    """One answer as it would be sent. `text`: a Mayan text stands with the text of its fallback below."""

    id: str
    title: str
    text: str
    language: str
    draft: bool


def search_answers(
    catalogue: Catalogue, words: str, *, language: str, locale: str, channel: Channel, today: date
) -> list[ReadyAnswer]:
    """Return the answers whose title, in the person's or the reader's language, or whose id holds every word."""
    wanted = fold(words).split()
    return list(islice(_search(catalogue, wanted, (language, locale), channel, today), MOST_FOUND)) if wanted else []


def find_answer(
    catalogue: Catalogue, answer: str, *, language: str, channel: Channel, today: date
) -> ReadyAnswer | None:
    """Return one answer; None: there is none, it may not be sent, or something in it is filled in by the service."""
    if answer not in catalogue.entries or (answer.startswith(_OUR_OWN) and answer not in _ALSO_CASEWORKERS):
        return None
    texts = catalogue.render(answer, language, channel=channel, today=today)
    if not texts or any("{" in text.body for text in texts):
        return None
    title = catalogue.find_title(answer, language) or answer
    body = "\n\n".join(text.body for text in texts)
    return ReadyAnswer(answer, title, body, texts[0].language, any(text.draft for text in texts))


def find_opening(catalogue: Catalogue, *, language: str, channel: Channel, today: date) -> ReadyAnswer | None:
    """Return the neutral first text of a safety case, if it may be sent."""
    return find_answer(catalogue, OPENING, language=language, channel=channel, today=today)


def _search(
    catalogue: Catalogue, wanted: list[str], languages: tuple[str, str], channel: Channel, today: date
) -> Iterator[ReadyAnswer]:
    for answer in catalogue.entries:
        if answer.startswith(_OUR_OWN):
            continue
        titles = [catalogue.find_title(answer, tag) or "" for tag in dict.fromkeys(languages)]
        haystack = fold(" ".join([*titles, answer.replace(".", " ").replace("_", " ")]))
        if all(word in haystack for word in wanted):
            found = find_answer(catalogue, answer, language=languages[0], channel=channel, today=today)
            if found:
                yield found
