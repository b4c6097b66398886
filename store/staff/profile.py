"""What an organisation decides about somebody who works there, read from what was typed. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from store.staff.staff import DISCIPLINES, Role, fold_login

LONGEST = 64  # characters of a login or a name
MOST_CASES, MOST_PAGES = 100, 100
_TAG = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47, as far as we need it


class ProfileFault(StrEnum):
    """Why something about an account cannot be as it was typed, or may not be changed."""

    LOGIN = "login"  # not 1 to LONGEST printable characters without a space
    NAME = "name"
    ROLE = "role"
    LANGUAGE = "language"
    DISCIPLINE = "discipline"
    CAPACITY = "capacity"  # not 0 to MOST_CASES
    PAGES = "pages"  # not 0 to MOST_PAGES
    TAKEN = "taken"  # somebody has this login already
    GONE = "gone"  # nobody who works here
    STALE = "stale"  # somebody else has changed it meanwhile
    LAST_ADMINISTRATOR = "last_administrator"
    OWN_ACCOUNT = "own_account"  # nobody ends their own account


@dataclass(frozen=True, slots=True)
class Profile:
    """One account as it shall be.

    Attributes:
        capacity: cases at a time; a crisis counts more.
        page_limit: calls to urgent cases in twelve hours.
    """

    name: str = field(repr=False)
    role: Role = Role.CASEWORKER
    languages: tuple[str, ...] = ()
    disciplines: tuple[str, ...] = ()
    capacity: int = 10
    page_limit: int = 4
    on_call: bool = False


def find_login_fault(login: str) -> ProfileFault | None:
    """Return why nobody can sign in by this login; None: it will do."""
    plain = fold_login(login)
    odd = not plain.isprintable() or any(one.isspace() for one in plain)
    return ProfileFault.LOGIN if odd or not 0 < len(plain) <= LONGEST else None


def parse_profile(
    *, name: str, role: str, languages: Sequence[str], disciplines: Sequence[str], capacity: str = "10",
    page_limit: str = "4", on_call: bool = False,
) -> Profile | ProfileFault:  # fmt: skip
    """Return an account as it was typed, or the first thing in it that cannot be."""
    plain, tongues, fields = name.strip(), _words(languages), _words(disciplines)
    if not 0 < len(plain) <= LONGEST or any(unicodedata.category(one) == "Cc" for one in plain):
        return ProfileFault.NAME
    if (given := find_role(role)) is None:
        return ProfileFault.ROLE
    if not all(_TAG.fullmatch(tag) for tag in tongues):
        return ProfileFault.LANGUAGE
    if not set(fields) <= set(DISCIPLINES):
        return ProfileFault.DISCIPLINE
    if (cases := parse_count(capacity, MOST_CASES)) is None:
        return ProfileFault.CAPACITY
    if (pages := parse_count(page_limit, MOST_PAGES)) is None:
        return ProfileFault.PAGES
    return Profile(plain, given, tongues, fields, cases, pages, on_call)


def find_role(text: str) -> Role | None:
    """Return a role by its word, however it is spelled; None: it is none."""
    plain = text.strip().lower()
    return Role(plain) if plain in Role else None


def parse_count(text: str, most: int) -> int | None:
    """Return a whole number from 0 to `most`; None: it is none."""
    plain = text.strip()
    is_number = plain.isascii() and plain.isdecimal() and len(plain) <= len(str(most))
    return int(plain) if is_number and int(plain) <= most else None


def _words(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
