"""The ledger: a copy on disk that keeps up, and a restored database that forgets again and stops again."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from store.forgetting import ledger
from store.forgetting.erasure import find_orders
from store.forgetting.ledger import Line, Replayed
from store.forgetting.ledger_entries import ERASED, STARTED, STOPPED, add_entry
from store.tables import Address, Erasure, InboxEntry, LedgerEntry, Message
from tests.care import LOOKUP, Care
from tests.fakes import START
from tests.house import PERSON

pytest_plugins = ["tests.care_fixtures"]


def line(care: Care, act: str, *, hours: float = 0, number: str = PERSON, **more: Any) -> Line:
    """Return what the ledger file tells of an act some hours after now."""
    at = care.house.clock() + timedelta(hours=hours)
    values = {
        "id": f"{act}-{hours}", "act": act, "number_key": care.number_key(number), "lookup": LOOKUP,
        "organisation_id": care.house.organisation_id, "source": "person", "at": at, "recorded_at": at,
    }  # fmt: skip
    return Line(**{**values, **more})


def replay(care: Care, *lines: Line) -> Replayed:
    now = care.house.clock()
    return care.house.database.run_sync(lambda session: ledger.replay(session, lines, lookup_id=LOOKUP, now=now))


async def test_stops_and_starts_are_in_the_file_before_anybody_needs_it(care: Care) -> None:
    await care.house.hear("STOP")
    await care.copy.keep_up()
    care.later(minutes=1)
    await care.house.hear("START")
    await care.copy.keep_up()

    lines = ledger.read_lines(care.ledger_file)

    assert [(one.act, one.source, one.number_key) for one in lines] == [
        (STOPPED, "keyword", care.number_key()),
        (STARTED, "keyword", care.number_key()),
    ]


async def test_the_file_is_private_and_tells_no_number(care: Care) -> None:
    await care.house.hear("STOP")
    await care.copy.keep_up()

    assert care.ledger_file.stat().st_mode & 0o077 == 0
    assert PERSON[1:].encode() not in care.ledger_file.read_bytes()


async def test_a_lost_or_torn_file_is_made_whole_from_the_table(care: Care) -> None:
    for person in ("+12025550181", "+12025550182", "+12025550183"):
        await care.house.hear("STOP", person=person)
    await care.copy.keep_up()
    whole = care.ledger_file.read_bytes()

    care.ledger_file.write_bytes(whole[:-30])  # the machine died while it wrote the last line
    torn = ledger.read_lines(care.ledger_file)
    await care.copy.keep_up()
    mended = ledger.read_lines(care.ledger_file)
    care.ledger_file.unlink()
    await care.copy.keep_up()

    assert (len(torn), len(mended)) == (2, 3)
    assert sorted(one.id for one in ledger.read_lines(care.ledger_file)) == sorted(one.id for one in mended)


async def test_a_line_lost_long_ago_comes_back(care: Care) -> None:
    await care.house.hear("STOP", person="+12025550181")
    care.later(days=40)
    await care.house.hear("STOP", person="+12025550182")
    await care.copy.keep_up()
    whole = care.ledger_file.read_bytes()

    care.ledger_file.write_bytes(whole.splitlines(keepends=True)[-1])
    await care.copy.keep_up()

    assert sorted(care.ledger_file.read_bytes().splitlines()) == sorted(whole.splitlines())


async def test_lines_of_nonsense_are_passed_over(care: Care) -> None:
    await care.house.hear("STOP")
    await care.copy.keep_up()
    care.ledger_file.write_bytes(b"\xff\n[]\n{}\nnull\n" + care.ledger_file.read_bytes() + b'{"id": 3}\n')

    assert [one.act for one in ledger.read_lines(care.ledger_file)] == [STOPPED]


def test_no_file_is_an_empty_ledger(tmp_path: Path) -> None:
    assert ledger.read_lines(tmp_path / "ledger.jsonl") == []


async def test_a_restored_database_forgets_whom_it_must_forget(care: Care) -> None:
    await care.house.hear("Hola")
    await care.house.receive("¿Están ahí?")

    replayed = replay(care, line(care, ERASED, hours=1))
    await care.sweep()

    assert replayed == Replayed(erased=1)
    assert {"message", "inbox", "outbox", "conversation", "address"} & set(care.count()) == set()


async def test_what_was_said_after_the_erasing_is_left_alone(care: Care) -> None:
    erased = line(care, ERASED, hours=-1)
    entry = await care.house.hear("Hola")
    waiting = await care.house.receive("¿Están ahí?")

    replay(care, erased)
    await care.sweep()

    assert care.house.get(Message, entry.message_id) is not None
    assert care.house.get(InboxEntry, waiting).status == "new"


async def test_replaying_twice_is_replaying_once(care: Care) -> None:
    await care.house.hear("Hola")
    lines = [line(care, ERASED, hours=1), line(care, STOPPED, hours=2)]

    first, second = replay(care, *lines), replay(care, *lines)

    assert (first, second) == (Replayed(erased=1, stopped=1), Replayed())
    assert len(care.house.rows(select(Erasure))) == 1


@pytest.mark.parametrize(
    ("acts", "holds"), [((STOPPED,), True), ((STOPPED, STARTED), False), ((STARTED, STOPPED), True)]
)
async def test_the_last_wish_of_a_number_holds_after_a_restore(care: Care, acts: tuple[str, ...], holds: bool) -> None:
    await care.house.hear("Hola")

    replayed = replay(care, *(line(care, act, hours=hours) for hours, act in enumerate(acts, start=1)))

    (stopped_at,) = care.house.rows(select(Address.stopped_at))
    assert (replayed.stopped, replayed.started) == (int(holds), int(not holds))
    assert (stopped_at is not None) == holds


async def test_a_start_that_the_backup_has_is_not_undone_by_an_older_stop(care: Care) -> None:
    stopped = line(care, STOPPED, hours=-1)
    await care.house.hear("START")

    replay(care, stopped)

    assert care.house.rows(select(Address.stopped_at)) == [None]


async def test_lines_of_another_key_or_organisation_are_counted_and_left(care: Care) -> None:
    await care.house.hear("Hola")

    replayed = replay(care, line(care, ERASED, lookup="other"), line(care, STOPPED, organisation_id="f" * 32))

    assert replayed == Replayed(foreign=2)
    assert care.house.database.run_sync(find_orders) == []


async def test_a_replayed_line_is_not_written_to_the_file_again(care: Care) -> None:
    await care.house.hear("STOP")
    await care.copy.keep_up()
    lines, before = ledger.read_lines(care.ledger_file), care.ledger_file.read_bytes()
    care.house.database.run_sync(lambda session: session.execute(delete(LedgerEntry)))

    replay(care, *lines)
    await care.copy.keep_up()

    assert care.ledger_file.read_bytes() == before


def test_expired_lines_leave_the_file_and_others_stay(care: Care) -> None:
    lines = [line(care, STOPPED, hours=-48), line(care, STOPPED)]
    ledger.append_lines(care.ledger_file, lines)

    gone = ledger.forget_lines(care.ledger_file, START - timedelta(hours=24))

    assert gone == 1
    assert ledger.read_lines(care.ledger_file) == lines[1:]
    assert care.ledger_file.stat().st_mode & 0o077 == 0


def test_entries_that_come_late_are_found(care: Care) -> None:
    house = care.house
    known = [line(care, STOPPED, hours=1)]
    house.database.run_sync(
        lambda session: add_entry(
            session, house.organisation_id, "k" * 64, STARTED, source="keyword", now=house.clock()
        )
    )

    found = house.database.run_sync(lambda session: ledger.find_new(session, known, lookup_id=LOOKUP))

    assert [one.act for one in found] == [STARTED]
