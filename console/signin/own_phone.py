"""Registering one's own phone, signed in: ask for a code, enter it, or take the phone away. Returns codes, no words."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request

from console.door import Entrance, current_staff, read_form
from conversation.staff_texts import StaffText
from store.audit import count_acts
from store.database import Session
from store.staff.staff import Staff
from store.staff_phones.mail import Mailed, StaffMail
from store.staff_phones.registering import (
    CodeOutcome,
    PhoneCode,
    PhoneRefusal,
    ask_for_code,
    confirm_phone,
    remove_phone,
)

MOST_CODES = 5  # texts with a code that somebody may have sent in an hour: each goes to a number of their choice
_PLAIN_REFUSALS = (PhoneRefusal.NO_NUMBER, PhoneRefusal.STOPPED)


class _NotSent(Exception):
    """The code cannot be texted: what was noted about the number is taken back."""


@dataclass(frozen=True, slots=True)
class OwnPhoneSteps:
    entrance: Entrance
    mail: StaffMail | None

    @property
    def can_text(self) -> bool:
        return self.mail is not None

    async def act(self, request: Request) -> str:
        """Do what a form asks for; return the code of what the page says then."""
        staff, form = current_staff(request), read_form(request)
        match form.get("act"):
            case "ask":
                return await self._ask(staff, form.get("number"))
            case "confirm":
                return await self._confirm(staff, form.get("code"))
            case "remove":
                now = self.entrance.clock()
                await self.entrance.database.run(
                    lambda session: remove_phone(session, caseworker_id=staff.id, actor=staff.id, now=now)
                )
                return "phone_gone"
        return ""

    async def _ask(self, staff: Staff, number: str) -> str:
        mail, now = self.mail, self.entrance.clock()
        if mail is None:
            return "phone_no_text"

        def ask(session: Session) -> str:
            since = now - timedelta(hours=1)
            if count_acts(session, staff.organisation_id, actor=staff.id, act="phone_asked", since=since) >= MOST_CODES:
                return "phone_many"
            asked = ask_for_code(
                session, mail.vault, caseworker_id=staff.id, number=number, actor=staff.id, now=now
            )  # fmt: skip
            if not isinstance(asked, PhoneCode):
                # whether a number is a person's or a colleague's is nobody's business
                return f"phone_{asked}" if asked in _PLAIN_REFUSALS else "phone_taken"
            if mail.send_code(session, asked, now) is not Mailed.QUEUED:
                raise _NotSent
            return "phone_sent"

        try:
            return await self.entrance.database.run(ask)
        except _NotSent:
            return "phone_no_text"

    async def _confirm(self, staff: Staff, code: str) -> str:
        now = self.entrance.clock()
        digits = "".join(code.split()).replace("-", "")

        def confirm(session: Session) -> CodeOutcome:
            outcome = confirm_phone(session, self.entrance.vault, caseworker_id=staff.id, code=digits, now=now)
            if outcome is CodeOutcome.CONFIRMED and self.mail is not None:
                self.mail.send(session, caseworker_id=staff.id, answer=StaffText.PHONE_CONFIRMED, values={}, now=now)
            return outcome

        return f"phone_{await self.entrance.database.run(confirm)}"
