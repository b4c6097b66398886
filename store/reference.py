"""Reading data/reference/: tables of what differs from place to place, each row with its source and its day.

All mistakes are reported together, each with its file, line and column; docs/reference.md tells the columns.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path

from conversation.errors import ContentError
from conversation.folding import fold
from conversation.places.consulates import Consulate, Consulates, Country
from conversation.places.courts import Court
from conversation.places.health import Coverage, PregnancyCare
from conversation.places.interpreters import Interpreters
from conversation.places.lines import Directory, Hotline, Operator, Page
from conversation.places.place import Place
from conversation.places.reference import ALL_STATES_LINE, Reference
from conversation.places.schools import SchoolAges
from store.reference_rows import Row, read_keyed, read_rows

_COLUMNS = {
    "child_coverage": "state program under_age income_limit page phone note",
    "pregnancy_coverage": "state covered income_limit note",
    "school_ages": "state compulsory_from compulsory_to free_to note",
    "child_protection_lines": "state phone hours confirmed note",
    "immigration_courts": "name city state address phone status latitude longitude note",
    "consulates": "country city state address phone kind latitude longitude confirmed note",
    "countries": "country en es pt fr ht also line",
    "hotlines": "id name purpose phone text whatsapp web hours languages operator shares_with confirmed note",
    "pages": "page owner operator confirmed note",
    "interpreters": "id name place languages web confirmed note",
}
_NAMES = ("en", "es", "pt", "fr", "ht")  # languages in which countries.csv has names


class _CourtStatus(StrEnum):
    OPEN = "open"
    CLOSING = "closing"  # kept in the table so that nobody adds it again; not told
    NOT_TOLD = "not_told"


class _ConsulateKind(StrEnum):
    CONSULATE = "consulate"
    CONSULAR_SECTION = "consular_section"


def read_reference(folder: Path, codes: frozenset[str]) -> Reference:
    """Read the tables.

    Args:
        codes: letters of the states that there are.

    Raises:
        ContentError: a file is missing or breaks its format; every mistake is named.
    """
    mistakes: list[str] = []
    rows = {name: list(_read(folder, name, mistakes)) for name in _COLUMNS}
    for row in (row for table in rows.values() for row in table if "state" in row.cells):
        row.get_state(codes)
    hotlines = read_keyed(rows["hotlines"], "id", _read_hotline)
    general = hotlines.get(ALL_STATES_LINE)
    if general is None or not general.phone or not general.confirmed:
        mistakes.append(
            f"reference/hotlines.csv, column id: {ALL_STATES_LINE} must stand there, confirmed, with a phone"
        )
    coverage = read_keyed(rows["child_coverage"], "state", partial(_read_coverage, hotlines))
    countries = read_keyed(rows["countries"], "country", partial(_read_country, hotlines))
    reference = Reference(
        coverage=coverage,
        pregnancy=read_keyed(rows["pregnancy_coverage"], "state", _read_pregnancy),
        school_ages=read_keyed(rows["school_ages"], "state", _read_ages),
        child_lines=read_keyed(rows["child_protection_lines"], "state", _read_child_line),
        courts=tuple(court for row in rows["immigration_courts"] if (court := _read_court(row))),
        consulates=Consulates(
            countries, tuple(one for row in rows["consulates"] if (one := _read_consulate(row, countries)))
        ),
        directory=Directory(hotlines, read_keyed(rows["pages"], "page", _read_page)),
        interpreters=tuple(read_keyed(rows["interpreters"], "id", _read_interpreters).values()),
    )
    if mistakes:
        raise ContentError("\n".join(mistakes))
    return reference


def _read(folder: Path, name: str, mistakes: list[str]) -> list[Row]:
    return list(read_rows(folder / f"{name}.csv", _COLUMNS[name].split(), mistakes))


def _read_hotline(row: Row) -> Hotline:
    line = Hotline(
        id=row.get("id"),
        name=row.get("name"),
        phone=row.find_phone("phone"),
        text=row.find_phone("text"),
        whatsapp=row.find_phone("whatsapp"),
        web=row.find_page("web"),
        operator=row.choose("operator", Operator),
        shares_with=row.cells["shares_with"],
        confirmed=row.is_yes("confirmed"),
    )
    if not line.numbers and not line.web:
        row.blame("phone", "a line needs a number or a page")
    return line


def _read_page(row: Row) -> Page:
    page = row.find_page("page") or ""
    return Page(page, row.get("owner"), row.choose("operator", Operator), row.is_yes("confirmed"))


def _read_interpreters(row: Row) -> Interpreters:
    cells, web = row.cells, row.find_page("web")
    return Interpreters(
        row.get("id"), row.get("name"), cells["place"], cells["languages"], web, row.is_yes("confirmed"), cells["note"]
    )


def _read_coverage(hotlines: Mapping[str, Hotline], row: Row) -> Coverage | None:
    program, age, phone = row.find("program"), row.find_age("under_age"), row.find_phone("phone")
    if (program is None) != (age is None):
        row.blame("under_age", "a program and the age of its children belong together")
    if phone and phone not in {line.phone for line in hotlines.values() if line.confirmed}:
        row.blame("phone", "must be a confirmed line of hotlines.csv")
    return Coverage(program, age, phone, row.cells["as_of"]) if program and age else None


def _read_pregnancy(row: Row) -> PregnancyCare | None:
    if row.cells["covered"] not in ("yes", ""):
        row.blame("covered", "must be yes, or empty where nothing is known")
    return PregnancyCare(row.cells["as_of"]) if row.cells["covered"] else None


def _read_ages(row: Row) -> SchoolAges:
    first, last = row.find_age("compulsory_from"), row.find_age("compulsory_to")
    if first and last and first >= last:
        row.blame("compulsory_to", "must be above compulsory_from")
    return SchoolAges(first, last, row.find_age("free_to"), row.cells["as_of"])


def _read_child_line(row: Row) -> str | None:
    phone = row.find_phone("phone")
    return phone if phone and row.is_yes("confirmed") else None


def _read_court(row: Row) -> Court | None:
    court = Court(
        row.get("name"), row.get("city"), row.get("address"), row.find_phone("phone"), _read_place(row, row.get("city"))
    )
    return court if row.choose("status", _CourtStatus) is _CourtStatus.OPEN else None


def _read_consulate(row: Row, countries: Mapping[str, Country]) -> Consulate | None:
    if row.cells["country"] not in countries:
        row.blame("country", "must stand in countries.csv")
    row.choose("kind", _ConsulateKind)
    city = row.get("city")
    address = row.find("address") or f"{city}, {row.cells['state']}"
    one = Consulate(row.cells["country"], address, row.find_phone("phone"), _read_place(row, city))
    return one if row.is_yes("confirmed") else None


def _read_country(hotlines: Mapping[str, Hotline], row: Row) -> Country:
    line = hotlines.get(row.cells["line"])
    if line is None or not line.phone or not line.confirmed:
        row.blame("line", "must be the id of a confirmed line with a phone in hotlines.csv")
    names = {language: row.get(language) for language in _NAMES}
    also = (word.replace("_", " ") for word in row.cells["also"].split())  # "del_salvador": a phrase
    words = frozenset(map(fold, (*names.values(), *also)))
    return Country(row.get("country"), names, words, (line.phone if line else None) or "")


def _read_place(row: Row, city: str) -> Place:
    return Place(row.cells["state"], city, row.get_degrees("latitude", 90), row.get_degrees("longitude", 180))
