"""Finding what must not be there: a word or a number in any form in which a program may have written it down."""

import base64
import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, quote_plus


def find_traces(places: Mapping[str, bytes], words: Iterable[str]) -> list[str]:
    """Return "place: word in form" for every find; nothing of what stands around it."""
    forms = {word: spellings(word) for word in words}
    return [
        f"{place}: {word} as {name}"
        for place, content in places.items()
        for word, spelled in forms.items()
        for name, form in spelled
        if form in content
    ]


def spellings(word: str) -> list[tuple[str, bytes]]:
    """Return (name, bytes) of every form: as it is, lower, upper and folded; in each encoding."""
    variants = {word, word.lower(), word.upper(), fold(word), fold(word).upper(), unicodedata.normalize("NFD", word)}
    return sorted({pair for variant in variants for pair in _encode(variant)})


def fold(word: str) -> str:
    """Return it in lower case and without accents, as language programs like it."""
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))


def number_spellings(number: str) -> list[str]:
    """Return how people and programs write an E.164 number of the US."""
    area, exchange, line = number[2:5], number[5:8], number[8:]
    return [f"{area}{exchange}{line}", *(f"{area}{a}{exchange}{b}{line}" for a, b in ("--", "  ", "..", (") ", "-")))]


def read_files(*folders: Path) -> dict[str, bytes]:
    """Return every file below the folders, by its path."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files}


def read_tables(database: Path) -> dict[str, bytes]:
    """Return the content of every column of every table of a SQLite file, by "table.column"."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {place: content for table in tables for place, content in _read_columns(connection, table)}


def _read_columns(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, bytes]]:
    cursor = connection.execute(f'SELECT * FROM "{table}"')
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    for place, name in enumerate(names):
        yield f"{table}.{name}", b"\n".join(_to_bytes(row[place]) for row in rows)


def _to_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def _encode(word: str) -> Iterator[tuple[str, bytes]]:
    data = word.encode()
    yield "UTF-8", data
    yield "UTF-16, little", word.encode("utf-16-le")
    yield "UTF-16, big", word.encode("utf-16-be")
    yield "URL", quote(word, safe="").encode()
    yield "URL of a form", quote_plus(word).encode()
    yield "URL, small letters", quote(word, safe="").lower().encode()
    yield "JSON", json.dumps(word)[1:-1].encode()
    yield "repr of bytes", repr(data)[2:-1].encode()
    yield "hexadecimal", data.hex().encode()
    yield "hexadecimal, capitals", data.hex().upper().encode()
    for offset in range(3):  # wherever in a longer text it stands
        core = base64.b64encode(bytes(offset) + data)[(offset * 8 + 5) // 6 : (offset + len(data)) * 8 // 6]
        yield "base64", core
        yield "base64 of URLs", core.translate(bytes.maketrans(b"+/", b"-_"))
