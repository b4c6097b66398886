"""The release that a row of a file of dates tells: its person is asked once whether we may ask how they are."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.check_ins.values import KIND
from store.agenda.import_report import GoodRow
from store.check_ins.rounds import YOUTH
from store.check_ins.starting import OWN, SHARED, WHO, Outcome, Release, start_check_ins
from store.conversations import hold
from store.reminders.appointments import IMPORT, Teller
from store.reminders.owners import list_theirs
from store.sealing.vault import Vault
from store.tables import Address, Appointment, Conversation, Person, PersonAddress

_ELSE = "other"  # a parent, a guardian: somebody else who cares for them


class Begun(StrEnum):
    """What became of the release of a row."""

    ASKED = "asked"  # the person is asked whether we may ask
    KNOWN = "known"  # one is kept, or was: a file does not know better than who wrote that down
    UNASKED = "unasked"  # they have said no, or stopped all texts, or the day does not fit any more


def begin_release(
    session: Session, vault: Vault, conversation_id: str, row: GoodRow, *,
    caseworker_id: str, now: datetime, days: Sequence[int],
) -> Begun | None:  # fmt: skip
    """Keep the release of a row, with its consent; None: the row tells none."""
    if row.released_on is None:
        return None
    hold(session, conversation_id)
    if _has_release(session, conversation_id):
        return Begun.KNOWN
    by = row.consent["consent_by"]
    release = Release(
        row.released_on, row.told.zone, whose=_find_whose(session, conversation_id, row),
        who=by if by in WHO else _ELSE, how=row.consent["consent_how"],
    )  # fmt: skip
    teller = Teller(IMPORT, caseworker_id)
    outcome = start_check_ins(session, vault, conversation_id, release, teller=teller, now=now, days=days)
    return Begun.ASKED if outcome is Outcome.STARTED else Begun.UNASKED


def _has_release(session: Session, conversation_id: str) -> bool:
    """Return whether a release of the number is written down, however it stands."""
    theirs = Appointment.conversation_id.in_(list_theirs(session, conversation_id)), Appointment.kind == KIND
    return session.scalar(select(Appointment.id).where(*theirs).limit(1)) is not None


def _find_whose(session: Session, conversation_id: str, row: GoodRow) -> str:
    """Return whose phone it is. A file alone makes no phone a youth's own where something else is known of it.

    Only on their own phone is a youth asked whether they are safe: a wrong "own" would ask whoever they are afraid of.
    """
    if row.phone_of != OWN:
        return row.phone_of
    here = Conversation.id.in_(list_theirs(session, conversation_id))
    roles = set(session.scalars(select(Conversation.role).where(here, Conversation.role.is_not(None))))
    behind = (
        select(Person.role, PersonAddress.certain)
        .join(PersonAddress, PersonAddress.person_id == Person.id)
        .join(Address, Address.id == PersonAddress.address_id)
        .join(Conversation, Conversation.address_id == Address.id)
        .where(here)
    )
    doubts = [role for role, certain in session.execute(behind) if role != YOUTH or not certain]
    return SHARED if doubts or roles - {YOUTH} else OWN
