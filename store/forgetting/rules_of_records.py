"""What is kept of records, of staff, and of the engine's work."""

from store.forgetting.periods import (
    AUDIT_DAYS,
    FORM_DAYS,
    IDLE_SENDER_DAYS,
    ORDERS_DAYS,
    SESSION_DAYS,
    SILENT_WORKER_DAYS,
    TRY_DAYS,
    WISHES_DAYS,
    Rule,
)

_NOBODY = "nothing of a person"
_ENGINE = "as long as the engine is used"

RULES = (
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
    Rule("canned_text", "the staff's own texts (sealed)", "stays until deleted", "for replies", "does not apply"),
    Rule(
        "interpreter",
        "interpreters: name, phone, notes (sealed)",
        "stays until deleted",
        "who interprets",
        "does not apply",
    ),
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
