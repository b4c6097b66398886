"""A database with many open cases and their messages, for bench/inbox.py."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import batched
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from service import wiring
from service.running.ports import find_free_ports
from service.running.preparing import prepare
from service.settings import Settings
from store.cases.opening import format_code
from store.database import Database, Session
from store.inbox import BODY
from store.sealing.vault import Vault
from store.staff.accounts import add_caseworker
from store.staff.sessions import add_session
from store.staff.staff import DISCIPLINES, Role
from store.tables import Address, Case, CaseEvent, Conversation, InboxEntry, Message, Organisation, OutboxEntry
from store.tables.base import new_id

OWNED_SHARE = 0.3
AT_ONCE = 2_000  # rows in one statement
_LANGUAGES = ("es", "en", "quc", "ht", "mam", "pt")
_TOPICS = (("school.enroll_documents", "school"), ("legal.find_lawyer", "legal"), ("safety.abuse", "safety"))


@dataclass(frozen=True)
class Stock:
    """A filled database: sign-ins by login, a case somebody owns, the web process's settings."""

    settings: Settings
    organisation_id: str
    owned: str
    owned_id: str
    tokens: dict[str, str] = field(repr=False)


def fill(folder: Path, *, cases: int, messages: int) -> Stock:
    """Make a database with so many open cases and messages, each case a conversation of its own."""
    port, actions, simulator = find_free_ports(3)
    settings = Settings(
        var=folder, port=port, actions_port=actions, public_url=f"http://127.0.0.1:{port}", drafts=True,
        twilio_auth_tokens=("0" * 32,), twilio_base_url=f"http://127.0.0.1:{simulator}",
    )  # fmt: skip
    prepare(settings)
    vault, database = wiring.build_vault(settings), wiring.build_database(settings)
    try:
        organisation_id = wiring.get_organisation(settings, database)
        staff = {login: _add_staff(database, vault, organisation_id, login) for login in ("worker", "supervisor")}
        owned = _add_cases(database, vault, organisation_id, staff["worker"][0], cases=cases, messages=messages)
        return Stock(settings, organisation_id, *owned, tokens={login: token for login, (_, token) in staff.items()})
    finally:
        database.close()


def _add_staff(database: Database, vault: Vault, organisation_id: str, login: str) -> tuple[str, str]:
    """Return a new account's id and the token of its sign-in."""
    now, role = wiring.utc_now(), Role.SUPERVISOR if login == "supervisor" else Role.CASEWORKER

    def add(session: Session) -> tuple[str, str]:
        staff_id = add_caseworker(
            session, vault, organisation_id, login=login, name=login.title(), languages=["es", "en"],
            disciplines=DISCIPLINES, role=role, now=now,
        )  # fmt: skip
        assert staff_id
        return staff_id, add_session(session, vault, staff_id, whole=True, now=now)

    return database.run_sync(add)


def _add_cases(
    database: Database, vault: Vault, organisation_id: str, owner_id: str, *, cases: int, messages: int
) -> tuple[str, str]:
    """Add cases; return code and id of one that `owner_id` has."""
    chance, body, now = random.Random(7), vault.seal("¿Qué documentos piden?", BODY), datetime.now(UTC)
    phone = vault.seal("+12025550123", "address.address")
    share = messages // cases
    owned: tuple[str, str] = ("", "")
    for some in batched(range(cases), AT_ONCE // 10):
        rows: dict[Any, list[dict[str, Any]]] = {}
        for number in some:
            case = _case(organisation_id, number, chance, now)
            if number < 10 or chance.random() < OWNED_SHARE:
                case |= {"status": "claimed", "owner_id": owner_id if number < 10 else new_id(), "claimed_at": now}
            owned = owned if owned[0] else (case["code"], case["id"])
            for table, row in _rows_of(case, share, body, phone):
                rows.setdefault(table, []).append(row)
        database.run_sync(partial(_insert, rows))
    of_ours = update(Organisation).where(Organisation.id == organisation_id)
    database.run_sync(lambda session: session.execute(of_ours.values(cases_opened=cases)))
    return owned


def _insert(rows: Mapping[Any, Sequence[Mapping[str, Any]]], session: Session) -> None:
    for table, all_of_it in rows.items():
        session.execute(insert(table), all_of_it)


def _case(organisation_id: str, number: int, chance: random.Random, now: datetime) -> dict[str, Any]:
    topic, discipline = chance.choice(_TOPICS)
    opened = now - timedelta(minutes=chance.randrange(60 * 24 * 30))
    return {
        "id": new_id(), "organisation_id": organisation_id, "conversation_id": new_id(),
        "code": format_code(number + 1), "topic": topic, "discipline": discipline,
        "language": chance.choice(_LANGUAGES), "reason": "request",
        "urgency": "page_now" if discipline == "safety" and chance.random() < 0.1 else "normal", "status": "waiting",
        "owner_id": None, "claimed_at": None, "opened_at": opened, "waiting_since": opened,
        "interpreter_needed": False,
    }  # fmt: skip


def _rows_of(case: dict[str, Any], share: int, body: bytes, phone: bytes) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield (table, row) of a case: whose it is, and `share` messages in turn, each with its envelope."""
    conversation_id, at, number = case["conversation_id"], case["opened_at"], int(case["id"][:8], 16)
    key = new_id()
    yield Address, {
        "id": key, "organisation_id": case["organisation_id"], "channel": "sms", "address_sealed": phone,
        "address_key": key, "number_key": key, "created_at": at,
    }  # fmt: skip
    yield Conversation, {
        "id": conversation_id, "organisation_id": case["organisation_id"], "address_id": key, "sender": "+12025550100",
        "seq": share, "created_at": at, "last_inbound_at": at,
        "role": ("sponsor", "youth", None)[number % 3],  # walls are looked for from a sponsor's or a child's cases
    }  # fmt: skip
    yield Case, case
    yield CaseEvent, make_event(case["id"], kind="opened", at=at)
    heard = ""
    for seq in range(1, share + 1):
        by_person, id_ = seq % 2 == 1, new_id()
        common = {"conversation_id": conversation_id, "seq": seq}
        yield Message, {
            **common, "id": id_, "author": "person" if by_person else "bot", "kind": "text", "body_sealed": body,
            "language": case["language"], "answer": None if by_person else case["topic"], "at": at,
            "in_reply_to": None if by_person else heard, "case_id": case["id"],
        }  # fmt: skip
        envelope = {**common, "id": new_id(), "message_id": id_, "provider": "twilio", "provider_message_id": new_id()}
        if by_person:
            heard = id_
            yield InboxEntry, {**envelope, "status": "handled", "decision": "answer", "received_at": at}
        else:
            yield OutboxEntry, {
                **envelope, "line": conversation_id, "status": "delivered", "created_at": at, "updated_at": at
            }  # fmt: skip


def make_event(case_id: str, *, kind: str = "joined", at: datetime | None = None) -> dict[str, Any]:
    return {"id": new_id(), "case_id": case_id, "kind": kind, "actor": "system", "at": at or datetime.now(UTC)}
