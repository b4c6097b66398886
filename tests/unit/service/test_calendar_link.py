"""A calendar file by its link: made with the text that tells it, open for a day, shut by an erasure."""

import re
from datetime import date

import pytest
from icalendar import Calendar
from sqlalchemy import select, update
from starlette.applications import Starlette

from conversation.messages import Channel
from service.file_door import build_file_routes
from store.forgetting.erasure import order_erasure
from store.reminders.calendars import OPEN_FOR
from store.tables import Address, Appointment, Message, OutgoingFile
from tests.house import House
from tests.reminders import Almanac
from tests.unit.service.test_sent_files import ask

PERSON = "+17135550123"


@pytest.fixture
async def almanac(house: House) -> Almanac:
    almanac = Almanac(house)
    await almanac.open(channel=Channel.WHATSAPP)
    house.queue.pieces.clear()
    return almanac


async def get_link(house: House, channel: Channel = Channel.WHATSAPP) -> str:
    """Let the person ask; return the path of the link that the carrier got."""
    await house.say("calendar", channel, person=PERSON)
    (link,) = re.findall(r"http://127\.0\.0\.1:8080(/media/[\w-]{43})(?= )", house.sender.offers[-1].body)
    return str(link)


async def fetch(house: House, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    return await ask(Starlette(routes=build_file_routes(house.database, house.vault, house.clock)), path, method)


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.SMS])
async def test_the_link_in_the_text_leads_to_one_neutral_file_with_all_dates(house: House, channel: Channel) -> None:
    almanac = Almanac(house)
    await almanac.open(channel=channel)
    house.queue.pieces.clear()
    ids = [almanac.tell(date(2026, 7, 14)), almanac.tell(date(2026, 7, 20), None, kind="doctor")]

    status, headers, content = await fetch(house, await get_link(house, channel))

    events = Calendar.from_ical(content).walk("VEVENT")
    assert (status, headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert headers["content-disposition"] == 'attachment; filename="file.ics"'
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("private, no-store", "nosniff")
    assert [(str(one["uid"]), int(str(one["sequence"]))) for one in events] == [(f"{key}@puente", 0) for key in ids]
    assert {str(one["summary"]) for one in events} == {"Appointment"}
    assert [one.walk("VALARM")[0]["trigger"].to_ical() for one in events] == [b"-PT14H30M", b"-PT6H"]
    assert not any(word in content for word in (b"ourt", b"octor", b"Houston"))


async def test_who_chose_full_texts_finds_what_and_where(almanac: Almanac) -> None:
    almanac.tell(date(2026, 7, 14))
    almanac.change_conversation(full_reminders=True)

    _, _, content = await fetch(almanac.house, await get_link(almanac.house))

    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert (str(event["summary"]), str(event["location"])) == ("Court", "Houston")


async def test_a_date_that_moved_is_the_same_entry_with_a_higher_number(almanac: Almanac) -> None:
    appointment_id = almanac.tell(date(2026, 7, 14))
    almanac.run(lambda session: session.execute(update(Appointment).values(version=3, day=date(2026, 7, 16))))

    _, _, content = await fetch(almanac.house, await get_link(almanac.house))

    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert (str(event["uid"]), str(event["sequence"])) == (f"{appointment_id}@puente", "4")
    assert event["dtstart"].to_ical() == b"20260716T133000Z"


async def test_a_preview_uses_nothing_up_and_after_a_day_nobody_hears_anything(almanac: Almanac) -> None:
    house = almanac.house
    almanac.tell(date(2026, 7, 14))
    link = await get_link(house)

    seen = [(await fetch(house, link, method))[0] for method in ("HEAD", "GET", "GET")]
    house.later(OPEN_FOR.total_seconds())
    late = await fetch(house, link)

    assert seen == [200, 200, 200]
    assert (late[0], late[2]) == (404, b"")


async def test_each_wish_has_a_link_of_its_own_that_is_kept_sealed(almanac: Almanac) -> None:
    house = almanac.house
    almanac.tell(date(2026, 7, 14))

    links = [await get_link(house), await get_link(house)]

    rows = house.rows(select(OutgoingFile))
    assert len(set(links)) == len(rows) == 2
    assert all(b"VCALENDAR" not in one.content_sealed for one in rows)
    assert not {one.token_key for one in rows} & {link.removeprefix("/media/") for link in links}


async def test_an_erasure_shuts_the_link_at_once(almanac: Almanac) -> None:
    house = almanac.house
    almanac.tell(date(2026, 7, 14))
    link = await get_link(house)
    number_key = house.rows(select(Address.number_key))[0]

    almanac.run(
        lambda session: order_erasure(session, house.organisation_id, number_key, by="operator", now=house.clock())
    )

    assert house.rows(select(Message.erasure_id).where(Message.answer == "reminder.calendar"))[0] is not None
    assert (await fetch(house, link))[0] == 404
