"""The reply clock of a case: since when its person waits, and when somebody must look whether they still do.

Office hours are the sweep's to weigh: what falls due at night is put off there.
"""

from datetime import datetime

from conversation.messages import Urgency
from conversation.staffing.clock import REPLY_WITHIN
from store.tables import Case


def start_clock(case: Case, now: datetime) -> None:
    """The person has written: from the oldest message that nobody has answered the clock runs; it starts once."""
    if case.waiting_since is None:
        case.waiting_since = now
    due_at = now + REPLY_WITHIN[Urgency(case.urgency)]
    case.reply_due_at = min(case.reply_due_at, due_at) if case.reply_due_at else due_at


def restart_clock(case: Case, now: datetime) -> None:
    """Somebody else has the case now: the person has waited as long as before, the clock begins with its first step."""
    case.clock_step = None
    case.reply_due_at = now + REPLY_WITHIN[Urgency(case.urgency)] if case.waiting_since else None


def stop_clock(case: Case) -> None:
    """Nobody waits for an answer."""
    case.waiting_since, case.reply_due_at, case.clock_step = None, None, None
