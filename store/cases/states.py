"""Where a case can stand, and the table of its moves: from, to, by whom. docs/handoff-states.md draws it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from conversation.messages import CaseStatus
from store.tables import Case


class Phase(StrEnum):
    """Where a case stands. Offered and snoozed ones are claimed: their owner has them, the bot is silent."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    OFFERED = "offered"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Move(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    SNOOZE = "snooze"
    WAKE = "wake"
    CLOSE = "close"
    REOPEN = "reopen"


class By(StrEnum):
    """Who may ask for a move. A supervisor sees to it that no case is stuck with somebody who is away."""

    ANYONE = "anyone"  # who may see it
    OWNER = "owner"
    OFFERED = "offered"
    SUPERVISOR = "supervisor"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Rule:
    starts: frozenset[Phase]
    ends: Phase
    by: frozenset[By]


def _rule(starts: str, ends: Phase, by: str) -> Rule:
    return Rule(frozenset(map(Phase, starts.split())), ends, frozenset(map(By, by.split())))


MOVES: Mapping[Move, Rule] = {
    Move.CLAIM: _rule("waiting", Phase.CLAIMED, "anyone"),
    Move.RELEASE: _rule("claimed offered snoozed", Phase.WAITING, "owner supervisor service"),
    Move.OFFER: _rule("claimed snoozed", Phase.OFFERED, "owner supervisor"),
    Move.ACCEPT: _rule("offered", Phase.CLAIMED, "offered"),
    Move.DECLINE: _rule("offered", Phase.CLAIMED, "offered owner supervisor service"),
    Move.SNOOZE: _rule("claimed snoozed", Phase.SNOOZED, "owner"),
    Move.WAKE: _rule("snoozed", Phase.CLAIMED, "owner supervisor service"),
    Move.CLOSE: _rule("waiting claimed offered snoozed", Phase.CLOSED, "owner supervisor service"),
    Move.REOPEN: _rule("closed", Phase.WAITING, "owner supervisor"),
}


def find_phase(case: Case) -> Phase:
    """Return where a case stands, by its columns."""
    if case.status != CaseStatus.CLAIMED:
        return Phase(case.status)
    if case.offered_to_id is not None:
        return Phase.OFFERED
    return Phase.SNOOZED if case.snoozed_until is not None else Phase.CLAIMED
