"""`puente answers status` and `feedback`: how the wording stands, and what people said of it."""

from service import wiring
from service.catalogue.status import Wanted, count_texts, find_recordings, find_wanted, render_table
from service.settings import Settings
from store.feedback import FeedbackLine, list_feedback


def print_status(settings: Settings) -> None:
    """Print one line a language."""
    catalogue = wiring.build_catalogue(settings)
    print(render_table(count_texts(catalogue, wiring.utc_now().date())))


def print_first(settings: Settings) -> None:
    """Print what a lawyer or clinician must see before all else, most pressing first."""
    wanted = find_wanted(wiring.build_catalogue(settings))
    first = [one for one in wanted if one.is_first]
    for one in first:
        print(_render_wanted(one))
    print(f"{len(first)} entries to be seen first; {len(wanted) - len(first)} others wait for a lawyer or clinician")


def print_recordings(settings: Settings) -> None:
    """Print how the recordings stand that are wanted first, one line an answer."""
    for answer, states in find_recordings(wiring.build_catalogue(settings)):
        print(f"{answer:<28}" + "".join(f"  {tag}: {state:<8}" for tag, state in states.items()).rstrip())


def print_feedback(settings: Settings) -> None:
    """Print one line a complaint, newest first; no words of the person."""
    database = wiring.build_database(settings)
    try:
        found = database.run_sync(list_feedback)
    finally:
        database.close()
    for line in found:
        print(_render_feedback(line))
    print(f"{len(found)} complaint{'' if len(found) == 1 else 's'} about answers")


def _render_wanted(one: Wanted) -> str:
    entry, mark = one.entry, "first" if one.entry.first else ""
    return f"{entry.id:<36}{mark:<7}{entry.volatility:<11}{entry.urgency.value:<10}{', '.join(one.kinds)}"


def _render_feedback(line: FeedbackLine) -> str:
    at = line.at.strftime("%Y-%m-%d %H:%M UTC")
    return f"{at}  {line.language:<4} {line.answer or '-':<40} case {line.case_code or '-'}"
