"""A month's figures as a CSV file: one line a figure, hidden as on the page. Nothing in it calculates."""

import csv
import io
from collections.abc import Iterable

from console.inbox.report_layout import Section
from store.reporting.months import Month

_CALCULATED = tuple("=+-@\t\r\n")  # beginnings of what a spreadsheet would calculate
_COLUMNS = ("month", "table", "row", "measure", "value")


def write_csv(month: Month, sections: Iterable[Section], notes: Iterable[str]) -> bytes:
    """Return the file: UTF-8 with the mark by which spreadsheets know it, lines as RFC 4180 ends them."""
    written = io.StringIO()
    file = csv.writer(written, lineterminator="\r\n")
    file.writerow(_COLUMNS)
    for section in sections:
        for row in section.rows:
            for column, cell in zip(section.columns, row.cells, strict=True):
                if cell.plain:
                    file.writerow(map(neutralise, (str(month), section.title, row.label, column, cell.plain)))
    for note in notes:
        file.writerow(map(neutralise, (str(month), "", "", "", note)))
    return written.getvalue().encode("utf-8-sig")


def neutralise(text: str) -> str:
    """Return a cell that a spreadsheet shows and does not carry out, whatever a name begins with."""
    return "'" + text if text.lstrip(" ").startswith(_CALCULATED) or text.startswith(_CALCULATED) else text
