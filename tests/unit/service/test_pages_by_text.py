"""An urgent case rings on real lines: from words of danger to a caseworker's TAKE, one text after another."""

from sqlalchemy import select, update

from service.care.clock import CaseClock
from store.tables import Case, Caseworker, Page
from tests.house import House
from tests.team import Team

PERSON, ANA, BEN = "+12025550123", "+12025550151", "+12025550152"


async def look(house: House, minutes: float = 0) -> None:
    """Do once what a worker does all the time, and send what stands in line."""
    house.later(minutes * 60 + 1)
    clock = CaseClock(house.database, house.rules.catalogue.languages, house.staff_news, house.clock)
    for _, act in clock.sweeps().values():
        await act()
    await house.send_all()


async def test_danger_rings_one_phone_after_another_until_somebody_takes_it(house: House) -> None:
    team = Team(house)
    ana, ben = team.add("ana", phone=ANA), team.add("ben", phone=BEN)
    on_call = update(Caseworker).values(on_call=True, capacity=0)
    house.database.run_sync(lambda session: session.execute(on_call))
    case = await team.asked("quiero morirme", person=PERSON)
    before = len(team.got(ANA)), len(team.got(BEN))

    await look(house)
    await look(house, 2)
    first = len(team.got(ANA)) + len(team.got(BEN)) - sum(before)
    await look(house, 3)
    both = len(team.got(ANA)) - before[0], len(team.got(BEN)) - before[1]
    await team.hears(ben, f"{case.code} TAKE")
    told = len(team.got(ANA)), len(team.got(BEN))
    await look(house, 4)

    assert (first, both) == (1, (1, 1))
    assert team.case(case.code).owner_id == ben.id
    assert (len(team.got(ANA)), len(team.got(BEN))) == told
    assert f"[{case.code}]" in team.got(ANA)[-1]
    assert "morirme" not in "".join(team.got(ANA))
    assert {row.caseworker_id for row in house.rows(select(Page))} == {ana.id, ben.id}
    assert house.rows(select(Case.page_due_at)) == [None]


async def test_who_passes_is_followed_by_another_at_once(house: House) -> None:
    team = Team(house)
    ana, ben = team.add("ana", phone=ANA), team.add("ben", phone=BEN)
    case = await team.asked(person=PERSON)
    await look(house)
    first, other = (ana, ben) if house.get(Case, case.id).assigned_to_id == ana.id else (ben, ana)

    await team.hears(first, f"{case.code} PASS")
    await look(house)

    assert house.get(Case, case.id).assigned_to_id == other.id
    assert f"[{case.code}]" in team.got(other.phone)[-1]
