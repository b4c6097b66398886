"""What is kept of people and of what was said."""

from store.forgetting.periods import APPOINTMENT_DAYS, FILE_DAYS, FILE_MOST_DAYS, Rule

_MESSAGES = "KEEP_MESSAGES_DAYS (90)"
_CASES = "KEEP_CASES_DAYS (180)"
_WITH_MESSAGE = "as its message"

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
        "outgoing_file",
        "a picture, voice note or document that a caseworker sent, a calendar file that a person asked for (sealed), "
        "its address's token (sealed, keyed hash)",
        f"{FILE_DAYS} days after the carrier took it or refused it, {FILE_MOST_DAYS} days at most",
        "the carrier fetches it, or for a day the person; the caseworker sees what was sent",
        "deleted; its address answers no more at once",
    ),
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
        "stops, starts, SMS instead of WhatsApp, reminders, check-ins: who, when, how",
        "as its address; then the ledger has the act",
        "proof of what was wished",
        "deleted; the ledger has the act",
    ),
    Rule(
        "safe_times",
        "hours at which a text does no harm, a safe number for calls, who said so (sealed); who wrote it down",
        "as its address",
        "a text at the wrong hour may be read by somebody else",
        "deleted",
    ),
    Rule(
        "sms_way",
        "which address may be written to by SMS while WhatsApp is closed: ids",
        "as its addresses, until it is revoked",
        "so that an answer need not wait",
        "deleted",
    ),
    Rule("person", "name and role as told (sealed)", "as the last of its addresses", "who is who", "deleted"),
    Rule("person_address", "who may be behind a number", "as its address", "a phone is not a person", "deleted"),
    Rule(
        "appointment",
        "date, hour, kind of an appointment; place and a child's first name as told (sealed)",
        f"{APPOINTMENT_DAYS} days after its day; its conversation is kept as long",
        "reminders, and to look for who was not reached",
        "deleted",
    ),
    Rule("reminder", "when it was due, sent, answered", "as its appointment", "nobody is texted twice", "deleted"),
    Rule(
        "check_in_answer",
        "yes, no or not sure to a question after a release, when; never that somebody said to be safe",
        "as its appointment, the release",
        "nobody is asked twice; counts of what families answer",
        "deleted",
    ),
)
