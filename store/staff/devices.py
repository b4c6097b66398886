"""Browsers that somebody has signed in from: guesses made elsewhere do not keep their owner waiting there.

The cookie says nothing to whoever finds it: a random number, a time and a keyed hash that binds both to one login. It
opens nothing; it only has guesses counted by browser where others are counted by login. One taken away with its browser
gives its finder the few guesses of one browser. Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies",
https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies, read 2026-11-22.
"""

import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta

from store.sealing.vault import Vault
from store.staff.staff import fold_login

HOLDS = timedelta(days=180)  # each full sign-in begins it anew
_COOKIE = re.compile("([0-9a-f]{32})\\.([0-9]{1,12})\\.([0-9a-f]{64})")


def name_device(vault: Vault, login: str) -> str:
    """Return the end of the cookie's name: colleagues who share a computer have one each."""
    return f"device_{vault.fingerprint(f'device of {fold_login(login)}')[:12]}"


def make_device(vault: Vault, login: str, now: datetime) -> str:
    """Return the cookie for a browser that has just signed in, second factor and all."""
    number, at = secrets.token_hex(16), int(now.timestamp())
    return f"{number}.{at}.{_sign(vault, login, number, at)}"


def read_device(vault: Vault, login: str, cookie: str | None, now: datetime) -> str | None:
    """Return what to count this browser's guesses by; None: it is not known for this login, or not any more."""
    found = _COOKIE.fullmatch(cookie or "")
    if found is None:
        return None
    number, at, signature = found[1], int(found[2]), found[3]
    is_ours = hmac.compare_digest(signature, _sign(vault, login, number, at))
    return number if is_ours and now < datetime.fromtimestamp(at, UTC) + HOLDS else None


def _sign(vault: Vault, login: str, number: str, at: int) -> str:
    return vault.fingerprint(f"device {number} {at} {fold_login(login)}")
