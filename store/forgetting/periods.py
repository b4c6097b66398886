"""How long: the periods of the law and of the house, and what a rule of keeping is."""

from dataclasses import dataclass
from datetime import timedelta

# 5 years: a telemarketer must honour a request not to be called that long, 47 CFR 64.1200(d)(6), and four years are the
# time to sue, 28 U.S.C. § 1658. We are held to less, and keep to it. A lawyer of the organisation has to confirm both.
WISHES_DAYS = 1826
AUDIT_DAYS = 1826
ORDERS_DAYS = 30  # what was erased here and at the carrier, for questions and for late webhooks
SILENT_WORKER_DAYS = 30
IDLE_SENDER_DAYS = 1
SESSION_DAYS = 7
TRY_DAYS = 1
FORM_DAYS = 7
DRAFT_DAYS = 7
APPOINTMENT_DAYS = 30  # after its day: "did you go" is asked, and who was not reached is looked for
FILE_DAYS = 7
FILE_MOST_DAYS = 30  # of one whose fate at the carrier is never told


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods a deployment may choose.

    Attributes:
        messages: after it was said, while no case of its conversation is kept.
        cases: after a case was closed; its conversation's messages are kept as long.
    """

    messages: timedelta = timedelta(days=90)
    cases: timedelta = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of the rows of one table: by the clock, and when their person is forgotten."""

    table: str
    holds: str
    kept: str
    why: str
    erased: str
