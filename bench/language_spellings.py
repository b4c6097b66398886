"""How people spell on a phone: the training text once more, as it would have been typed. Draws have fixed seeds."""

import random
import re
from collections.abc import Iterator, Sequence

from conversation.language.letters import drop_accents, drop_apostrophes

# Pattern and what is typed instead, tried in this order on each place with the chance below.
_TYPED: dict[str, tuple[tuple[str, str], ...]] = {
    "es": (
        (r"\bporque\b", "xq"),
        (r"\bpor\b", "x"),
        (r"\bpara\b", "pa"),
        (r"\bque\b", "q"),
        (r"qu(?=[eiéí])", "k"),
        (r"\best(?=[aáoe])", "t"),
        (r"\bh(?=[aeiou])", ""),
        (r"ll", "y"),
        (r"v", "b"),
        (r"z", "s"),
        (r"c(?=[eiéí])", "s"),
        (r"\bc(?=[aou])", "k"),
        (r"ado\b", "ao"),
        (r"\bg(?=[ei])", "j"),
    ),
    "en": (
        (r"\byou\b", "u"),
        (r"\bare\b", "r"),
        (r"\bbecause\b", "bc"),
        (r"ing\b", "in"),
        (r"\bplease\b", "pls"),
        (r"\bwhat\b", "wat"),
        (r"\byour\b", "ur"),
        (r"\bthe\b", "da"),
        (r"\band\b", "n"),
        (r"\bgoing to\b", "gonna"),
        (r"\bwant to\b", "wanna"),
        (r"ou", "u"),
        (r"ee", "e"),
        (r"ght", "t"),
        (r"ph", "f"),
        (r"th", "d"),
        (r"ck", "k"),
    ),
    "pt": (
        (r"\bvocê\b", "vc"),
        (r"\bnão\b", "n"),
        (r"\best(?=[aá])", "t"),
        (r"\bporque\b", "pq"),
        (r"\bque\b", "q"),
        (r"qu(?=[ei])", "k"),
        (r"\btambém\b", "tb"),
        (r"ç", "c"),
        (r"ss", "s"),
    ),
    "fr": (
        (r"\bc'est\b", "c"),
        (r"\bje suis\b", "chui"),
        (r"qu(?=[eiao])", "k"),
        (r"\bvous\b", "vs"),
        (r"\bpour\b", "pr"),
        (r"\bque\b", "q"),
        (r"eau", "o"),
        (r"ph", "f"),
        (r"ai", "é"),
    ),
    "ht": ((r"\bmwen\b", "m"), (r"è", "e"), (r"ò", "o"), (r"w", "r"), (r"ou\b", "u")),
}
_TYPED_MAYAN = (  # as those who learned to write in Spanish do
    (r"k'?(?=[aou])", "c"),
    (r"k'?(?=[ei])", "qu"),
    (r"w", "hu"),
    (r"tz", "ts"),
    (r"q'", "k"),
    (r"x", "sh"),
    (r"j", "h"),
    (r"'", ""),
)
_MAYAN = ("quc", "mam", "kek", "kjb", "cak", "ixl")
_TYPED |= dict.fromkeys(_MAYAN, _TYPED_MAYAN)
_CHANCE = 0.4
_BARE = 0.6  # share of typed lines without any accent
_SLIPS = 0.05  # slips of the finger per character
_OLD_VOWELS = str.maketrans("aeiou", "äëïöü")  # K'iche' also writes its short vowels so; then it looks like Kaqchikel
_OLD_CHANCE = 0.25


def spell(tag: str, lines: Sequence[str]) -> Iterator[tuple[float, list[str]]]:
    """Yield (weight, lines) for each way of spelling cleaned lines of one language; the plain one comes first."""
    bare = [drop_apostrophes(line) for line in lines]
    yield 1 / 3, list(lines)
    yield 1 / 3, bare
    yield 1 / 3, [drop_accents(line) for line in bare]
    draw = random.Random(f"spelling of {tag}")
    yield 0.2, [_slip(draw, drop_accents(line)) for line in bare]
    if tag in _TYPED:
        rules = [(re.compile(pattern), typed) for pattern, typed in _TYPED[tag]]
        yield (0.1 if tag in _MAYAN else 0.15), [_type(draw, line, rules) for line in lines]
    if tag == "quc":
        yield 0.1, [_write_old_vowels(draw, line) for line in lines]


def _type(draw: random.Random, line: str, rules: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, typed in rules:
        line = _replace_some(draw, pattern, typed, line)
    return drop_accents(line) if draw.random() < _BARE else line


def _replace_some(draw: random.Random, pattern: re.Pattern[str], typed: str, line: str) -> str:
    return pattern.sub(lambda found: typed if draw.random() < _CHANCE else found[0], line)


def _slip(draw: random.Random, line: str) -> str:
    """Leave out, double or swap letters here and there."""
    typed: list[str] = []
    for letter in line:
        if letter == " " or draw.random() >= _SLIPS:
            typed.append(letter)
            continue
        slip = draw.randrange(3)
        if slip == 1:
            typed += letter * 2
        elif slip == 2:
            typed.insert(max(0, len(typed) - 1), letter)
    return "".join(typed)


def _write_old_vowels(draw: random.Random, line: str) -> str:
    return "".join(letter.translate(_OLD_VOWELS) if draw.random() < _OLD_CHANCE else letter for letter in line)
