"""Where somebody goes next: after a step of signing in, after a form."""

import re
from urllib.parse import quote, urlencode

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


def go(path: str, *, anchor: str = "", **query: str) -> Response:
    """Send the browser to a page that may be loaded again without doing anything again."""
    asked = {name: value for name, value in query.items() if value}
    url = path + (f"?{urlencode(asked)}" if asked else "") + (f"#{anchor}" if anchor else "")
    return RedirectResponse(url, status_code=303)
