"""Imports go one way: service to store to conversation, and conversation to nothing of ours."""

from pathlib import Path

import pytest

from tests.guards.repository import ROOMS, find_files, find_imports, find_python

MAY_IMPORT = {
    "conversation": set(),
    "store": {"conversation"},
    "channels": {"conversation"},
    "actions": {"conversation"},
    "simulator": {"conversation"},
    "console": {"store", "conversation"},
    "service": {"actions", "bot", "channels", "console", "conversation", "simulator", "store"},
    "bench": {*ROOMS, "tests"},  # it measures everything, with the tests' stand-ins
}
APP_SIDE_OF_BOT = ("bot/client.py", "bot/payloads.py")  # all else in bot/ is read by Rasa's own runtime


def find_ours(path: Path) -> list[tuple[str, int]]:
    imported = ((module.partition(".")[0], line) for module, line in find_imports(path))
    return [(room, line) for room, line in imported if room in (*ROOMS, "tests") and room != path.parts[0]]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_its_arrow_points_to(room: str) -> None:
    offences = [
        f"{path}:{line} imports {other}"
        for path in find_python(room)
        for other, line in find_ours(path)
        if other not in MAY_IMPORT[room]
    ]

    assert offences == []


def test_what_rasa_loads_imports_nothing_of_ours() -> None:
    offences = [
        f"{path}:{line} imports {other}"
        for path in find_python("bot")
        for other, line in find_ours(path)
        if other != "conversation" or str(path) not in APP_SIDE_OF_BOT
    ]

    assert offences == []


def test_what_rasa_loads_does_not_import_the_apps_side_of_the_bot() -> None:
    app_side = {name.removesuffix(".py").replace("/", ".") for name in APP_SIDE_OF_BOT}

    offences = [
        f"{path}:{line}"
        for path in find_python("bot")
        if str(path) not in APP_SIDE_OF_BOT
        for module, line in find_imports(path)
        if any(module == side or module.startswith(f"{side}.") for side in app_side)
    ]

    assert offences == []


def test_every_room_has_its_arrow() -> None:
    rooms = {path.parts[0] for path in find_files() if path.suffix == ".py" and len(path.parts) > 1}

    assert rooms - {"tests"} <= {*MAY_IMPORT, "bot"}


ONLY_IN = {
    "dbos": lambda path: path.parts[0] == "service" and path.name.startswith("engine"),
    "twilio": lambda path: path.parts[:2] == ("channels", "twilio") or path.parts[0] in ("simulator", "bench"),
    "rasa": lambda path: path.parts[0] == "bot" and str(path) not in APP_SIDE_OF_BOT,
    "rasa_sdk": lambda path: path.parts[0] == "actions",
    "openpyxl": lambda path: str(path) == "service/catalogue/sheets.py",
    "argon2": lambda path: str(path) == "store/staff/passwords.py",
    "pyotp": lambda path: str(path) == "store/staff/second_factor.py",
    "segno": lambda path: str(path) == "console/signin/second_factor.py",
    "icalendar": lambda path: str(path) == "conversation/appointments/calendar_file.py",
    "soundfile": lambda path: str(path) == "console/inbox/voice_note.py",
    "zipcodes": lambda path: str(path) == "store/gazetteer.py",
    "phonenumbers": lambda path: str(path) == "store/area_codes.py",
    "sqlalchemy": lambda path: path.parts[0] in ("store", "service", "bench"),
}


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_package_is_known_to_one_place_only(package: str) -> None:
    offences = [
        f"{path}:{line}"
        for path in find_python()
        for module, line in find_imports(path)
        if module.partition(".")[0] == package and not ONLY_IN[package](path)
    ]

    assert offences == []


def test_the_rules_do_no_input_or_output() -> None:
    doors = {"aiohttp", "asyncio", "http", "os", "requests", "shutil", "socket", "sqlite3", "subprocess", "urllib"}

    offences = [
        f"{path}:{line} imports {module}"
        for path in find_python("conversation")
        for module, line in find_imports(path)
        if module.partition(".")[0] in doors
    ]

    assert offences == []
