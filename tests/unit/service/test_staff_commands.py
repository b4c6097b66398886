"""`puente staff`: accounts, one-time links, roles and leaving; and the demo accounts of a first try."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from conversation.errors import ConfigurationError
from service.commands import staff
from service.running.demo_staff import add_demo_staff, describe
from service.running.preparing import prepare
from service.settings import Settings
from store.database import Database, build_engine
from store.staff.passwords import is_password
from store.tables import AuditEntry, Caseworker
from tests.databases import make_template

LINK = re.compile(r"http://127\.0\.0\.1:8080/invite/([\w-]{43})\b")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(var=tmp_path_factory.mktemp("staff"))
    prepare(settings)
    return settings


@pytest.fixture
def settings(prepared: Settings, tmp_path: Path) -> Settings:
    """A prepared deployment with a database of its own."""
    path = make_template(tmp_path / "own.db")
    return replace(prepared, database_url=f"sqlite:///{path}")


def rows(settings: Settings, query: Any) -> list[Any]:
    database = Database(build_engine(settings.database))
    found = database.run_sync(lambda session: list(session.scalars(query)))
    database.close()
    return found


def add(settings: Settings, login: str = "ana", **more: str) -> None:
    values = {"name": "Canario", "languages": "es, quc", "disciplines": "legal", "role": "caseworker", **more}
    staff.add(settings, login=login, **values)


def test_an_account_is_added_with_a_sealed_name_and_a_link(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    add(settings, " Ana", role="supervisor")

    (ana,) = rows(settings, select(Caseworker))
    told = capsys.readouterr().out
    found = LINK.search(told)
    assert (ana.login, ana.role, ana.languages, ana.disciplines) == ("ana", "supervisor", ["es", "quc"], ["legal"])
    assert b"Canario" not in ana.name_sealed
    assert "Canario" not in told
    assert found
    assert found.group(1) != ana.invite_key
    assert rows(settings, select(AuditEntry.act).order_by(AuditEntry.act)) == ["invited", "staff_added"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"login": ""}, {"login": "x" * 65}, {"login": "a\nb"}, {"login": "a b"}, {"login": "ANA"}, {"name": " "},
        {"name": "a\x00"}, {"languages": "spanish!"}, {"disciplines": "law"}, {"role": "boss"},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_an_account_is_refused(settings: Settings, wrong: dict[str, str]) -> None:
    add(settings)

    with pytest.raises(ConfigurationError, match=r"login|name|languages|disciplines|role"):
        add(settings, **{"login": "eva", **wrong})

    assert rows(settings, select(Caseworker.login)) == ["ana"]


def test_roles_change_and_who_leaves_has_no_way_in(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    add(settings)
    staff.change_role(settings, "Ana", "reviewer")
    capsys.readouterr()
    staff.print_all(settings, left=False)
    listed = capsys.readouterr().out
    staff.let_leave(settings, "ana")

    (ana,) = rows(settings, select(Caseworker))
    assert "ana" in listed
    assert "reviewer" in listed
    assert "second factor: due" in listed
    assert (ana.active, ana.password_hash, ana.invite_key, ana.phone_key) == (False, None, None, None)
    for act in (staff.invite, staff.let_leave):
        with pytest.raises(ConfigurationError, match="nobody who works here"):
            act(settings, "ana")
    with pytest.raises(ConfigurationError, match="nobody who works here"):
        staff.change_role(settings, "nobody", "reviewer")


def test_demo_accounts_are_made_once_with_a_password_that_is_told_once(settings: Settings) -> None:
    made, again = add_demo_staff(settings), add_demo_staff(settings)

    accounts = {row.login: row for row in rows(settings, select(Caseworker))}
    assert [one.login for one in made] == ["demo", "supervisor"]
    assert again == []
    assert describe(again) == []
    assert all(is_password(accounts[one.login].password_hash, one.password) for one in made)
    assert all(one.password in "".join(describe(made)) and one.password not in repr(one) for one in made)
    assert accounts["supervisor"].role == "supervisor"


@pytest.mark.parametrize("changes", [{"public_url": "https://puente.example"}, {"bind": "0.0.0.0"}], ids=str)
def test_where_others_can_reach_it_there_are_no_demo_accounts(settings: Settings, changes: dict[str, str]) -> None:
    assert add_demo_staff(replace(settings, **changes)) == []  # type: ignore[arg-type]

    assert rows(settings, select(Caseworker)) == []
