"""Our cookies. By https their names begin with "__Host-": no other site or port can set them (RFC 6265bis)."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Cookies:
    """How a deployment names and writes its cookies.

    Attributes:
        secure: the pages are served by https.
    """

    secure: bool

    def read_session(self, request: Request) -> str | None:
        """Return the token of a sign-in, as the browser has it."""
        return request.cookies.get(self._name("session"))

    def read_form(self, request: Request) -> str | None:
        """Return what a browser that has not signed in was given with a form."""
        return request.cookies.get(self._name("form"))

    def read_device(self, request: Request, name: str) -> str | None:
        """Return what a browser was given when somebody had signed in; store/staff/devices.py has name and value."""
        return request.cookies.get(self._name(name))

    def write_device(self, name: str, value: str, holds: timedelta) -> str:
        return f"{self._write(name, value, 'Strict')}; Max-Age={int(holds.total_seconds())}"

    def write_session(self, token: str) -> str:
        # Lax: a link in a text message to a worker opens the case without signing in again. Every POST is checked.
        return self._write("session", token, "Lax")

    def write_form(self, token: str) -> str:
        return self._write("form", token, "Lax")

    def end_session(self) -> str:
        return self._write("session", "", "Lax") + "; Max-Age=0"

    def _name(self, what: str) -> str:
        return f"{'__Host-' if self.secure else ''}puente_{what}"

    def _write(self, what: str, value: str, same_site: str) -> str:
        # without Max-Age the browser forgets it when it is closed
        secure = "; Secure" if self.secure else ""
        return f"{self._name(what)}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}"
