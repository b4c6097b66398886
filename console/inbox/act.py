"""One form that was posted to a case its sender may see, and how an act's end is told."""

from dataclasses import dataclass
from datetime import datetime

from console.inbox.means import Desk
from console.posted_form import Form
from store.cases.access import CaseFile
from store.cases.outcomes import Outcome
from store.database import Session
from store.sealing.vault import Vault
from store.staff.staff import Staff


@dataclass(frozen=True, slots=True)
class Act:
    """What an act has to go by; it runs in one transaction."""

    session: Session
    desk: Desk
    case: CaseFile
    form: Form

    @property
    def staff(self) -> Staff:
        return self.desk.staff

    @property
    def now(self) -> datetime:
        return self.desk.now

    @property
    def vault(self) -> Vault:
        return self.desk.means.entrance.vault


def moved(outcome: Outcome, done: str) -> str:
    """Return the code of what the next page says; pages/inbox_words.html."""
    return done if outcome is Outcome.DONE else "not_allowed"
