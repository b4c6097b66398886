"""Masking of government numbers before anything stores, reads or logs them (I8). Pure.

A number goes when its shape is a government's (SSN, USCIS receipt), when a word or letter before it says what it is
("A#", "pasaporte", "seguro social"), or when it has exactly nine digits, as A-numbers and SSNs do and US phones do not.
Phones, dates, ZIP codes, prices and times stay: caseworkers need them. A nine digit number after "+", "$" or a word for
telephone is taken for a phone abroad or a price. Identity numbers of other countries are not masked.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from conversation.folding import plain_character

_NEAR = 30  # characters between a number and the word that says what it is
_BESIDE = 12  # the same for the Spanish "a" of "llame a 912345678", which is no A-number


def mask(text: str) -> str:
    """Return a text with government numbers replaced by tokens; everything else, letter by letter, as it came.

    The tokens are [A-number], [SSN], [ITIN], [passport], [receipt] and [number]. Masking twice is masking once: a
    number is judged by what stands between it and the next number or token, and the last stage never takes half of one.
    """
    for stage in _STAGES:
        pieces = _TOKEN.split(text)  # tokens at the odd places
        text = "".join(piece if place % 2 else _mask_stretch(piece, stage) for place, piece in enumerate(pieces))
    return text


def leave_out_tokens(text: str) -> str:
    """Return a masked text with a space for each token: "[A-number]" is our word, not the person's."""
    return _TOKEN.sub(" ", text)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern with a group "number". phone_within: how far before it a word for telephone saves it; 0 not at all."""

    pattern: re.Pattern[str]
    token: str | None
    phone_within: int = 0


def _mask_stretch(text: str, rules: tuple[_Rule, ...]) -> str:
    seen, places = _read(text)
    taken = bytearray(len(seen))
    spans: list[tuple[int, int, str]] = []
    for rule in rules:
        for found in rule.pattern.finditer(seen):
            start, end = found.span("number")
            if not any(taken[start:end]) and not _is_phone(seen, start, rule.phone_within):
                taken[start:end] = b"1" * (end - start)
                spans.append((places[start], places[end - 1] + 1, rule.token or _name(seen, start, end)))
    pieces, done = [], 0
    for start, end, token in sorted(spans):
        pieces += [text[done:start], token]
        done = end
    return "".join(pieces) + text[done:]


def _read(text: str) -> tuple[str, Sequence[int]]:
    """Return the text as it looks (plain letters, ASCII digits, nothing invisible) and where each letter comes from."""
    if text.isascii() and "\0" not in text:
        return text.lower(), range(len(text))
    seen = [(part, place) for place, character in enumerate(text) for part in _plain(character)]
    return "".join(part for part, _ in seen), [place for _, place in seen]


def _plain(character: str) -> str:
    if character.isascii():
        return character.lower() if character != "\0" else ""
    return "-" if unicodedata.category(character) == "Pd" else plain_character(character)


def _is_phone(seen: str, start: int, within: int) -> bool:
    words = re.split(r"[\d\[\]]", seen[max(0, start - within) : start])[-1]
    return _PHONE_WORD.search(words) is not None


def _name(seen: str, start: int, end: int) -> str:
    """Return the token for nine digits by the words before them, else by those after them."""
    before = re.split(r"[\d\[\]]", seen[max(0, start - _NEAR) : start])[-1]
    after = re.split(r"[\d\[\]]", seen[end : end + _NEAR])[0]
    names = (token for words in (before, after) for cue, token in _CUES if cue.search(words))
    return next(names, "[number]")


_TOKEN = re.compile(r"(\[(?:A-number|SSN|ITIN|passport|receipt|number)\])")

# Every repetition below is bounded, so a text costs a fixed number of steps per letter whatever is in it.
_GAP = r"[\s.\-_/]{0,3}"
_START = r"(?<!\d[\s.\-_/])"  # a longer number is something else, mostly a phone; of two that touch neither is taken
_END = r"(?![\s.\-_/]?\d)"
_NINE = rf"\d(?:{_GAP}\d){{8}}"
_EIGHT_OR_NINE = rf"\d(?:{_GAP}\d){{7,8}}"
_YEAR = r"(?:19|20)\d\d"
_NO_DATE = (
    rf"(?!(?:\d{{1,2}}\s)?\d{{1,2}}[-/. ]\d{{1,2}}[-/. ]{_YEAR}(?!\d)|{_YEAR}[-/. ]\d{{1,2}}[-/. ]\d{{1,2}}(?!\d)"
    rf"|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])20\d\d(?!\d))"
)
_PHONE = (
    r"(?:\b(?:tel|cel|fon|fax)\b|\btele?f|phone|\bcel+ular|\bcell|\bcall|\btext|\bllam|\bmarc|\bmarque|whats|w[ao]ts|\bwasap"
    r"|\blig(?:ue|ar|a)\b|\bappel|\brele\b|\bmovil)"
)
_FILLER = rf"(?:(?!{_PHONE})[^\d\[\]]){{0,{_NEAR}}}?"  # between a cue and its number: no digit, no talk of phones

_ALIEN = (
    r"(?:\balien|\ba[\s\-_]{0,2}(?:number|numero|numewo|nimewo|num\b)|\b(?:numero|num|nimewo|nro|no)\b\.?[\s\-]{0,2}"
    r"(?:de\s)?a\b|\bextranjer[oa]|\bestrangeir[oa]|\betranger|\betranje|\buscis\b)"
)
_PASSPORT = r"(?:\bpass?a?port|\bpasseport|\bpaspo\b)"
_ITIN = r"\bitin\b"
_SOCIAL = r"\b(?:ssn|s\.s\.n|social|seguro|sosyal|securite|seguranca|seguridad)\b"
_CUES = tuple(
    (re.compile(cue), token)
    for cue, token in (
        (rf"{_ALIEN}|(?<![a-z])a[\s#:.\-]{{0,3}}$", "[A-number]"),
        (_PASSPORT, "[passport]"),
        (_ITIN, "[ITIN]"),
        (_SOCIAL, "[SSN]"),
    )
)
_PHONE_WORD = re.compile(_PHONE)

# First letters of USCIS receipt numbers: service centres, national benefits centre, online filing (uscis.gov glossary).
_RECEIPT = (
    r"(?<![a-z])(?P<number>(?:eac|vsc|wac|csc|lin|nsc|src|tsc|nbc|msc|ysc|psc|ioe)[\s#:\-]{0,3}"
    r"\d(?:[\s\-]{0,2}\d){9})(?!\d)"
)
_NOT_ABROAD = r"(?<![\d+$])(?<!\$\s)(?<!\+\d\s)(?<!\+\d\d\s)(?<!\+\d{3}\s)(?<!\+\d\d-)(?<!\+\d{3}-)"
_NINE_TOGETHER = rf"{_NOT_ABROAD}(?P<number>\d{{9}})(?!\d)"
_NINE_LETTER = r"(?<![a-z])(?P<number>a(?:\s?[#:.\-][\s#:.\-]{0,2})?\d{9})(?!\d)"
_NINE_LONE_LETTER = r"(?<![a-z])(?P<number>a\s{1,3}\d{9})(?!\d)"
_THREE_BY_THREE = (
    rf"{_NOT_ABROAD}{_START}(?P<number>\d{{3}}(?P<gap>[\s\-])\d{{3}}(?P=gap)\d{{3}}|\d(?:\s\d){{8}}){_END}"
)
_SSN_SHAPE = rf"(?<!\d){_START}(?P<number>{{first}}\d\d(?P<gap>[\s.\-])\d\d(?P=gap)\d{{{{4}}}}){_END}"
_NAMED = rf"(?P<number>(?:(?<![a-z])a[\s#:.\-]{{0,3}})?{_NO_DATE}{_EIGHT_OR_NINE}){_END}"
_LETTER = rf"(?<![a-z])(?P<number>a(?:\s?[#:.\-][\s#:.\-]{{0,2}})?{_NO_DATE}(?:{_EIGHT_OR_NINE}|\d{{7}})){_END}"
# A lone "a" is also a Spanish word: after it only the groupings that A-numbers have, never the 4-4 of a phone abroad.
_LONE_LETTER = (
    rf"(?<![a-z])(?P<number>a\s{{1,3}}{_NO_DATE}(?:\d{{8}}|\d{{2,3}}[\s.\-]{{1,3}}\d{{3}}[\s.\-]{{1,3}}\d{{3}}"
    rf"|\d{{2,3}}[\s\-]\d{{6}}|\d{{6}}[\s\-]\d{{3}}|\d(?:\s\d){{7,8}})){_END}"
)
_PASSPORT_NUMBER = (
    rf"(?P<number>\d\d[a-z]{{2}}\d{{5}}"  # France; elsewhere digits after some letters
    rf"|(?:(?<![a-z])[a-z]{{1,3}}(?=\d)|(?<![a-z])[a-z][\s\-](?=\d))?{_NO_DATE}\d(?:[\s\-]?\d){{5,8}}){_END}"
)

# What the first stage takes does not depend on its neighbours; what it took bounds the numbers of the second.
_STAGES = (
    (
        _Rule(re.compile(_RECEIPT), "[receipt]"),
        _Rule(re.compile(_NINE_LETTER), "[A-number]"),
        _Rule(re.compile(_NINE_LONE_LETTER), "[A-number]", _BESIDE),
        _Rule(re.compile(_NINE_TOGETHER), None, _NEAR),
    ),
    (
        _Rule(re.compile(_SSN_SHAPE.format(first="9")), "[ITIN]"),
        _Rule(re.compile(_SSN_SHAPE.format(first="[0-8]")), "[SSN]"),
        _Rule(re.compile(rf"{_ALIEN}{_FILLER}{_NAMED}"), "[A-number]"),
        _Rule(re.compile(rf"{_PASSPORT}{_FILLER}{_PASSPORT_NUMBER}"), "[passport]"),
        _Rule(re.compile(_LETTER), "[A-number]"),
        _Rule(re.compile(rf"{_ITIN}{_FILLER}(?P<number>{_NINE}){_END}"), "[ITIN]"),
        _Rule(re.compile(rf"{_SOCIAL}{_FILLER}(?P<number>{_NINE}){_END}"), "[SSN]"),
        _Rule(re.compile(_LONE_LETTER), "[A-number]", _BESIDE),
        _Rule(re.compile(_THREE_BY_THREE), None, _NEAR),
    ),
)
