"""What can go wrong around one phone, in plain words, and what it means for the stand-in. Pure values.

Everything here happens in the world in earnest; where it lasts hours there, it lasts seconds here.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from simulator.api.callbacks import CallbackOrder, CallbackPlan
from simulator.api.faults import Fault, FaultKind
from simulator.settings import StopHandling

LIFELIKE_S = (0.4, 1.0, 2.5)  # sent, delivered, read
HANG_S = 12.0  # longer than our sender waits for an answer
LATE_S = 10.0
OFF_S = (0.4, 5.0)  # a text to a phone that is off: sent, then given up
UNREACHABLE = 30003
FOR_EVER = -1
DELAYS_S = {"0": "as usual", "5": "5 seconds late", "30": "30 seconds late", "120": "2 minutes late"}
COUNTS = {"1": "the next one", "2": "the next two", "5": "the next five", str(FOR_EVER): "all until reset"}


class SendTrouble(StrEnum):
    """What becomes of texts from the application to a phone."""

    NONE = "none"
    TOO_MANY = "too_many"
    SERVER_ERROR = "server_error"
    SERVER_ERROR_AFTER = "server_error_after"
    DROP = "drop"
    DROP_AFTER = "drop_after"
    HANG = "hang"
    OUT_OF_REACH = "out_of_reach"
    NOBODY = "nobody"
    FILTERED = "filtered"
    UNKNOWN = "unknown"


SEND_WORDS = {
    SendTrouble.NONE: "arrive",
    SendTrouble.TOO_MANY: "are turned away, too many requests (429, again in 3 seconds)",
    SendTrouble.SERVER_ERROR: "meet an error of the carrier (500), nothing is sent",
    SendTrouble.SERVER_ERROR_AFTER: "are sent, but the carrier answers with an error (500)",
    SendTrouble.DROP: "meet a connection that breaks, nothing is sent",
    SendTrouble.DROP_AFTER: "are sent, but the connection breaks before the answer",
    SendTrouble.HANG: "are sent, but the carrier answers only after 12 seconds",
    SendTrouble.OUT_OF_REACH: "are not delivered, out of reach (30003)",
    SendTrouble.NOBODY: "are not delivered, nobody has this number (30005)",
    SendTrouble.FILTERED: "are filtered as unwanted (30007)",
    SendTrouble.UNKNOWN: "are not delivered, nobody says why (30008)",
}
_FAULTS = {
    SendTrouble.TOO_MANY: Fault(FaultKind.TOO_MANY_REQUESTS, retry_after_s=3),
    SendTrouble.SERVER_ERROR: Fault(FaultKind.SERVER_ERROR),
    SendTrouble.SERVER_ERROR_AFTER: Fault(FaultKind.SERVER_ERROR_AFTER),
    SendTrouble.DROP: Fault(FaultKind.DROP),
    SendTrouble.DROP_AFTER: Fault(FaultKind.DROP_AFTER),
    SendTrouble.HANG: Fault(FaultKind.SLOW_AFTER, delay_s=HANG_S),
}
_LATER = {
    SendTrouble.OUT_OF_REACH: UNREACHABLE,
    SendTrouble.NOBODY: 30005,
    SendTrouble.FILTERED: 30007,
    SendTrouble.UNKNOWN: 30008,
}


class PostTrouble(StrEnum):
    """How texts from a phone reach the application."""

    NONE = "none"
    LATE = "late"
    TWICE = "twice"
    SWAPPED = "swapped"
    UNSIGNED = "unsigned"


POST_WORDS = {
    PostTrouble.NONE: "reach Puente once, in order",
    PostTrouble.LATE: "reach Puente 10 seconds late",
    PostTrouble.TWICE: "reach Puente twice",
    PostTrouble.SWAPPED: "reach Puente in pairs, the second first",
    PostTrouble.UNSIGNED: "reach Puente without a signature, as a stranger's would",
}
CALLBACK_WORDS = {
    CallbackOrder.IN_ORDER: "come in order",
    CallbackOrder.DOUBLED: "come twice",
    CallbackOrder.OUT_OF_ORDER: "come in the wrong order",
    CallbackOrder.BEFORE_ANSWER: "come before the carrier has answered",
    CallbackOrder.NONE: "never come",
}


STOP_WORDS = {
    StopHandling.CARRIER: "the carrier, which answers and blocks, and tells Puente nothing special",
    StopHandling.ADVANCED: "the carrier with Advanced Opt-Out, which also tells Puente (OptOutType)",
    StopHandling.OURS: "Puente alone",
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """The weather around one phone. Counts are what is left of a trouble; FOR_EVER lasts until a reset."""

    send: SendTrouble = SendTrouble.NONE
    send_left: int = 0
    post: PostTrouble = PostTrouble.NONE
    post_left: int = 0
    delay_s: int = 0
    callbacks: CallbackOrder = CallbackOrder.IN_ORDER

    @property
    def fault(self) -> Fault | None:
        """What the next create request for this phone meets."""
        return _FAULTS.get(self.send)

    @property
    def later_error(self) -> int | None:
        """The code with which the next accepted text ends."""
        return _LATER.get(self.send)

    def plan(self, *, pace: float = 1.0) -> CallbackPlan:
        """How an accepted text lives on; `pace` stretches every wait."""
        delays_s = tuple((moment + self.delay_s) * pace for moment in LIFELIKE_S)
        return CallbackPlan(order=self.callbacks, delays_s=delays_s, error_code=self.later_error)

    def after_send(self) -> "Conditions":
        """The weather after one text has met its trouble."""
        left = self.send_left if self.send_left < 0 else self.send_left - 1
        return replace(self, send_left=left) if left else replace(self, send=SendTrouble.NONE, send_left=0)

    def after_post(self) -> "Conditions":
        left = self.post_left if self.post_left < 0 else self.post_left - 1
        return replace(self, post_left=left) if left else replace(self, post=PostTrouble.NONE, post_left=0)

    def describe(self) -> list[str]:
        """Return what is not as usual, a phrase each."""
        found = []
        if self.send is not SendTrouble.NONE:
            found.append(f"Texts to this phone {SEND_WORDS[self.send]}: {_how_many(self.send_left)}")
        if self.post is not PostTrouble.NONE:
            found.append(f"Texts from this phone {POST_WORDS[self.post]}: {_how_many(self.post_left)}")
        if self.delay_s:
            found.append(f"Texts to this phone come {DELAYS_S[str(self.delay_s)]}")
        if self.callbacks is not CallbackOrder.IN_ORDER:
            found.append(f"Delivery reports {CALLBACK_WORDS[self.callbacks]}")
        return found


def _how_many(left: int) -> str:
    return "all of them" if left < 0 else "the next one" if left == 1 else f"the next {left}"
