"""A house on a SQLite file of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conversation.turn import Rules
from service import wiring
from service.settings import Settings
from store.sealing.vault import KeyRing, Vault
from tests.databases import make_template, open_copy
from tests.house import House


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template") / "puente.db")


@pytest.fixture(scope="session")
def rules() -> Rules:
    return wiring.build_rules(Settings(drafts=True))


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32)))


@pytest.fixture
def house(template: Path, tmp_path: Path, vault: Vault, rules: Rules) -> Iterator[House]:
    with open_copy(template, tmp_path / "house.db") as database:
        yield House(database, vault, rules)
