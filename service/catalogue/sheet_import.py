"""What a spreadsheet that came back would change: corrected texts, approvals, and rows that are left. Writes nothing.

A row is taken whole or left. It is left when the text has changed since it was exported, when a correction breaks a
rule, or when it says two things at once. Corrected texts are drafts: whoever approves them reads them once more.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from conversation.answers.catalogue import Catalogue
from conversation.answers.reviews import Review, ReviewKind
from conversation.answers.wording import Wording
from conversation.errors import ConfigurationError
from service.catalogue.correcting import correct, find_faults
from service.catalogue.reviewing import Reviewer, find_base, make_review
from service.catalogue.sheet_rows import BASE_COLUMNS, DIGESTS, THEIRS, render_digest
from service.catalogue.sheets import SheetRow

_YES = frozenset({"yes", "y", "ok", "x", "true", "1", "si", "sí", "sim", "oui", "wi"})
_NO = frozenset({"", "no", "n", "false", "0", "não", "non"})
_READ = frozenset({"id", "language", "ok", *THEIRS, *DIGESTS} - {"remarks"})  # columns whose cells are believed
_NEW = {"new_title": "title", "new_text": "text", "new_whatsapp": "whatsapp", "new_short": "short"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell of a row: why it was left, or the reviewer's remark."""

    line: int
    answer: str
    language: str
    told: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does. `left`: rows that are not taken; `remarks`: what reviewers wrote beside the texts."""

    corrected: tuple[Wording, ...]
    approved: tuple[Review, ...]
    left: tuple[Finding, ...]
    remarks: tuple[Finding, ...]


class _Left(Exception):
    """The row is not taken; the message tells why."""


def plan_import(catalogue: Catalogue, rows: Iterable[SheetRow], reviewer: Reviewer, today: date) -> Plan:
    """Return what the rows would change."""
    rows = list(rows)
    counts = Counter(_key(row) for row in rows)
    corrected: list[Wording] = []
    approved: list[Review] = []
    left: list[Finding] = []
    for row in rows:
        try:
            if counts[_key(row)] > 1:
                raise _Left("stands in the sheet twice")
            change = _read_row(catalogue, row, reviewer, today)
        except _Left as reason:
            left.append(_tell(row, str(reason)))
            continue
        if isinstance(change, Wording):
            corrected.append(change)
        elif change:
            approved.append(change)
    remarks = tuple(_tell(row, row.cells["remarks"].strip()) for row in rows if row.cells["remarks"].strip())
    return Plan(tuple(corrected), tuple(approved), tuple(left), remarks)


def _key(row: SheetRow) -> tuple[str, str]:
    return row.cells["id"].strip(), row.cells["language"].strip()


def _tell(row: SheetRow, told: str) -> Finding:
    return Finding(row.line, *map(_show, (*_key(row), told)))


def _show(text: str) -> str:
    """Return a stranger's words on one line, without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(text.split()))


def _read_row(catalogue: Catalogue, row: SheetRow, reviewer: Reviewer, today: date) -> Wording | Review | None:
    """Return the corrected text or the approval of a row; None when the reviewer has said nothing of it."""
    answer, language = _key(row)
    current = catalogue.wordings.get((answer, language))
    if touched := _find_touched(row, current):
        raise _Left(f"{', '.join(touched)} was changed: what is corrected goes into the columns new_…")
    news = {field: row.cells[column] for column, field in _NEW.items() if row.cells[column].strip()}
    is_ok = _read_ok(row.cells["ok"])
    if not news and not is_ok:
        return None
    if broken := _READ.intersection(row.broken):
        raise _Left(f"a formula, a date or an error of the spreadsheet in {', '.join(sorted(broken))}")
    if news and is_ok:
        raise _Left("corrected and approved at once: a correction is read once more before it is approved")
    if answer not in catalogue.entries or language not in catalogue.languages.by_tag:
        raise _Left("there is no such answer or language")
    if news and current and correct(current, news) == current:
        return None  # it stands there already: the sheet was imported before
    if row.cells["text_hash"].strip() != render_digest(current):
        raise _Left("conflict: the text has changed since the sheet was written; export it again")
    if news:
        return _correct(catalogue, row, current, news)
    if current is None:
        raise _Left("approved, but there is no text")
    return _approve(catalogue, row, current, reviewer, today)


def _find_touched(row: SheetRow, current: Wording | None) -> list[str]:
    """Return the columns of ours that say something else: whoever wrote there approves what we do not have."""
    if row.cells["text_hash"].strip() != render_digest(current):
        return []  # an older text, and a conflict if the row says anything
    return [name for name in _NEW.values() if row.cells[name].split() != (getattr(current, name, None) or "").split()]


def _read_ok(cell: str) -> bool:
    said = cell.strip().casefold()
    if said not in _YES | _NO:
        raise _Left("the column ok says neither yes nor no")
    return said in _YES


def _correct(catalogue: Catalogue, row: SheetRow, current: Wording | None, news: dict[str, str]) -> Wording:
    answer, language = _key(row)
    corrected = correct(current or Wording(answer, language, "", "", None), news)
    model = current or next((text for tag in BASE_COLUMNS if (text := catalogue.wordings.get((answer, tag)))), None)
    faults = find_faults(corrected, catalogue.entries[answer], model)
    if faults:
        raise _Left("; ".join(faults))
    return corrected


def _approve(catalogue: Catalogue, row: SheetRow, current: Wording, reviewer: Reviewer, today: date) -> Review | None:
    known = catalogue.standing.find_review(current, reviewer.kind)
    if known and (known.reviewer, known.on, known.language) == (reviewer.name, today, current.language):
        return None  # imported before
    try:
        base = find_base(catalogue, current, reviewer.of) if reviewer.kind is ReviewKind.LANGUAGE else None
        if base and row.cells[BASE_COLUMNS[base.language]].strip() != render_digest(base):
            raise _Left(f"conflict: the text in {base.language} has changed since the sheet was written")
        return make_review(catalogue, current, reviewer, today)
    except ConfigurationError as error:
        raise _Left(str(error)) from None
