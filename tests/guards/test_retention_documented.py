"""Every table has a rule for how long it is kept, and docs/privacy.md tells them all."""

import re
from pathlib import Path

from sqlalchemy import inspect

from service.engine import prepare_engine_tables
from service.settings import ROOT
from store.database import ENGINE_TABLES, Database, build_engine
from store.forgetting.expiry import PURGES
from store.forgetting.retention import RULES, render_rules
from store.sql.migrate import migrate
from store.tables import Base
from tests.guards.repository import read

PAGE = Path("docs/privacy.md")
_BETWEEN = re.compile(r"(?<=<!-- retention -->\n).*?(?=<!-- /retention -->)", re.DOTALL)


def test_every_table_of_ours_and_of_the_engine_has_one_rule() -> None:
    tables = [rule.table for rule in RULES]

    assert sorted(tables) == sorted({*Base.metadata.tables, *ENGINE_TABLES, "alembic_version"})


def test_a_database_holds_no_table_without_a_rule(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'puente.db'}"
    prepare_engine_tables(url)
    database = Database(build_engine(url))
    migrate(database.engine)

    found = set(inspect(database.engine).get_table_names())
    database.close()

    assert found - {rule.table for rule in RULES} == set()


def test_every_purge_has_a_rule_and_every_period_of_ours_a_purge() -> None:
    timed = {rule.table for rule in RULES if re.search(r"\bdays?\b|_DAYS|expires", rule.kept)} - ENGINE_TABLES
    purged = {purge.table for purge in PURGES}

    assert timed - purged == set()
    assert purged - timed == {"address", "person"}  # last of those they belong to


def test_the_page_on_privacy_tells_the_rules() -> None:
    found = _BETWEEN.search(read(PAGE))

    assert found is not None
    assert found.group() == render_rules()


if __name__ == "__main__":
    page = ROOT / PAGE
    page.write_text(_BETWEEN.sub(lambda _: render_rules(), page.read_text(encoding="utf-8")), encoding="utf-8")
