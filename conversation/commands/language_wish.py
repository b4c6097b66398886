"""Whether a message asks for another language: "hablame en español por fa", "no spanish, english please". Pure.

A message is a wish when it names a language and all its other words are ones that people use to ask for a language, all
in one language: "no hablo español, solo mam" wishes for Mam, "no entiendo inglés" for another language that it does not
name, and "quiero aprender inglés" for none, since "aprender" is not among those words (data/languages.yml).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_LONGEST_NAME = 4  # words


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish for a language.

    Attributes:
        language: tag of the language it is said in; None where several have these words.
        target: tag of the language wished for; None where none is named but those not spoken, or several.
    """

    language: str | None
    target: str | None


@dataclass(frozen=True, slots=True)
class LanguageWishes:
    """All folded.

    Attributes:
        names: tag of each language by its names.
        words: per language the words that people use to ask.
        negations: per language the words after which a language is one that is not spoken.
        courtesies: what may stand anywhere, longest first.
    """

    names: Mapping[str, str]
    words: Mapping[str, frozenset[str]]
    negations: Mapping[str, frozenset[str]]
    courtesies: Sequence[str]

    def find(self, words: Sequence[str]) -> Wish | None:
        """Return the wish that the folded words of a message are, else None."""
        spoken = list(self._read(self._skip(words)))
        around = {word for word, tag in spoken if tag is None}
        said_in = [tag for tag, known in self.words.items() if around <= known]
        if not around or not said_in or len(around) == len({word for word, _ in spoken}):
            return None
        negations = self._find_negations(said_in)
        wanted = set(_find_wanted(spoken, negations))
        return Wish(said_in[0] if len(said_in) == 1 else None, wanted.pop() if len(wanted) == 1 else None)

    def _find_negations(self, tags: Sequence[str]) -> frozenset[str]:
        """Return the words that negate in most of some languages: "pa" does in Creole, and means "in" in K'iche'."""
        negating = [word for tag in tags for word in self.negations.get(tag, ())]
        return frozenset(word for word in negating if 2 * negating.count(word) > len(tags))

    def _skip(self, words: Sequence[str]) -> list[str]:
        """Return the words without those of courtesy."""
        text = f" {' '.join(words)} "
        for courtesy in self.courtesies:
            text = text.replace(f" {courtesy} ", " ")
        return text.split()

    def _read(self, words: Sequence[str]) -> Iterator[tuple[str, str | None]]:
        """Yield each word with None, each name of a language, of one word or several, with its tag."""
        place = 0
        while place < len(words):
            ends = range(min(len(words), place + _LONGEST_NAME), place, -1)
            end = next((end for end in ends if " ".join(words[place:end]) in self.names), place + 1)
            text = " ".join(words[place:end])
            yield text, self.names.get(text)
            place = end


def _find_wanted(spoken: Iterable[tuple[str, str | None]], negations: frozenset[str]) -> Iterator[str]:
    """Yield the tags of the languages that are not said not to be spoken."""
    negated = False
    for word, tag in spoken:
        if tag and not negated:
            yield tag
        negated = tag is None and (negated or word in negations)
