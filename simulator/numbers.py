"""Invented people's numbers: exchange 555, lines 0101 to 0199, which belong to nobody, in area codes of many states."""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number was issued, as Twilio tells it: it says nothing of where a person is. Blank when unknown."""

    city: str = ""
    state: str = ""
    zip_code: str = ""


# Area code → a place in it. Some are blank but for the state, as they come from Twilio.
_PLACES = {
    "202": Place("WASHINGTON", "DC", "20001"),
    "205": Place("BIRMINGHAM", "AL", "35203"),
    "213": Place("LOS ANGELES", "CA", "90012"),
    "240": Place("", "MD", ""),
    "305": Place("MIAMI", "FL", "33125"),
    "312": Place("CHICAGO", "IL", "60608"),
    "402": Place("OMAHA", "NE", "68107"),
    "404": Place("ATLANTA", "GA", "30303"),
    "423": Place("CHATTANOOGA", "TN", "37402"),
    "502": Place("LOUISVILLE", "KY", "40202"),
    "504": Place("NEW ORLEANS", "LA", "70112"),
    "510": Place("OAKLAND", "CA", "94601"),
    "571": Place("", "VA", ""),
    "602": Place("PHOENIX", "AZ", "85003"),
    "617": Place("BOSTON", "MA", "02118"),
    "704": Place("CHARLOTTE", "NC", "28202"),
    "713": Place("HOUSTON", "TX", "77002"),
    "718": Place("BROOKLYN", "NY", "11201"),
    "801": Place("SALT LAKE CITY", "UT", "84101"),
    "908": Place("ELIZABETH", "NJ", "07201"),
    "956": Place("MCALLEN", "TX", "78501"),
}


def find_place(number: str) -> Place:
    """Return where an E.164 number of the US was issued; a blank place when its area code is not in the table."""
    return _PLACES.get(number[2:5], Place()) if number.startswith("+1") else Place()


def new_number(taken: frozenset[str]) -> str:
    """Return an invented E.164 number not taken yet; by chance, so that a restart does not bring back old people."""
    free = [f"+1{area}5550{line}" for area in _PLACES for line in range(101, 200)]
    return secrets.choice([number for number in free if number not in taken] or free)
