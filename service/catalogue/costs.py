"""What each text costs by SMS, and what one edit would save."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from channels.sms_text import Encoding, count_segments, find_outside_gsm, prepare_for_sms
from conversation.answers.catalogue import Wording
from service.catalogue.filling import Filling, count_sms_segments

FEW = 12  # characters too many for a segment that one edit can take out


@dataclass(frozen=True, slots=True)
class TextCost:
    """One text as it is sent by SMS.

    Attributes:
        units: septets in GSM7, UTF-16 units in UCS2.
        outside: the characters that make it UCS-2, each once, in order.
        spelled: segments if those were written with the alphabet of GSM-7.
        over: characters too many for the next smaller number of segments, if at most FEW; else 0.
    """

    answer: str
    language: str
    encoding: Encoding
    units: int
    segments: int
    outside: str
    spelled: int
    over: int

    @property
    def saving(self) -> str:
        """What one edit would save, in words for a writer; empty where none would."""
        if self.spelled < self.segments:
            return f"{self.segments} to {self.spelled} without {' '.join(self.outside)}"
        if self.over:
            return f"{self.segments} to {self.segments - 1} with {self.over} characters less"
        return ""


@dataclass(frozen=True, slots=True)
class LanguageCost:
    """The texts of one language together; `gsm7` is a share of 0 to 1, lengths are characters."""

    language: str
    texts: int
    mean_length: float
    mean_segments: float
    median_segments: float
    longest: int
    gsm7: float
    savings: int


def measure(wording: Wording, filling: Filling) -> TextCost:
    """Measure one wording with the longest values of its places."""
    body = prepare_for_sms(filling.fill(wording))
    counted, segments = count_segments(body), count_sms_segments(body)
    outside = find_outside_gsm(body)
    return TextCost(
        answer=wording.answer,
        language=wording.language,
        encoding=counted.encoding,
        units=counted.units,
        segments=segments,
        outside=outside,
        spelled=count_sms_segments(body.translate({ord(character): "x" for character in outside})),
        over=_find_over(body, segments),
    )


def add_up(costs: Sequence[TextCost]) -> LanguageCost:
    """Add up the texts of one language, at least one."""
    segments = [cost.segments for cost in costs]
    return LanguageCost(
        language=costs[0].language,
        texts=len(costs),
        mean_length=mean(cost.units for cost in costs),
        mean_segments=mean(segments),
        median_segments=median(segments),
        longest=max(segments),
        gsm7=mean(cost.encoding is Encoding.GSM7 for cost in costs),
        savings=sum(bool(cost.saving) for cost in costs),
    )


def group_by_language(costs: Iterable[TextCost]) -> dict[str, list[TextCost]]:
    """Return the costs of each language, in the order in which the languages come."""
    groups: dict[str, list[TextCost]] = {}
    for cost in costs:
        groups.setdefault(cost.language, []).append(cost)
    return groups


def _find_over(body: str, segments: int) -> int:
    """Return how many characters at the end must go until the text costs a segment less; 0 when those are many."""
    if segments <= 1:
        return 0
    return next((cut for cut in range(1, FEW + 1) if count_sms_segments(body[:-cut]) < segments), 0)
