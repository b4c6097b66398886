"""Phone lines and web pages that texts name: who runs them, and whether a source confirms them. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Operator(StrEnum):
    """Who runs a line; a text that names it says so in plain words."""

    GOVERNMENT = "government"
    CONTRACTOR = "contractor"  # a company or group that works for the government
    NONPROFIT = "nonprofit"
    LOCAL = "local"  # differs from place to place
    FOREIGN_GOVERNMENT = "foreign_government"


@dataclass(frozen=True, slots=True)
class Hotline:
    """A line by phone, text or WhatsApp.

    Attributes:
        text: the number that takes text messages.
        shares_with: with whom it passes on what it hears, in plain words; empty where no source tells.
        confirmed: a source was read; else no text may name it.
    """

    id: str
    name: str
    phone: str | None
    text: str | None
    whatsapp: str | None
    web: str | None
    operator: Operator
    shares_with: str
    confirmed: bool

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(number for number in (self.phone, self.text, self.whatsapp) if number)


@dataclass(frozen=True, slots=True)
class Page:
    """A page that texts name: a host, or a host with a path, without "https://" and "www."."""

    page: str
    owner: str
    operator: Operator
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """All lines and pages."""

    hotlines: Mapping[str, Hotline]
    pages: Mapping[str, Page]
    _by_number: Mapping[str, Hotline] = field(init=False, repr=False)
    _addresses: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        numbers = {plain_number(number): line for line in self.hotlines.values() for number in line.numbers}
        webs = (line.web for line in self.hotlines.values() if line.web and line.confirmed)
        pages = (page.page for page in self.pages.values() if page.confirmed)
        object.__setattr__(self, "_by_number", numbers)
        object.__setattr__(self, "_addresses", frozenset(map(plain_address, (*webs, *pages))))

    def find_hotline(self, number: str) -> Hotline | None:
        """Return the line of a number as a text writes it, for calls, texts or WhatsApp."""
        return self._by_number.get(plain_number(number))

    def knows_page(self, address: str) -> bool:
        """Tell whether an address is a confirmed page; a host alone does not stand for all its pages."""
        return plain_address(address) in self._addresses


def plain_number(number: str) -> str:
    """Return the digits of a number, a long one of the United States without its 1."""
    digits = re.sub(r"\D", "", number)
    return digits[1:] if len(digits) == len("12025550123") and digits.startswith("1") else digits


def plain_address(address: str) -> str:
    return re.sub(r"^https?://", "", address.strip()).removeprefix("www.").rstrip("/")


def join_numbers(lines: Iterable[tuple[str, str]]) -> str:
    """Return "Guatemala 1-844-…, Honduras 1-202-…" of names with their numbers."""
    return ", ".join(f"{name} {number}" for name, number in lines)
