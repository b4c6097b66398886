"""How long each table keeps what, and why: the one place. A guard test holds every table and docs/privacy.md to it.

Beside it expiry.py carries the rules out; a person's wish to be forgotten (erasure.py) waits for none of them.
"""

from store.forgetting import rules_of_cases, rules_of_messages, rules_of_records

RULES = rules_of_messages.RULES + rules_of_cases.RULES + rules_of_records.RULES


def render_rules() -> str:
    """Return the rules as the table of docs/privacy.md."""
    head = "| table | holds | kept | why | when a person is forgotten |\n|---|---|---|---|---|\n"
    rows = (f"| `{one.table}` | {one.holds} | {one.kept} | {one.why} | {one.erased} |\n" for one in RULES)
    return head + "".join(rows)
