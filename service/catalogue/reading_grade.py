"""How many years of school a text asks of its reader, in English and Spanish; docs/decisions/0031.

English: the Flesch-Kincaid grade level (Kincaid and others, 1975). Spanish: Crawford's formula (1984), years of school.
Both count words, sentences and syllables; syllables are counted by the vowels, which is all but exact for Spanish and
right for nine English words of ten. A figure for writers, no judgement of one text.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_NOT_READ = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?|\{\w+\}|\S*\d\S*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_END = re.compile(r"[.!?:;]+(?=\s|$)|\n+")

_SPANISH_VOWELS = re.compile("[aeiouáéíóúü]+|(?<=[^aeiou])y$")
_STRONG = re.compile("[aeoáéóíú]")
_ENGLISH_VOWELS = re.compile("[aeiouy]+")
_ENGLISH_HIATUS = re.compile("i(?=a)(?!al\\b|an\\b)|(?<=[^qg])ue(?=[lnt])|eo(?!us)(?=n)|io(?!n|us)|ea(?=te)")
_SILENT_END = re.compile("(?<=[^aeiouyl])e$|(?<=[^aeiouylszxcgh])es$|(?<=[^aeiouytd])ed$|(?<=[aeiouy]l)e$")


@dataclass(frozen=True, slots=True)
class _Counts:
    words: int
    sentences: int
    syllables: int


def measure_grade(text: str, language: str) -> float | None:
    """Return the years of school that a text asks for; None for a language without a formula, or without words."""
    formula = _FORMULAS.get(language)
    counts = _count(text, language) if formula else None
    return formula(counts) if formula and counts else None


def _count(text: str, language: str) -> _Counts | None:
    """Count what is read aloud as words: addresses, numbers and places are not."""
    read = _NOT_READ.sub(" ", text)
    words = _WORD.findall(read)
    sentences = sum(bool(_WORD.search(part)) for part in _END.split(read))
    syllables = sum(_count_syllables(word.casefold(), language) for word in words)
    return _Counts(len(words), sentences, syllables) if words else None


def _count_syllables(word: str, language: str) -> int:
    count = _SYLLABLES[language](word)
    return max(count, 1)


def _count_spanish(word: str) -> int:
    """Count strong vowels and accented ones; weak ones lean on them, and two weak ones are one syllable."""
    vowels = _SPANISH_VOWELS.findall(re.sub("(?<=[qg])u(?=[eiéí])", "", word))
    return sum(max(1, len(_STRONG.findall(group))) for group in vowels)


def _count_english(word: str) -> int:
    """Count groups of vowels; the e of an end is silent, but in -le, -ted, -ded and after hissing sounds."""
    spoken = _SILENT_END.sub("", word)
    return len(_ENGLISH_VOWELS.findall(spoken)) + len(_ENGLISH_HIATUS.findall(spoken))


def _flesch_kincaid(counts: _Counts) -> float:
    return 0.39 * counts.words / counts.sentences + 11.8 * counts.syllables / counts.words - 15.59


def _crawford(counts: _Counts) -> float:
    per_hundred_words = 100 / counts.words
    return 0.049 * counts.syllables * per_hundred_words - 0.205 * counts.sentences * per_hundred_words - 3.407


_SYLLABLES: Mapping[str, Callable[[str], int]] = {"en": _count_english, "es": _count_spanish}
_FORMULAS: Mapping[str, Callable[[_Counts], float]] = {"en": _flesch_kincaid, "es": _crawford}
