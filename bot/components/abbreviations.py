"""What thumbs write, spelled out for the sentence encoder: "xq no la aceptan" → "porque no la aceptan". Pure.

An encoder has read books and pages, not text messages. The same short form means different things in different
languages ("pk", "n"), so the message votes first: which language has most of its common or short words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.components.folding import find_words

TABLE = Path(__file__).with_name("abbreviations.tsv")

# The commonest short words of each language that are rare in the others, folded.
_COMMON = {
    "es": "el los las del por con para una su mi y lo como pero hay si me se le no es que en ya fue esta tiene donde",
    "en": "the and to of is my in it that for you have he she do can not i we what with was they this are if how where",
    "pt": "o os as do da dos das em um uma nao meu minha eu ele ela com por mas foi tem ao voce esta posso onde como",
    "fr": "le les des du et je il elle un une mon ma est dans pour pas que qui avec nous vous ne sur mais ou comment",
    "ht": "mwen li yo ki nan pou pa te ap gen yon sa nou se ak kote kijan lekol pitit fe lan ka ki",
}


@dataclass(frozen=True)
class Abbreviations:
    """Long forms by language and folded short form."""

    forms: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, path: Path = TABLE) -> Abbreviations:
        forms: dict[str, dict[str, str]] = {}
        for line in path.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                language, short, long = line.split("\t")
                forms.setdefault(language, {})[short] = long
        return cls(forms)

    def spell_out(self, text: str) -> str:
        """Return the text with the short forms of its language replaced; a text of no known language stays as it is."""
        words = list(find_words(text))
        language = self._vote(word.folded for word in words)
        if language is None:
            return text
        forms, pieces, end = self.forms[language], [], 0
        for word in words:
            if word.folded in forms:
                pieces += [text[end : word.start], forms[word.folded]]
                end = word.end
        return "".join([*pieces, text[end:]])

    def _vote(self, words: Iterable[str]) -> str | None:
        votes: Counter[str] = Counter()
        for word in words:
            for language, forms in self.forms.items():
                votes[language] += (word in _COMMON_WORDS[language]) + (word in forms)
        best, most = max(votes.items(), key=lambda vote: vote[1], default=(None, 0))
        return best if most else None


_COMMON_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
