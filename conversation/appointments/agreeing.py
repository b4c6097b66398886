"""Whether a person agrees to what we said back, in words. Pure."""

from conversation.appointments.form import Form, Step
from conversation.appointments.hearing import Heard, is_made_of
from conversation.appointments.questions import NO, YES
from conversation.turn import Turn

CHANGE = "change"  # what a yes with a doubt in it picks
_AGREEMENT = ("yes", "okay", "thanks", "please", "pleasantry")
_TAKES_BACK = frozenset({"no", "none", "doubt", "dont_know"})
_WENT = frozenset({"did_go", "did_not_go"})
_SHORT = 4  # words of a yes with more behind it than we know: "yes, I went there"


def find_agreement(turn: Turn, form: Form, heard: Heard) -> str | None:
    """Return YES, NO or CHANGE as the answer to "is this right?" or "did you go?"; None: the message is none.

    A yes counts only where nothing beside it may take it back: "yes, but it is wrong" keeps no date.
    """
    # "all right" agrees to what was said just now; under another answer it may be to that one
    is_fresh = form.step is Step.CONFIRM and not form.repeated
    if "yes" in turn.gist.whole or (is_fresh and "okay" in turn.gist.whole):
        return YES
    if form.step is Step.WENT and turn.gist.whole & _WENT:
        return NO if "did_not_go" in turn.gist.whole else YES
    said = {span.kind for span in turn.rules.phrasebook.find(turn.gist.words)}
    if not says(turn, YES):
        return NO if says(turn, NO) and "unclear" not in said else None
    if said & _TAKES_BACK:
        return CHANGE if form.step is Step.CONFIRM else None
    is_short = form.step is Step.WENT and len(turn.gist.words) <= _SHORT
    return YES if is_short or heard.reading or is_made_of(turn, _AGREEMENT) else None


def says(turn: Turn, word: str) -> bool:
    """Tell whether a message is a yes or a no, or begins with one."""
    return word in turn.gist.whole or turn.rules.phrasebook.begins_with(turn.gist.core, word)
