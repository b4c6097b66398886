"""Where somebody goes after a step of signing in."""

import re
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from console.cookies import Cookies
from store.staff.signing_in import Entered, Next

HOME = "/inbox"
_WAYS = {Next.CODE: "/signin/code", Next.ENROL: "/signin/enrol"}
_OURS = re.compile(r"/(?![/\\])[!-\[\]-~]{0,300}")  # a path here: "//elsewhere" and "/\elsewhere" lead away


def read_next(text: str) -> str:
    """Return the page somebody wanted, if it is one of ours; else the first page."""
    return text if _OURS.fullmatch(text) and not text.startswith(("/signin", "/signout", "/invite")) else HOME


def lead(entered: Entered, wanted: str, cookies: Cookies) -> Response:
    """Send somebody on who has given a right password or code, with the cookie of their new sign-in."""
    if entered.next is Next.NEW_LINK or entered.token is None:
        answer = RedirectResponse("/signin?ended=1", status_code=303)
        answer.headers.append("Set-Cookie", cookies.end_session())
        return answer
    step = _WAYS.get(entered.next)
    answer = RedirectResponse(f"{step}?next={quote(wanted, safe='/')}" if step else wanted, status_code=303)
    answer.headers.append("Set-Cookie", cookies.write_session(entered.token))
    return answer
