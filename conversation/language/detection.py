"""Which language a message is in, what a conversation has shown so far, and which language to answer in.

Neither voice is believed on one short message: votes add up over the conversation, a stated language always wins, an
established one changes only after two clear messages against it, and no Mayan text ever goes alone. One very clear
message in another language is answered in both.
`detect` loads its files once, when first called: the one exception to "no I/O" in this room.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from conversation.language.languages import OTHER_MAYAN
from conversation.language.voices import MAYAN, Detection, Voices

__all__ = ["Choice", "Detection", "choose", "detect", "note_asked_again", "remember"]

RESOURCES = Path(__file__).parent / "resources"
SURE = 5.0  # nats between the best two from which a message counts against an established language
DOUBT = 12.0  # nats of lead below which a second voice that disagrees is a doubt
DECAY = 0.8  # of the older votes with every new one
SETTLED = 10.0  # nats of lead in the sum of votes that establish the language of a conversation
MESSAGES_TO_SWITCH = 2  # clear messages in a row against an established or a stated language
WORDS_TO_ASK = 3  # after less, the next message is awaited
_SETTLED_KEY = "settled:"
_AGAINST_KEY = "against:"
_ASKED_AGAIN_KEY = "asked again:"


@dataclass(frozen=True, slots=True)
class Choice:
    """What to answer in.

    Attributes:
        language: tag of the first text; "es" when nothing is known.
        second: tag of a text to send beside it: Spanish with a Mayan language, English when nothing is known, the
            other one when Spanish and English are in doubt, the established one when a message is clearly in another
            language or has just switched it; else None.
        ask: the question which language is best belongs under the answer (the caller asks once).
        candidates: tags to offer in that question, best first, at most four.
        again: the question may be asked once more: two messages in a row speak clearly against the stated language.
    """

    language: str
    second: str | None
    ask: bool
    candidates: tuple[str, ...]
    again: bool = False

    @property
    def pair(self) -> bool:
        return self.second is not None


def detect(text: str) -> Detection:
    """Return what one message shows; the first call loads table and profiles."""
    return _load_voices().detect(text)


def remember(votes: Mapping[str, float], detection: Detection, *, stated: str | None = None) -> dict[str, float]:
    """Return the votes of a conversation after one more message; JSON keeps them between messages.

    Args:
        votes: what `remember` returned last, {} at first: per tag the running sum of scores, older messages counting
            less; once a language is established "settled:<tag>", the messages in a row that spoke against it; with a
            stated language "against:<tag>", the same for that one, and "asked again:<tag>" once that was asked about.
        detection: of the new message; no vote changes nothing.
        stated: language the person or a caseworker named.
    """
    if detection.language is None:
        return dict(votes)
    return _add_votes(votes, detection) | _count_against(votes, detection, stated)


def note_asked_again(votes: Mapping[str, float], stated: str) -> dict[str, float]:
    """Return the votes with the mark that the stated language was asked about again: that is done once."""
    return dict(votes) | {_ASKED_AGAIN_KEY + stated: 1.0}


def choose(*, stated: str | None, votes: Mapping[str, float], detection: Detection) -> Choice:
    """Return the language to answer this message in.

    Args:
        stated: language the person or a caseworker named; wins over everything.
        votes: of the conversation before this message.
        detection: of this message.
    """
    after = remember(votes, detection, stated=stated)
    if stated is not None:
        return _keep_stated(stated, after, detection)
    ranking = _rank_votes(after)
    if not ranking:
        return Choice("es", "en", ask=False, candidates=("es", "en"))
    before, settled = _find_settled(votes)[0], _find_settled(after)[0]
    if settled and before and detection.language and (settled != before or _is_foreign(settled, detection)):
        return _answer_both(detection.language, before, ranking)
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


def _add_votes(votes: Mapping[str, float], detection: Detection) -> dict[str, float]:
    """Return the sums and the established language after a message that tells a language."""
    sums = {tag: round(DECAY * votes.get(tag, 0.0) + score, 2) for tag, score in detection.scores.items()}
    settled, against = _find_settled(votes)
    if settled is None:
        return sums | ({_SETTLED_KEY + _rank_votes(sums)[0]: 0.0} if _settles(votes, sums, detection) else {})
    if detection.language == settled:
        against = 0.0
    elif detection.margin >= SURE:
        against += 1
    if against < MESSAGES_TO_SWITCH:
        return sums | {_SETTLED_KEY + settled: against}
    return dict(detection.scores) | {_SETTLED_KEY + str(detection.language): 0.0}


def _settles(votes: Mapping[str, float], sums: Mapping[str, float], detection: Detection) -> bool:
    """Tell whether a language is established now: not by one name or one word, which may look like any language."""
    first = not _rank_votes(votes)
    return _find_lead(sums) >= SETTLED and not (first and not detection.agreed)


def _count_against(votes: Mapping[str, float], detection: Detection, stated: str | None) -> dict[str, float]:
    """Return what is remembered of messages against the stated language; nothing of languages stated before."""
    if stated is None:
        return {}
    count = votes.get(_AGAINST_KEY + stated, 0.0)
    if _is_foreign(stated, detection):
        count += 1
    elif detection.language == stated:
        count = 0.0
    asked = {key: mark for key, mark in votes.items() if key == _ASKED_AGAIN_KEY + stated}
    return {_AGAINST_KEY + stated: count} | asked


def _keep_stated(stated: str, after: Mapping[str, float], detection: Detection) -> Choice:
    """Return the stated language, Spanish beside a Mayan one, and whether to ask about it again."""
    second = "es" if stated in MAYAN else None
    often = after.get(_AGAINST_KEY + stated, 0.0) >= MESSAGES_TO_SWITCH
    if not often or _ASKED_AGAIN_KEY + stated in after or not _is_foreign(stated, detection):
        return Choice(stated, second, ask=False, candidates=(stated,))
    offered = tuple(dict.fromkeys((str(detection.language), stated, "es")))
    return Choice(stated, second, ask=True, candidates=offered, again=True)


def _is_foreign(known: str, detection: Detection) -> bool:
    """Tell whether a message is very clearly in another language than the known one.

    Mayan languages are too close to each other to count as another, and Spanish is everybody's second one beside them.
    """
    clear = detection.margin >= DOUBT and detection.agreed and detection.words >= WORDS_TO_ASK
    kin = (known in MAYAN or known == OTHER_MAYAN) and (detection.group == "mayan" or detection.language == "es")
    return clear and detection.language != known and not kin


def _answer_both(language: str, established: str, ranking: list[str]) -> Choice:
    """Return both the language of a clear message and the established one, and the question with a Mayan one."""
    if established in MAYAN:
        return Choice(language, established, ask=True, candidates=_offer(established, language))
    rival = next(tag for tag in ranking if tag != language)
    offered = dict.fromkeys((*_offer(language, rival)[:2], established, "es"))
    return Choice(language, established, ask=language in MAYAN, candidates=tuple(offered))


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
