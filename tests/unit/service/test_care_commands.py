"""`puente purge` and `puente erase`: what an operator sees, and what they can get wrong."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from conversation.errors import ConfigurationError
from conversation.messages import Address, Channel
from conversation.turn import Rules
from service import wiring
from service.commands import care as care_commands
from service.commands.care import parse_number
from service.settings import Settings
from store.database import Database, build_engine
from store.forgetting.erasure import order_erasure
from store.sealing.vault import create_keys
from store.tables import AuditEntry, Case, Erasure, LedgerEntry, Message
from tests.house import PERSON, House


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    settings = Settings(var=tmp_path, drafts=True)
    shutil.copy(template, tmp_path / "puente.db")
    create_keys(settings.keys)
    return settings


@pytest.fixture
def house(settings: Settings, rules: Rules) -> Iterator[House]:
    """The same deployment as the commands see it, at the real time."""
    database = Database(build_engine(settings.database))
    house = House(database, wiring.build_vault(settings), rules)
    house.clock.now = wiring.utc_now()
    yield house
    database.close()


class Operator:
    """Types what a test gives, and remembers what was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.questions = list(answers), list[str]()

    def __call__(self, question: str) -> str:
        self.questions.append(question)
        return self.answers.pop(0)


async def test_a_number_is_erased_as_people_write_it(
    settings: Settings, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await house.hear("PERSONA")

    care_commands.erase_number(settings, Operator("+1 (202) 555-0123", "yes"), confirmed=False)

    shown = capsys.readouterr().out
    assert house.rows(select(Message)) == []
    assert [entry.act for entry in house.rows(select(LedgerEntry))] == ["erased"]
    assert house.rows(select(AuditEntry.actor)) == ["operator"]
    assert house.rows(select(Erasure.id))[0] in shown
    assert "555" not in shown.replace(house.rows(select(Erasure.id))[0], "")


async def test_a_case_is_enough_to_find_its_person(settings: Settings, house: House) -> None:
    await house.hear("PERSONA")

    care_commands.erase_case(settings, "A1", Operator("yes"), confirmed=False)

    assert house.rows(select(Message)) == []
    assert house.rows(select(Case.topic)) == ["erased"]
    with pytest.raises(ConfigurationError, match="A1"):
        care_commands.erase_case(settings, "A1", Operator("yes"), confirmed=False)


@pytest.mark.parametrize("said", ["", "no", "y"])
async def test_anything_but_yes_erases_nothing(settings: Settings, house: House, said: str) -> None:
    await house.hear("Hola")

    with pytest.raises(ConfigurationError, match="nothing was erased"):
        care_commands.erase_number(settings, Operator(PERSON, said), confirmed=False)

    assert house.rows(select(Erasure)) == []


def test_a_number_nobody_wrote_from_is_told_so(settings: Settings, house: House) -> None:
    with pytest.raises(ConfigurationError, match="nothing is stored"):
        care_commands.erase_number(settings, Operator("+12025550199"), confirmed=True)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("+12025550123", "+12025550123"),
        (" +1 202-555.0123 ", "+12025550123"),
        ("whatsapp:+12025550123", "+12025550123"),
        ("US.1000000000000001", "US.1000000000000001"),
    ],
)
def test_numbers_and_whatsapp_ids_are_read(typed: str, read: str) -> None:
    assert parse_number(typed) == read


@pytest.mark.parametrize(
    "typed", ["", "2025550187", "+0202555", "+1202555018a", "Ana", "++12025550187", "+12025550187; rm"]
)
def test_what_is_no_number_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_number(typed)

    assert not typed or typed not in str(refused.value)


def test_a_dry_run_counts_and_a_purge_deletes(
    settings: Settings, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(house.hear("Hola"))
    older = wiring.utc_now() - timedelta(days=91)
    house.database.run_sync(lambda session: session.execute(update(Message).values(at=older)))
    messages = len(house.rows(select(Message)))

    care_commands.purge(settings, dry_run=True)
    counted, kept = capsys.readouterr().out, len(house.rows(select(Message)))
    care_commands.purge(settings, dry_run=False)

    assert kept == messages
    assert f"{messages} would go" in counted
    assert f"{messages} gone" in capsys.readouterr().out
    assert house.rows(select(Message)) == []


async def test_a_number_is_erased_at_once_also_behind_many_orders(settings: Settings, house: House) -> None:
    await house.hear("PERSONA")
    for number in range(25):
        house.database.run_sync(
            lambda session, key=f"{number:064}": order_erasure(
                session, house.organisation_id, key, by="operator", now=house.clock() - timedelta(hours=1)
            )
        )

    care_commands.erase_number(settings, Operator(PERSON, "yes"), confirmed=False)

    assert house.rows(select(Message)) == []


async def test_a_whatsapp_id_is_erased_also_when_its_number_is_known(settings: Settings, house: House) -> None:
    scoped = "US.1234567890123456"
    await house.hear("Hola", person=scoped, channel=Channel.WHATSAPP, alias=Address(Channel.WHATSAPP, PERSON))

    care_commands.erase_number(settings, Operator(scoped, "yes"), confirmed=False)

    assert house.rows(select(Message)) == []
