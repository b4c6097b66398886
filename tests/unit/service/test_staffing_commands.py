"""`puente staff shift|hours|holiday|oncall` and `puente cases assign`: what an operator sees, and can get wrong."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from conversation.errors import ConfigurationError
from conversation.turn import Rules
from service import wiring
from service.commands import staffing
from service.settings import Settings
from store.database import Database, build_engine
from store.sealing.vault import create_keys
from store.tables import AuditEntry, CaseEvent, Shift
from tests.house import House
from tests.rota import Team


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    settings = Settings(var=tmp_path, drafts=True)
    shutil.copy(template, tmp_path / "puente.db")
    create_keys(settings.keys)
    return settings


@pytest.fixture
def team(settings: Settings, rules: Rules) -> Iterator[Team]:
    """The same deployment as the commands see it, at the real time."""
    database = Database(build_engine(settings.database))
    house = House(database, wiring.build_vault(settings), rules)
    house.clock.now = wiring.utc_now()
    yield Team(house)
    database.close()


def test_shifts_are_set_shown_and_taken_away(
    settings: Settings, team: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    team.add("ana")

    staffing.change_shifts(settings, "ana", ["mon-tue 9:00-17:00", "sat 22-6"], clear=False)
    staffing.change_shifts(settings, "ana", [], clear=False)
    shown = capsys.readouterr().out.splitlines()
    staffing.change_shifts(settings, "ana", [], clear=True)

    week = ["mon 9:00-17:00", "tue 9:00-17:00", "sat 22:00-24:00", "sun 0:00-6:00"]
    assert shown == week * 2
    assert "whenever the office is open" in capsys.readouterr().out
    assert team.house.rows(select(Shift)) == []
    assert team.house.rows(select(AuditEntry.act)) == ["staff.shifts"] * 2


def test_hours_and_zone_are_set_and_the_next_opening_is_told(
    settings: Settings, team: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    tomorrow = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][(team.house.clock().weekday() + 2) % 7]

    staffing.change_hours(settings, [f"{tomorrow} 9:00-17:00"], zone="UTC", clear=False)

    said = capsys.readouterr().out
    assert f"{tomorrow} 9:00-17:00" in said
    assert "time zone UTC; now closed" in said
    assert " 09:00\n" in said


def test_holidays_are_added_listed_and_taken_back(
    settings: Settings, team: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    staffing.change_holiday(settings, "2099-12-25", name="Christmas Day", remove=False)
    staffing.change_holiday(settings, "2099-12-25", name="Christmas", remove=False)
    said = capsys.readouterr().out.splitlines()
    staffing.change_holiday(settings, "2099-12-25", name="", remove=True)

    assert said == ["2099-12-25  Christmas Day", "2099-12-25  Christmas"]
    assert capsys.readouterr().out == ""
    with pytest.raises(ConfigurationError, match="is no holiday"):
        staffing.change_holiday(settings, "2099-12-25", name="", remove=True)


def test_the_rota_tells_who_cannot_be_called(
    settings: Settings, team: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    team.add("ana")
    team.add("ben", phone_confirmed_at=None, on_call=True)

    staffing.change_on_call(settings, "ana", on=True, limit=2)

    said = capsys.readouterr().out.splitlines()
    assert said[0].split(maxsplit=1) == ["ana", "at most 2 pages in 12 hours, phone confirmed"]
    assert said[1].endswith("no phone: cannot be called")
    assert said[2] == "2 on call"


async def test_a_case_is_assigned_by_hand_whatever_the_shift(settings: Settings, team: Team) -> None:
    team.add("ana", shift_override="off", capacity=0)
    case_id = await team.open()

    staffing.assign_case(settings, "a1", "ana")

    assert team.assigned(case_id) == "ana"
    assert "assigned" in team.house.rows(select(CaseEvent.kind))


async def test_a_case_is_not_assigned_to_who_takes_none(settings: Settings, team: Team) -> None:
    team.add("adam", role="administrator")
    case_id = await team.open()

    with pytest.raises(ConfigurationError, match="takes no cases"):
        staffing.assign_case(settings, "A1", "adam")

    assert team.assigned(case_id) is None


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda settings: staffing.change_shifts(settings, "nobody", [], clear=False), "there is no caseworker"),
        (lambda settings: staffing.change_shifts(settings, "ana", ["mon 9"], clear=False), "hours are written like"),
        (lambda settings: staffing.change_hours(settings, [], zone="Texas", clear=False), "no time zone"),
        (lambda settings: staffing.change_hours(settings, [], zone="../etc/passwd", clear=False), "no time zone"),
        (lambda settings: staffing.change_holiday(settings, "25.12.", name="", remove=False), "a day is written like"),
        (lambda settings: staffing.change_on_call(settings, "ana", on=True, limit=-1), "the page limit is"),
        (lambda settings: staffing.assign_case(settings, "A9", "ana"), "no waiting case is called A9"),
    ],
    ids=["nobody", "hours", "zone", "path as zone", "day", "limit", "case"],
)
def test_what_cannot_be_is_one_sentence(settings: Settings, team: Team, act: object, message: str) -> None:
    team.add("ana")

    with pytest.raises(ConfigurationError, match=message):
        act(settings)  # type: ignore[operator]
