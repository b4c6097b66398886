"""What is kept of cases."""

from store.forgetting.periods import DRAFT_DAYS, Rule

_CASES = "KEEP_CASES_DAYS (180)"

RULES = (
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
)
