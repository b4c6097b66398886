"""Which language a message is in, what a conversation has shown so far, and which language to answer in.

Neither voice is believed on one short message: votes add up over the conversation, a stated language always wins, an
established one changes only after two clear messages against it, and no Mayan text ever goes alone.
`detect` loads its files once, when first called: the one exception to "no I/O" in this room.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from conversation.language_voices import MAYAN, Detection, Voices

__all__ = ["Choice", "Detection", "choose", "detect", "remember"]

RESOURCES = Path(__file__).parent / "resources"
SURE = 5.0  # nats between the best two from which a message counts against an established language
DOUBT = 12.0  # nats of lead below which a second voice that disagrees is a doubt
DECAY = 0.8  # of the older votes with every new one
SETTLED = 10.0  # nats of lead in the sum of votes that establish the language of a conversation
MESSAGES_TO_SWITCH = 2  # clear messages in a row against an established language
WORDS_TO_ASK = 3  # after less, the next message is awaited
_SETTLED_KEY = "settled:"


@dataclass(frozen=True, slots=True)
class Choice:
    """What to answer in.

    Attributes:
        language: tag of the first text; "es" when nothing is known.
        second: tag of a text to send beside it: Spanish with a Mayan language, English when nothing is known, the
            other one when Spanish and English are in doubt; else None.
        ask: the question which language is best belongs under the answer (the caller asks once).
        candidates: tags to offer in that question, best first, at most three.
    """

    language: str
    second: str | None
    ask: bool
    candidates: tuple[str, ...]

    @property
    def pair(self) -> bool:
        return self.second is not None


def detect(text: str) -> Detection:
    """Return what one message shows; the first call loads table and profiles."""
    return _load_voices().detect(text)


def remember(votes: Mapping[str, float], detection: Detection) -> dict[str, float]:
    """Return the votes of a conversation after one more message; JSON keeps them between messages.

    Args:
        votes: what `remember` returned last, {} at first: per tag the running sum of scores, older messages counting
            less, and once a language is established "settled:<tag>", the messages in a row that spoke against it.
        detection: of the new message; no vote changes nothing.
    """
    if detection.language is None:
        return dict(votes)
    sums = {tag: round(DECAY * votes.get(tag, 0.0) + score, 2) for tag, score in detection.scores.items()}
    settled, against = _find_settled(votes)
    if settled is None:
        return sums | ({_SETTLED_KEY + _rank_votes(sums)[0]: 0.0} if _find_lead(sums) >= SETTLED else {})
    if detection.language == settled:
        against = 0.0
    elif detection.margin >= SURE:
        against += 1
    if against < MESSAGES_TO_SWITCH:
        return sums | {_SETTLED_KEY + settled: against}
    return dict(detection.scores) | {_SETTLED_KEY + detection.language: 0.0}


def choose(*, stated: str | None, votes: Mapping[str, float], detection: Detection) -> Choice:
    """Return the language to answer this message in.

    Args:
        stated: language the person or a caseworker named; wins over everything.
        votes: of the conversation before this message.
        detection: of this message.
    """
    if stated is not None:
        return Choice(stated, "es" if stated in MAYAN else None, ask=False, candidates=(stated,))
    after = remember(votes, detection)
    ranking = _rank_votes(after)
    if not ranking:
        return Choice("es", "en", ask=False, candidates=("es", "en"))
    settled, _ = _find_settled(after)
    language = settled or ranking[0]
    rival = next(tag for tag in ranking if tag != language)
    lead = SETTLED if settled else _find_lead(after)
    doubtful = settled is None and (lead < SURE or (lead < DOUBT and not detection.agreed))
    return Choice(
        language,
        _find_second(language, rival if lead < SURE else None),
        ask=language in MAYAN or (doubtful and detection.words >= WORDS_TO_ASK),
        candidates=_offer(language, rival),
    )


@cache
def _load_voices() -> Voices:
    return Voices.load(RESOURCES)


def _find_settled(votes: Mapping[str, float]) -> tuple[str | None, float]:
    """Return the established language and how many messages in a row spoke against it."""
    found = [(key.removeprefix(_SETTLED_KEY), count) for key, count in votes.items() if key.startswith(_SETTLED_KEY)]
    return found[0] if found else (None, 0.0)


def _rank_votes(votes: Mapping[str, float]) -> list[str]:
    """Return the tags, best sum first."""
    tags = [key for key in votes if not key.startswith(_SETTLED_KEY)]
    return sorted(tags, key=lambda tag: -votes[tag])


def _find_lead(votes: Mapping[str, float]) -> float:
    """Return by how many nats the best language leads."""
    best, next_best = _rank_votes(votes)[:2]
    return votes[best] - votes[next_best]


def _find_second(language: str, rival: str | None) -> str | None:
    """Return the tag of the text to send beside the first one; `rival` may as well be the right language."""
    if language in MAYAN:
        return "es"
    return rival if {language, rival} == {"es", "en"} else None


def _offer(language: str, rival: str) -> tuple[str, ...]:
    """Return the languages to choose from, Spanish always among them, beside a Mayan one its nearest relative."""
    near = (rival,) if language not in MAYAN or rival in MAYAN else ()
    return tuple(dict.fromkeys((language, *near, "es", "en")))[:3]
