"""Column types and the base of every table."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, DateTime, ForeignKey, LargeBinary, MetaData, String
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

ID_LENGTH = 32


def new_id() -> str:
    """Return 32 hex digits nobody can guess: ids travel in callback addresses."""
    return secrets.token_hex(16)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, on databases that keep a zone and on those that do not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone was offered to the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of ours. Constraint names are fixed so that every database can drop them by name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        bytes: LargeBinary,
    }


Id = Annotated[str, mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)]
Tag = Annotated[str, mapped_column(String(35))]  # BCP 47, RFC 5646 section 4.4.1
Code = Annotated[str, mapped_column(String(64))]  # a word of ours: status, kind, answer id
Key = Annotated[str, mapped_column(String(64))]  # keyed hash, hexadecimal


def reference_to(table: str) -> Any:
    """A foreign key to a table's id, indexed, as a column type."""
    return mapped_column(String(ID_LENGTH), ForeignKey(f"{table}.id"), index=True)
