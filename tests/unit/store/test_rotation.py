"""Sealing anew with another key, while others write."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select, update

from store.database import Database
from store.sealing.rotation import UNKNOWN, count_by_key, find_sealed_columns, rewrap
from store.sealing.vault import KeyRing, Vault
from store.sql.reader import Reader
from store.tables import Base, Message
from tests.guards.repository import find_python, parse
from tests.house import House

BOTH = {"k1": bytes(range(32)), "k2": bytes(range(32, 64))}
NEW_RING = KeyRing(BOTH, "k2", bytes(32))
NEW = Vault(NEW_RING)


@pytest.fixture
def reader(house: House) -> Iterator[Reader]:
    reader = Reader(house.database.engine.url.render_as_string())
    yield reader
    reader.close()


def count(house: House, ring: KeyRing = NEW_RING) -> dict[str, int]:
    return {key: amount for key, amount in house.database.run_sync(lambda s: count_by_key(s, ring)).items() if amount}


def bodies(house: House, vault: Vault) -> list[str]:
    return sorted(vault.open(sealed, "message.body") for sealed in house.rows(select(Message.body_sealed)))


async def test_everything_is_sealed_with_the_new_key_and_says_the_same(house: House, reader: Reader) -> None:
    for number in range(5):
        await house.hear(f"hola {number}")
    before, said = count(house), bodies(house, house.vault)

    sums = list(rewrap(house.database, reader, NEW, batch=2))[-1]

    assert count(house) == {"k2": before["k1"]}
    assert sums.done == before["k1"]
    assert bodies(house, Vault(KeyRing({"k2": BOTH["k2"]}, "k2", bytes(32)))) == said


async def test_one_that_is_interrupted_goes_on_where_it_was(house: House, reader: Reader) -> None:
    for number in range(4):
        await house.hear(f"hola {number}")
    total = count(house)["k1"]

    next(rewrap(house.database, reader, NEW, batch=1))
    after_one = count(house)
    rest = list(rewrap(house.database, reader, NEW, batch=1))[-1].done

    assert after_one["k2"] == 1
    assert (rest, count(house)) == (total - 1, {"k2": total})


async def test_a_value_written_meanwhile_stands_as_it_was_written(
    house: House, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.hear("hola")
    run, changed = Database.run_sync, NEW.seal("adiós", "message.body")

    def write_first(self: Database, fn: object) -> object:
        with self.engine.begin() as connection:
            connection.execute(update(Message).values(body_sealed=changed))
        return run(self, fn)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "run_sync", write_first)
    list(rewrap(house.database, reader, NEW))
    monkeypatch.undo()

    assert set(bodies(house, NEW)) == {"adiós"}


async def test_what_cannot_be_opened_is_counted_and_left(house: House, reader: Reader) -> None:
    await house.hear("hola")
    strange = b"\x02k9" + bytes(40)
    first = house.rows(select(Message.id))[0]
    house.database.run_sync(lambda s: s.execute(update(Message).where(Message.id == first).values(body_sealed=strange)))

    sums = list(rewrap(house.database, reader, NEW))[-1]

    assert sums.unreadable == {"message.body": 1}
    assert count(house)[UNKNOWN] == 1
    assert strange in house.rows(select(Message.body_sealed))


def test_every_column_of_bytes_is_a_sealed_one_and_none_is_forgotten() -> None:
    binary = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }

    covered = {f"{one.table.name}.{one.column.name}" for one in find_sealed_columns()}

    assert covered == binary
    assert covered >= {"message.body_sealed", "message.details_sealed", "address.address_sealed"}
    assert all(one.id is not None for one in find_sealed_columns())


CONTEXTS = {one.context for one in find_sealed_columns()} | {"backup.key"}


def test_every_context_that_is_sealed_with_names_its_column() -> None:
    """A value sealed for "message.body" in another column would be lost at the next rotation."""
    used = {context for path in find_python("store", "service", "console") for context in find_contexts(path)}

    assert used - CONTEXTS == set()
    assert used >= {"message.body", "address.address", "conversation.slots", "caseworker.name"}


def find_contexts(path: Path) -> Iterator[str]:
    """Yield the texts that look like a context in a file that calls seal or open."""
    tree = parse(path)
    calls = {node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and hasattr(node.func, "attr")}
    if not calls & {"seal", "seal_json", "open"}:
        return
    tables = {one.table.name for one in find_sealed_columns()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            table, dot, column = node.value.partition(".")
            if dot and table in tables and column.isidentifier():
                yield node.value
