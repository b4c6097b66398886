"""A release is kept, and its person asked once whether we may ask: opt-in, never by default."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from conversation.appointments.schedule import PlannedReminder, next_good_moment
from conversation.appointments.values import AppointmentStatus
from conversation.check_ins.values import DAYS_AFTER, KIND
from store.check_ins.plan import INVITE, add_rounds, find_day_there, find_end, plan_rounds
from store.check_ins.rounds import YOUTH
from store.conversations import hold
from store.reminders import plans
from store.reminders.acts import record_consent_of
from store.reminders.appointments import Teller
from store.reminders.facts import AGREED, ASKED, CHECK_INS, REVOKED
from store.reminders.receivers import read_receiver
from store.reminders.states import COMING, Reason
from store.sealing.vault import Vault
from store.tables import Address, Appointment, Consent, Conversation, Person, PersonAddress, Reminder
from store.tables.base import new_id

OWN, SPONSORS, SHARED = "youth", "sponsor", "other"  # whose phone it is
WHOSE = (OWN, SPONSORS, SHARED)
WHO = ("youth", "sponsor", "other")  # agreed to be asked
HOW = ("in_person", "phone", "paper")


class Outcome(StrEnum):
    """What became of a release that somebody has written down."""

    STARTED = "started"  # the person is asked whether we may ask
    CHANGED = "changed"  # the date was corrected
    REFUSED = "refused"  # they have said no before: they are not asked again
    STOPPED = "stopped"
    OVER = "over"  # the last round would have been before today
    FUTURE = "future"  # that day has not come yet


@dataclass(frozen=True, slots=True)
class Release:
    """A release as somebody has told it.

    Attributes:
        zone: IANA name, of the family's home.
        whose: OWN, SPONSORS or SHARED: of the phone. Only OWN is ever asked "are you safe".
        who, how: who has agreed to be written to, and in which way; values of WHO and HOW.
    """

    released_on: date
    zone: str
    whose: str
    who: str
    how: str


def start_check_ins(
    session: Session, vault: Vault, conversation_id: str, release: Release, *,
    teller: Teller, now: datetime, days: Sequence[int] = DAYS_AFTER,
) -> Outcome:  # fmt: skip
    """Keep a release and ask its person once; correct it where it is kept already.

    Raises:
        ValueError: whose, who or how is none of the values above.
    """
    if release.whose not in WHOSE or release.who not in WHO or release.how not in HOW:
        raise ValueError("a release says whose phone it is, who has agreed and how, in our words")
    hold(session, conversation_id)
    if (refused := _find_refusal(session, conversation_id, release, now=now, days=days)) is not None:
        return refused
    note_whose(session, conversation_id, release.whose, now=now)
    is_agreed = find_consent(session, conversation_id) == AGREED
    kept = find_release(session, conversation_id)
    if kept is None:
        _add(session, vault, conversation_id, release, teller=teller, now=now, days=days, is_agreed=is_agreed)
        return Outcome.STARTED
    _change(session, vault, kept, release, teller=teller, now=now, days=days, is_agreed=is_agreed)
    return Outcome.CHANGED


def find_release(session: Session, conversation_id: str) -> Appointment | None:
    """Return the release of a conversation whose rounds go on."""
    theirs = Appointment.conversation_id == conversation_id, Appointment.kind == KIND, Appointment.status.in_(COMING)
    return session.scalar(select(Appointment).where(*theirs).order_by(Appointment.created_at.desc()).limit(1))


def write_rounds(session: Session, vault: Vault, release_id: str, *, now: datetime, days: Sequence[int]) -> None:
    """Write the rounds of a release whose person has agreed."""
    row = session.get_one(Appointment, release_id, populate_existing=True)
    receiver = read_receiver(session, vault, row.conversation_id, appointment_zone=row.zone)
    add_rounds(session, row.id, row.version, plan_rounds(row.day, receiver=receiver, now=now, days=days))


def note_whose(session: Session, conversation_id: str, whose: str, *, now: datetime) -> None:
    """Write down who is behind a number as far as a caseworker knows it: a youth alone, or not only one."""
    address_id = session.scalar(select(Conversation.address_id).where(Conversation.id == conversation_id))
    organisation_id = session.scalar(select(Address.organisation_id).where(Address.id == address_id))
    at_it = select(PersonAddress).join(Person, Person.id == PersonAddress.person_id)
    linked = session.scalars(at_it.where(PersonAddress.address_id == address_id, Person.role == YOUTH)).all()
    if whose != OWN:
        for one in linked:
            one.certain = False
    elif linked:
        linked[0].certain = True
    else:
        person_id = new_id()
        session.execute(
            insert(Person).values(id=person_id, organisation_id=organisation_id, role=YOUTH, created_at=now)
        )
        session.execute(
            insert(PersonAddress).values(
                id=new_id(), person_id=person_id, address_id=address_id, certain=True, since=now
            )
        )
    session.flush()


def _find_refusal(
    session: Session, conversation_id: str, release: Release, *, now: datetime, days: Sequence[int]
) -> Outcome | None:
    today = find_day_there(now, release.zone)
    if release.released_on > today:
        return Outcome.FUTURE
    if release.released_on + timedelta(days=max(days)) < today:
        return Outcome.OVER
    twin = select(Address.organisation_id, Address.number_key).join(Conversation, Conversation.address_id == Address.id)
    organisation_id, number_key = session.execute(twin.where(Conversation.id == conversation_id)).one()
    of_number = Address.organisation_id == organisation_id, Address.number_key == number_key
    if session.scalar(select(Address.id).where(*of_number, Address.stopped_at.is_not(None)).limit(1)):
        return Outcome.STOPPED
    return Outcome.REFUSED if find_consent(session, conversation_id) == REVOKED else None


def find_consent(session: Session, conversation_id: str) -> str | None:
    """Return the newest act of the number; two of one moment: the later one of a person's own."""
    here = select(Address.organisation_id, Address.number_key).join(Conversation, Conversation.address_id == Address.id)
    organisation_id, number_key = session.execute(here.where(Conversation.id == conversation_id)).one()
    acts = (
        select(Consent.act)
        .join(Address, Address.id == Consent.address_id)
        .where(Address.organisation_id == organisation_id, Address.number_key == number_key)
        .where(Consent.kind == CHECK_INS)
        .order_by(Consent.at.desc(), Consent.id)
        .limit(1)
    )
    return session.scalar(acts)


def _add(
    session: Session, vault: Vault, conversation_id: str, release: Release, *,
    teller: Teller, now: datetime, days: Sequence[int], is_agreed: bool,
) -> None:  # fmt: skip
    organisation_id = session.scalar(select(Conversation.organisation_id).where(Conversation.id == conversation_id))
    release_id = new_id()
    session.execute(
        insert(Appointment).values(
            id=release_id, organisation_id=organisation_id, conversation_id=conversation_id, version=1,
            status=AppointmentStatus.PLANNED, source=teller.source, told_by=teller.by, created_at=now, updated_at=now,
            **_columns(release, days),
        )
    )  # fmt: skip
    _go_on(session, vault, release_id, release, teller=teller, now=now, days=days, is_agreed=is_agreed)


def _change(
    session: Session, vault: Vault, kept: Appointment, release: Release, *,
    teller: Teller, now: datetime, days: Sequence[int], is_agreed: bool,
) -> None:  # fmt: skip
    if (kept.day, kept.zone) == (release.released_on, release.zone):
        return  # told once more: nothing is asked twice
    plans.drop_plan(session, kept.id, reason=Reason.CHANGED, now=now)
    values = {**_columns(release, days), "version": kept.version + 1, "updated_at": now}
    values |= {"source": teller.source, "told_by": teller.by}
    release_id = kept.id
    session.execute(update(Appointment).where(Appointment.id == release_id).values(**values))
    session.expire(kept)
    _go_on(session, vault, release_id, release, teller=teller, now=now, days=days, is_agreed=is_agreed)


def _go_on(
    session: Session, vault: Vault, release_id: str, release: Release, *,
    teller: Teller, now: datetime, days: Sequence[int], is_agreed: bool,
) -> None:  # fmt: skip
    """Who has agreed is asked the rounds; who has not is asked whether we may, once."""
    if is_agreed:
        write_rounds(session, vault, release_id, now=now, days=days)
        return
    row = session.get_one(Appointment, release_id, populate_existing=True)
    if _is_invited(session, release_id):
        return
    details = {"who": release.who, "how": release.how, "phone": release.whose}
    record_consent_of(
        session, row.conversation_id, CHECK_INS, act=ASKED, source=teller.source, wording=None, language=None,
        message_id=None, now=now, details=details,
    )  # fmt: skip
    receiver = read_receiver(session, vault, row.conversation_id, appointment_zone=row.zone)
    due_at = next_good_moment(receiver, now)
    if due_at is not None:
        add_rounds(session, row.id, row.version, [PlannedReminder(INVITE, due_at)])


def _is_invited(session: Session, release_id: str) -> bool:
    """The question whether we may ask has gone out, for an earlier date of the release: its answer still counts."""
    sent = Reminder.appointment_id == release_id, Reminder.step == INVITE, Reminder.sent_at.is_not(None)
    return session.scalar(select(Reminder.id).where(*sent).limit(1)) is not None


def _columns(release: Release, days: Sequence[int]) -> dict[str, Any]:
    ZoneInfo(release.zone)  # raises where there is no such zone
    return {
        "kind": KIND, "day": release.released_on, "at_minutes": None, "zone": release.zone,
        "starts_at": find_end(release.released_on, days),
    }  # fmt: skip
