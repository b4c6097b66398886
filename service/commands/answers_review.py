"""`puente answers review`: a named person has read a text, and it is written down."""

from service import wiring
from service.catalogue.reviewing import Reviewer, get_wording, make_review, show
from service.settings import Settings
from store.review_ledger import LEDGER, append_reviews
from store.whole_file import changing_alone


def review(
    settings: Settings, *, answer: str, language: str, kind: str, by: str, of: str | None, confirmed: bool
) -> None:
    """Show a text, ask unless confirmed, and add the review to the ledger.

    Raises:
        ConfigurationError: what cannot be reviewed so; the message tells why.
    """
    reviewer = Reviewer.from_words(by, kind, of)
    catalogue = wiring.build_catalogue(settings)
    made = make_review(catalogue, get_wording(catalogue, answer, language), reviewer, wiring.utc_now().date())
    print(show(catalogue, made))
    if not confirmed and not _is_yes(f"\n{by} approves this, as it stands, as the {kind} reviewer? [y/N] "):
        print("nothing was recorded")
        return
    folder = wiring.DATA / "answers"
    with changing_alone(folder):
        append_reviews(folder / LEDGER, [made])
    print(f"recorded: {answer} ({language}), {kind}, {by}, {made.on}. Commit {LEDGER} and deploy it.")


def _is_yes(question: str) -> bool:
    try:
        return input(question).strip().casefold() in ("y", "yes")
    except EOFError:
        return False
