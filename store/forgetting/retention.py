"""How long each table keeps what, and why: the one place. A guard test holds every table and docs/privacy.md to it.

Beside it expiry.py carries the rules out; a person's wish to be forgotten (erasure.py) waits for none of them.
"""

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


_MESSAGES = "KEEP_MESSAGES_DAYS (90)"
_CASES = "KEEP_CASES_DAYS (180)"
_NOBODY = "nothing of a person"
_WITH_MESSAGE = "as its message"
_ENGINE = "as long as the engine is used"

RULES = (
    Rule(
        "message",
        "what was said, files' addresses, place, profile name (sealed); author, answer, time",
        f"{_MESSAGES} after it was said; while a case of the conversation is open, and {_CASES} after it was closed; "
        "never before it was decided",
        "long enough to take a conversation up again; a caseworker needs the whole of it",
        "deleted",
    ),
    Rule("inbox", "the carrier's envelope: its id, times, decision", _WITH_MESSAGE, "proof of handling", "deleted"),
    Rule("outbox", "the carrier's envelope: its id, states, times", _WITH_MESSAGE, "proof of delivery", "deleted"),
    Rule(
        "answer_feedback",
        "which answer somebody called wrong, when, in which language",
        _WITH_MESSAGE,
        "reviewers mend what was wrong",
        "deleted",
    ),
    Rule(
        "open_question",
        "the question a conversation has open",
        "until it expires",
        "an answer that comes later is a new message",
        "deleted",
    ),
    Rule(
        "conversation",
        "language, state, role as told, last topic, the bot's slots (sealed)",
        f"{_MESSAGES} after the last message, and as long as a case is kept",
        "so that nobody is asked twice",
        "deleted",
    ),
    Rule(
        "address",
        "number or WhatsApp id (sealed), its keyed hashes, stop and privacy",
        "as its last conversation",
        "without it nobody can be answered",
        "deleted; a stop holds on through the ledger",
    ),
    Rule(
        "consent",
        "stops and starts: when, how",
        "as its address; then the ledger has the act",
        "proof of what was wished",
        "deleted; the ledger has the act",
    ),
    Rule("person", "name and role as told (sealed)", "as the last of its addresses", "who is who", "deleted"),
    Rule("person_address", "who may be behind a number", "as its address", "a phone is not a person", "deleted"),
    Rule(
        "case_file",
        "topic, language, state, owner, times",
        f"its content {_CASES} after it was closed; a shell stays: code, discipline, urgency, owner, times",
        "follow-up after closing; then counts for reports, linked with nobody",
        "only the shell is left",
    ),
    Rule(
        "case_event",
        "what happened to a case; notes (sealed)",
        "its content as its case; kinds and times stay",
        "as its case",
        "only kinds and times are left",
    ),
    Rule("case_member", "who is on a case besides its owner: ids", "as its case", "as its case", "stays: ids only"),
    Rule(
        "page",
        "who was called to an urgent case and when: ids",
        "as its case",
        "proof that somebody was called; rest",
        "stays: ids only",
    ),
    Rule(
        "mandated_report",
        "to whom and under which number a child in danger was reported (sealed); times, who signed",
        "its content as its case; times and ids stay",
        "somebody may have to answer for it",
        "only times and ids are left",
    ),
    Rule(
        "call_entry",
        "wishes to be called and calls: number, safe hours, note (sealed); times",
        "its content as its case; kinds and times stay",
        "as its case",
        "only kinds and times are left",
    ),
    Rule(
        "interpreter_booking",
        "language, times; town or variant, vendor (sealed)",
        "its content as its case; language and times stay",
        "as its case",
        "only language and times are left",
    ),
    Rule(
        "reply_draft",
        "what a caseworker is typing (sealed)",
        f"until it is sent, or {DRAFT_DAYS} days",
        "nothing typed is lost",
        "deleted",
    ),
    Rule(
        "ledger_entry",
        "erased, stopped, started: keyed hash of the number, time, source",
        f"{WISHES_DAYS} days",
        "a restored backup must forget again; a number that said STOP must not be written to (47 CFR 64.1200(d)(6))",
        "stays: this is the record of it",
    ),
    Rule(
        "erasure",
        "an order to forget: keyed hash of the number, times",
        f"{ORDERS_DAYS} days after it was carried out",
        "to resume after a crash; to answer whether it was done",
        f"goes {ORDERS_DAYS} days later",
    ),
    Rule(
        "carrier_erasure",
        "what the carrier has to delete: its message id, attempts",
        f"{ORDERS_DAYS} days and KEEP_MESSAGES_DAYS after it was done or given up",
        "tells a late webhook of an erased message from a new one",
        "goes by the clock",
    ),
    Rule(
        "audit_entry",
        "who did what and when: ids and codes",
        f"{AUDIT_DAYS} days",
        "somebody may have to answer for it; four years are the time to sue (28 U.S.C. § 1658)",
        "stays: its ids lead nowhere any more",
    ),
    Rule("alert", _NOBODY, "while the trouble lasts", "so that each is told once", "does not apply"),
    Rule("organisation", _NOBODY, "stays", "everything belongs to one", "does not apply"),
    Rule(
        "caseworker",
        "staff: login, name, phone (sealed)",
        "stays until the organisation removes the account",
        "audit and cases name them",
        "does not apply",
    ),
    Rule("shift", _NOBODY, "stays", "when staff work", "does not apply"),
    Rule("office_hours", _NOBODY, "stays", "when an organisation is open", "does not apply"),
    Rule("holiday", _NOBODY, "stays", "when an organisation is closed", "does not apply"),
    Rule(
        "staff_session",
        "staff: keyed hash of a sign-in, times",
        f"{SESSION_DAYS} days after it ended",
        "sign-in",
        "does not apply",
    ),
    Rule(
        "login_try",
        "staff: keyed hash of a login or network address, time",
        f"{TRY_DAYS} day",
        "slows who guesses",
        "does not apply",
    ),
    Rule("posted_form", _NOBODY, f"{FORM_DAYS} days", "a double click changes nothing twice", "does not apply"),
    Rule("template", _NOBODY, "stays", "which texts a channel has approved", "does not apply"),
    Rule("sender_bucket", _NOBODY, f"{IDLE_SENDER_DAYS} day after its last use", "limits the rate", "does not apply"),
    Rule("worker_lease", _NOBODY, f"{SILENT_WORKER_DAYS} days of silence", "whose work is whose", "does not apply"),
    Rule("alembic_version", _NOBODY, "stays", "which tables these are", "does not apply"),
    Rule(
        "workflow_status",
        "the engine's work: ids and codes only",
        "2 days after it was done; what failed until a person has it",
        "to resume after a crash",
        "goes by the clock",
    ),
    *(
        Rule(table, "ids and codes of the engine's work", "as its work", "to resume after a crash", "goes by the clock")
        for table in ("workflow_input", "workflow_output", "operation_outputs", "notifications", "streams")
    ),
    *(
        Rule(table, "unused by this service, empty", "stays empty", "the engine's own", "does not apply")
        for table in ("workflow_events", "workflow_events_history", "workflow_schedules")
    ),
    *(
        Rule(table, _NOBODY, _ENGINE, "the engine's own", "does not apply")
        for table in ("application_versions", "dbos_migrations", "queues")
    ),
)


def render_rules() -> str:
    """Return the rules as the table of docs/privacy.md."""
    head = "| table | holds | kept | why | when a person is forgotten |\n|---|---|---|---|---|\n"
    rows = (f"| `{one.table}` | {one.holds} | {one.kept} | {one.why} | {one.erased} |\n" for one in RULES)
    return head + "".join(rows)
