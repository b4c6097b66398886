"""What a caseworker writes from their own phone: a reply to a case, a command about one, or plain words. Pure.

The tag of a case stands before what is meant for it: "A7 hello", "a7: hello", "[A7] hello". With a space inside ("A 7
take") it is a tag before a command only, since Spanish sentences begin like that ("A 7 cuadras"). A command is the
whole rest of a message, never a word inside it: "A7 pass by the office" is a reply.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum


class StaffAct(StrEnum):
    """What a message asks for. Those in the second block are about one case, which the tag names."""

    LIST = "list"
    ON = "on"
    OFF = "off"
    HELP = "help"
    PICK = "pick"  # a digit alone, which answers our question
    WORDS = "words"  # for a person, without a tag
    REACTION = "reaction"  # a phone tells in words that somebody tapped a heart
    EMPTY = "empty"

    REPLY = "reply"
    SHOW = "show"  # a tag alone
    TAKE = "take"
    DONE = "done"
    PASS = "pass"  # noqa: S105
    NOTE = "note"
    ASK = "ask"  # send the neutral first text of a case of danger
    UNCLEAR = "unclear"  # a tag before a command that is about no case: "A7 list"


@dataclass(frozen=True, slots=True)
class StaffCommand:
    """One message of a caseworker, understood.

    Attributes:
        code: of the case, in capitals ("A7"); None when no case was named.
        text: what is meant for the person or the note; of PICK the digits.
        loose: the whole message, when `code` was written with a space inside before plain words: it may be no tag.
    """

    act: StaffAct
    code: str | None = None
    text: str = field(default="", repr=False)
    loose: str | None = field(default=None, repr=False)


_OF_A_CASE = {
    "take": StaffAct.TAKE,
    "tomar": StaffAct.TAKE,
    "tomo": StaffAct.TAKE,
    "done": StaffAct.DONE,
    "listo": StaffAct.DONE,
    "pass": StaffAct.PASS,
    "pasar": StaffAct.PASS,
    "paso": StaffAct.PASS,
    "ask": StaffAct.ASK,
    "preguntar": StaffAct.ASK,
}
_ALONE = {
    "list": StaffAct.LIST,
    "lista": StaffAct.LIST,
    "on": StaffAct.ON,
    "activar": StaffAct.ON,
    "off": StaffAct.OFF,
    "pausa": StaffAct.OFF,
    "help": StaffAct.HELP,
    "ayuda": StaffAct.HELP,
    "info": StaffAct.HELP,
}
_NOTE = re.compile(r"(?:note|nota)\b[\s:,.–-]*", re.IGNORECASE)
_CODE = r"([A-Za-z]{1,3})([1-9][0-9]?)"
_TAG = re.compile(rf"\s*[#(\[]?{_CODE}[\])]?(?![\w'’])[\s:;,.>–-]*")
_LOOSE_TAG = re.compile(r"\s*[#(\[]?\s*([A-Za-z]{1,3})[\s-]+([1-9][0-9]?)\s*[\])]?(?![\w'’])[\s:;,.>–-]*")
_WORD_THEN_TAG = re.compile(rf"\s*(\w+)\s+[#(\[]?{_CODE}[\])]?(?![\w'’])[\s:;,.>–-]*")
_DIGITS = re.compile(r"\s*([0-9]{1,3}(?:[\s-]?[0-9]{3})?)[\s.)]*")
_SIX_DIGITS = re.compile(r"\s*([0-9]{3})[\s-]?([0-9]{3})[\s.]*")
# What phones write when somebody taps a heart, or takes it away; the rest is our own text in quotation marks.
_REACTION = re.compile(
    r"\s*(?:liked|loved|disliked|laughed at|emphasized|questioned|reacted\b.{0,40}? to|removed a .{1,30}? from"
    r"|(?:no )?le (?:gusto|encanto)|me (?:gusta|encanta)|se rio de|enfatizo|cuestiono|reacciono\b.{0,40}? a"
    r"|elimino .{1,40}? de)\s*[\"“«„].*",
    re.DOTALL,
)


def parse_staff_command(text: str) -> StaffCommand:
    """Understand one message of a caseworker; capitals, accents and spaces around do not matter."""
    if not text.strip():
        return StaffCommand(StaffAct.EMPTY)
    if _REACTION.fullmatch(_plain(text)):
        return StaffCommand(StaffAct.REACTION)
    if digits := _DIGITS.fullmatch(text):
        return StaffCommand(StaffAct.PICK, text=digits[1])
    if alone := _ALONE.get(_word(text)):
        return StaffCommand(alone)
    return _parse_tagged(text) or _parse_swapped(text) or _parse_loose(text) or _parse_untagged(text)


def parse_phone_code(text: str) -> str | None:
    """Return the six digits when a message is such a code and nothing else."""
    found = _SIX_DIGITS.fullmatch(text)
    return found[1] + found[2] if found else None


def _parse_tagged(text: str) -> StaffCommand | None:
    found = _TAG.match(text)
    return _about(_code(found[1], found[2]), text[found.end() :]) if found else None


def _parse_swapped(text: str) -> StaffCommand | None:
    """Read "TAKE A7", and "NOTE A7 text"."""
    found = _WORD_THEN_TAG.match(text)
    if found is None:
        return None
    rest = text[found.end() :].strip()
    if _NOTE.fullmatch(found[1]):
        return StaffCommand(StaffAct.NOTE, _code(found[2], found[3]), rest)
    act = _OF_A_CASE.get(_plain(found[1]))
    return StaffCommand(act, _code(found[2], found[3])) if act and not rest else None


def _parse_loose(text: str) -> StaffCommand | None:
    found = _LOOSE_TAG.match(text)
    if found is None:
        return None
    command = _about(_code(found[1], found[2]), text[found.end() :])
    if command.act in (StaffAct.REPLY, StaffAct.NOTE):
        return StaffCommand(StaffAct.WORDS, command.code, text[found.end() :].strip(), loose=text.strip())
    return command


def _parse_untagged(text: str) -> StaffCommand:
    """Plain words, or a command that lacks the tag of its case, which must not reach a person."""
    if act := _OF_A_CASE.get(_word(text)):
        return StaffCommand(act)
    if note := _NOTE.match(text):
        return StaffCommand(StaffAct.NOTE, text=text[note.end() :].strip())
    return StaffCommand(StaffAct.WORDS, text=text.strip())


def _about(code: str, rest: str) -> StaffCommand:
    """Read what stands behind a tag."""
    word = _word(rest)
    if not rest.strip():
        return StaffCommand(StaffAct.SHOW, code)
    if act := _OF_A_CASE.get(word):
        return StaffCommand(act, code)
    if word in _ALONE:
        return StaffCommand(StaffAct.UNCLEAR, code)
    if note := _NOTE.match(rest):
        return StaffCommand(StaffAct.NOTE, code, rest[note.end() :].strip())
    return StaffCommand(StaffAct.REPLY, code, rest.strip())


def _code(letters: str, digits: str) -> str:
    return letters.upper() + digits


def _word(text: str) -> str:
    """Return a text as a command is compared: plain letters without the signs around them."""
    return _plain(text).strip(" \t\r\n.!¡?¿,;:*\"'")


def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in spread if not unicodedata.combining(sign))
