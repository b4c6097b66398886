"""When the carrier is asked what became of a text, and when it surely does not have it (I2). docs/decisions/0013. Pure.

Times are counted in "answers": how long the sender waits for one (CARRIER_TIMEOUT_S), ten seconds unless set.
"""

LOOKS = (0.2, 0.8, 2.0, 4.5, 12.0, 60.0)  # wait before each look; with ten seconds: after 2, 10, 30, 75, 195, 795 s
NO_ANSWER = 1.5  # an offer of that age has no caller any more
SURE_LOOKS, SURE_AFTER = 2, 1.0  # enough when the carrier answered, only not what became of it
LONG_LOOKS, LONG_AFTER = 4, 6.0  # enough after silence: the request may still be on its way in there


def wait_for_look(looks: int, *, answer_s: float) -> float | None:
    """Return the seconds until the next look when `looks` were made; None when there is no further one."""
    return LOOKS[looks] * answer_s if looks < len(LOOKS) else None


def is_surely_absent(*, reason: str | None, is_crisis: bool, looks: int, age_s: float, answer_s: float) -> bool:
    """Return whether a text that was not found may be offered again.

    Args:
        reason: why its fate is unknown ("timeout", "http_502"); None when its worker died.
        is_crisis: then a possible double is better than silence.
        looks: made so far, the last of which found nothing.
        age_s: seconds since it was offered.
    """
    if is_crisis:
        return looks >= SURE_LOOKS
    if (reason or "").startswith("http_"):
        return looks >= SURE_LOOKS and (age_s >= SURE_AFTER * answer_s or age_s < 0)
    if age_s < 0:  # the clock was set back since: the pauses between the looks have to do
        return looks > LONG_LOOKS
    return looks >= LONG_LOOKS and age_s >= LONG_AFTER * answer_s
