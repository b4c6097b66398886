"""Caseworkers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from store.sealing.vault import Vault
from store.tables import Caseworker
from store.tables.base import new_id

NAME = "caseworker.name"


def add_caseworker(
    session: Session, vault: Vault, organisation_id: str, *,
    login: str, name: str, languages: Sequence[str] = (), disciplines: Sequence[str] = (), now: datetime,
) -> bool:  # fmt: skip
    """Add a caseworker once. False: this login is taken, and nothing was changed."""
    taken = select(Caseworker.id).where(Caseworker.organisation_id == organisation_id, Caseworker.login == login)
    if session.scalar(taken):
        return False
    session.execute(
        insert(Caseworker).values(
            id=new_id(), organisation_id=organisation_id, login=login, name_sealed=vault.seal(name, NAME),
            role="caseworker", languages=list(languages), disciplines=list(disciplines), capacity=10,
            on_call=False, active=True, created_at=now,
        )
    )  # fmt: skip
    return True
