"""`puente answers export` and `import`: reviewers work in a spreadsheet, the repository keeps what they said."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from conversation.answers.reviews import ReviewKind
from conversation.errors import ConfigurationError
from service import wiring
from service.catalogue.reviewing import Reviewer
from service.catalogue.sheet_import import Finding, Plan, plan_import
from service.catalogue.sheet_rows import COLUMNS, DIGESTS, list_rows
from service.catalogue.sheets import read_sheet, write_sheet
from service.settings import Settings
from store.review_ledger import LEDGER, append_reviews
from store.whole_file import changing_alone
from store.wording_files import write_wordings


def export_sheet(settings: Settings, out: Path, tags: Sequence[str]) -> None:
    """Write the texts of these languages, of all that have texts when none is named.

    Raises:
        ConfigurationError: an unknown language, or a file that cannot be written.
    """
    catalogue = wiring.build_catalogue(settings)
    rows = list(list_rows(catalogue, tags or catalogue.languages.with_texts()))
    write_sheet(out, COLUMNS, rows, hidden=DIGESTS)
    print(f"{out}: {len(rows)} rows. Reviewers fill in the columns new_… or ok, and remarks; the rest stays.")


def import_sheet(settings: Settings, file: Path, *, by: str, kind: str, of: str | None, write: bool) -> bool:
    """Tell what a spreadsheet would change and, if told to, change it. False: rows were left.

    Raises:
        ConfigurationError: no such reviewer, or a file that cannot be read.
        ContentError: one of our files cannot be written.
    """
    reviewer = Reviewer.from_words(by, kind, of)
    if reviewer.kind is ReviewKind.AUDIO:
        raise ConfigurationError("--as audio: nobody hears a recording in a spreadsheet: puente answers review")
    rows = read_sheet(file, COLUMNS)
    folder = wiring.DATA / "answers"
    with changing_alone(folder) if write else nullcontext():
        plan = plan_import(wiring.build_catalogue(settings), rows, reviewer, wiring.utc_now().date())
        for line in _tell(plan):
            print(line)
        if write:
            _write(plan, folder)
    if not write and (plan.corrected or plan.approved):
        print("nothing was written: add --write")
    return not plan.left


def _write(plan: Plan, folder: Path) -> None:
    files = write_wordings(folder, plan.corrected)
    if plan.approved:
        append_reviews(folder / LEDGER, plan.approved)
        files.append(folder / LEDGER)
    for path in files:
        print(f"written: {path.relative_to(folder)}")


def _tell(plan: Plan) -> list[str]:
    corrected = [f"corrected: {text.answer} ({text.language})" for text in plan.corrected]
    approved = [f"approved: {review.answer} ({review.language}), {review.kind}" for review in plan.approved]
    counts = f"{len(corrected)} corrected, {len(approved)} approved, {len(plan.left)} left"
    remarks, left = _render("remark", plan.remarks), _render("left", plan.left)
    return [*corrected, *approved, *remarks, *left, counts]


def _render(what: str, findings: Sequence[Finding]) -> list[str]:
    return [f"{what}: line {one.line}, {one.answer} ({one.language}): {one.told}" for one in findings]
