"""Safe hours and neutral texts of a number, as a caseworker writes them down for the person. docs/decisions/0044

They hold for every address of the number: whoever may see the screen sees what comes by SMS and by WhatsApp. Where a
child and the sponsor write from one phone, each side's caseworkers read and change their own; all of it holds for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from conversation.ports import WorkQueue
from conversation.safe_hours import SafeHours
from store.audit import record
from store.cases import access
from store.cases.events import NOTE, EventKind, add_event
from store.cases.outcomes import Outcome
from store.reaching import held_hours
from store.reaching.number import addresses_of, list_conversations, own_addresses_of
from store.sealing.vault import Vault
from store.staff.staff import Staff
from store.staffing.hours import find_zone
from store.tables import Address, Case, Conversation, SafeTimes
from store.tables.base import new_id

LONGEST_LOOK = timedelta(days=7)  # hours come again every week
LONGEST = 100  # characters of who said so, and of a number
_DETAILS = "safe_times.details"


@dataclass(frozen=True, slots=True)
class SafeWish:
    """What a person, or who cares for them, has said of when they may be reached; of the person, so never in a repr.

    Attributes:
        hours: None: at any time.
        call_number: where a call does no harm, as typed; "" when nothing was said.
        said_by: who said so, in the caseworker's words.
    """

    hours: SafeHours | None = field(repr=False)
    call_number: str = field(default="", repr=False)
    said_by: str = field(default="", repr=False)
    caseworker_id: str = ""
    at: datetime | None = None


def find_safe_wish(session: Session, vault: Vault, conversation_id: str | None) -> SafeWish | None:
    """Return what was said on this side of the number of a conversation; None: nothing was."""
    if conversation_id is None:
        return None
    rows = select(SafeTimes).where(SafeTimes.address_id.in_(own_addresses_of(conversation_id)))
    row = session.scalar(rows.order_by(SafeTimes.at.desc()).limit(1))
    return _read(vault.open_json(row.details_sealed, _DETAILS), row) if row else None


def find_next_hour(session: Session, vault: Vault, conversation_id: str | None, now: datetime) -> datetime | None:
    """Return when a text does no harm at a conversation's number next, at its own wall clock; None: now.

    Of hours that do not meet within `LONGEST_LOOK` it is when the first ones begin: then it is looked again.
    """
    if conversation_id is None:
        return None
    rows = (
        select(SafeTimes).where(SafeTimes.address_id.in_(addresses_of(conversation_id))).order_by(SafeTimes.at.desc())
    )
    wishes = [_read(vault.open_json(row.details_sealed, _DETAILS), row) for row in session.scalars(rows)]
    return _find_meeting([wish.hours for wish in wishes if wish.hours], now)


def _find_meeting(hours: Sequence[SafeHours], now: datetime) -> datetime | None:
    """Return when all of some hours hold next; None: now."""
    first = at = None
    while (begins := _find_latest(hours, at or now)) and begins - now < LONGEST_LOOK:
        first, at = first or begins, begins
    return at if begins is None else first or begins


def _find_latest(hours: Sequence[SafeHours], at: datetime) -> datetime | None:
    return max((begins for one in hours if (begins := one.find_next(at))), default=None)


def keep_safe_wish(
    session: Session, vault: Vault, queue: WorkQueue, *,
    caseworker: Staff, case_id: str, wish: SafeWish, now: datetime,
) -> Outcome:  # fmt: skip
    """Write down when a person may be reached, in place of what held; texts that wait are judged anew at once."""
    case = access.lock_own(session, case_id, caseworker)
    if isinstance(case, Outcome):
        return case
    conversation_id = case.conversation_id
    if conversation_id is None or not (0 < len(wish.said_by) <= LONGEST and len(wish.call_number) <= LONGEST):
        return Outcome.NOT_ALLOWED
    session.execute(_delete_own(conversation_id))
    if wish.hours or wish.call_number:
        address_id = select(Conversation.address_id).where(Conversation.id == conversation_id).scalar_subquery()
        kept = {"address_id": address_id, "caseworker_id": caseworker.id, "at": now}
        session.execute(
            insert(SafeTimes).values(id=new_id(), details_sealed=vault.seal_json(_write(wish), _DETAILS), **kept)
        )
    _note(session, case, EventKind.SAFE_HOURS, caseworker, now, note_sealed=vault.seal(wish.said_by, NOTE))
    for one in list_conversations(session, conversation_id):
        held_hours.release(session, queue, one, now=now)
    return Outcome.DONE


def set_private(session: Session, *, caseworker: Staff, case_id: str, private: bool, now: datetime) -> Outcome:
    """Switch neutral texts on or off for the number of a case; what the other side has switched on stays on."""
    case = access.lock_own(session, case_id, caseworker)
    if isinstance(case, Outcome):
        return case
    if case.conversation_id is None:
        return Outcome.NOT_ALLOWED
    ours = Address.id.in_(own_addresses_of(case.conversation_id))
    theirs = Address.id.in_(addresses_of(case.conversation_id)), ~ours, Address.private.is_(True)
    if not private and session.scalar(select(Address.id).where(*theirs).limit(1)):
        return Outcome.NOT_ALLOWED
    set_to = update(Address).where(ours).values(private=private)
    session.execute(set_to, execution_options={"synchronize_session": False})
    _note(session, case, EventKind.PRIVATE_ON if private else EventKind.PRIVATE_OFF, caseworker, now)
    return Outcome.DONE


def _delete_own(conversation_id: str) -> Any:
    return delete(SafeTimes).where(SafeTimes.address_id.in_(own_addresses_of(conversation_id))).execution_options(
        synchronize_session=False
    )  # fmt: skip


def _write(wish: SafeWish) -> dict[str, Any]:
    told: dict[str, Any] = {"call_number": wish.call_number, "said_by": wish.said_by}
    if wish.hours:
        told |= {"zone": wish.hours.zone.key, "from": wish.hours.starts, "to": wish.hours.ends}
        told["days"] = sorted(wish.hours.days)
    return told


def _read(told: dict[str, Any], row: SafeTimes) -> SafeWish:
    hours = None
    if "zone" in told:
        hours = SafeHours(find_zone(told["zone"]), told["from"], told["to"], frozenset(told["days"]))
    return SafeWish(hours, told["call_number"], told["said_by"], row.caseworker_id, row.at)


def _note(
    session: Session, case: Case, kind: EventKind, caseworker: Staff, now: datetime, *, note_sealed: bytes | None = None
) -> None:
    add_event(session, case.id, kind, caseworker_id=caseworker.id, note_sealed=note_sealed, now=now)
    record(
        session, case.organisation_id,
        actor=caseworker.id, act=f"case.{kind}", subject_kind="case", subject_id=case.id, now=now,
    )  # fmt: skip
    session.flush()
