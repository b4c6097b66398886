"""People who take over: accounts, sign-in, shifts; and when an organisation is open."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Code, Id, Key, Tag, reference_to


class Caseworker(Base):
    """Someone who answers people by hand, or looks after those who do."""

    __tablename__ = "caseworker"
    __table_args__ = (UniqueConstraint("organisation_id", "login"), Index(None, "phone_key"))

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    login: Mapped[Code]
    name_sealed: Mapped[bytes]
    role: Mapped[Code] = mapped_column(default="caseworker")  # caseworker | supervisor | reviewer | administrator
    languages: Mapped[list[str]] = mapped_column(default=list)
    disciplines: Mapped[list[str]] = mapped_column(default=list)
    capacity: Mapped[int] = mapped_column(default=10)  # cases, a crisis counts more
    on_call: Mapped[bool] = mapped_column(default=False)  # on the rota for urgent cases
    phone_sealed: Mapped[bytes | None]  # their own phone; never shown to a person
    phone_key: Mapped[Key | None]
    phone_channel: Mapped[Code | None]
    phone_confirmed_at: Mapped[datetime | None]
    phone_code_key: Mapped[Key | None]
    phone_code_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    totp_sealed: Mapped[bytes | None]
    totp_next_sealed: Mapped[bytes | None]  # a new one, until its first code has come
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")  # last one used: each works once
    invite_key: Mapped[Key | None]
    invite_until: Mapped[datetime | None]
    locale: Mapped[Tag] = mapped_column(default="en", server_default="en")  # of the pages
    shift_override: Mapped[Code | None]  # on | off, by their own switch, until override_until
    override_until: Mapped[datetime | None]
    resting_until: Mapped[datetime | None]  # after a crisis
    idle_since: Mapped[datetime | None]  # the longest idle is asked first
    page_limit: Mapped[int] = mapped_column(default=4, server_default="4")  # pages in twelve hours
    created_at: Mapped[datetime]


class Shift(Base):
    """When somebody works, every week: minutes after midnight in the organisation's time zone; ends may be 1440."""

    __tablename__ = "shift"

    id: Mapped[Id]
    caseworker_id: Mapped[str] = reference_to("caseworker")
    weekday: Mapped[int] = mapped_column(Integer)  # 0 is Monday
    starts: Mapped[int] = mapped_column(Integer)
    ends: Mapped[int] = mapped_column(Integer)


class OfficeHours(Base):
    """When an organisation is open, every week; minutes as in a shift."""

    __tablename__ = "office_hours"

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    weekday: Mapped[int] = mapped_column(Integer)
    starts: Mapped[int] = mapped_column(Integer)
    ends: Mapped[int] = mapped_column(Integer)


class Holiday(Base):
    """A day on which an organisation is closed."""

    __tablename__ = "holiday"
    __table_args__ = (UniqueConstraint("organisation_id", "day"),)

    id: Mapped[Id]
    organisation_id: Mapped[str] = reference_to("organisation")
    day: Mapped[date] = mapped_column(Date)
    name: Mapped[Code]


class StaffSession(Base):
    """A browser that has signed in. The cookie holds the token, this table its keyed hash."""

    __tablename__ = "staff_session"

    id: Mapped[Id]
    caseworker_id: Mapped[str] = reference_to("caseworker")
    token_key: Mapped[Key] = mapped_column(unique=True)
    second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LoginTry(Base):
    """A sign-in that failed: by login and by network address (keyed hashes), to slow down who guesses."""

    __tablename__ = "login_try"
    __table_args__ = (Index(None, "key", "at"),)

    id: Mapped[Id]
    key: Mapped[Key]
    at: Mapped[datetime]
