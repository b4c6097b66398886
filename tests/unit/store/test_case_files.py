"""Which files a case opens: those of its own timeline, and no others of the same person."""

from typing import Any

import pytest

from conversation.messages import Attachment, Channel, MessageKind
from store.cases import transitions
from store.cases.access import get_case_for
from store.cases.files import find_case_file
from store.cases.outcomes import Ending
from store.tables import InboxEntry
from tests.house import House
from tests.reaching import DAY_S, OTHER, Desk

LETTER = Attachment("https://api.example/letter", "image/jpeg")


async def send_picture(desk: Desk, **more: Any) -> str:
    """Let the person send a picture; return the message's id."""
    sent = {"kind": MessageKind.IMAGE, "attachments": (LETTER,), **more}
    entry: InboxEntry = await desk.house.hear("", **sent)
    return entry.message_id


def look(desk: Desk, message_id: str, number: int = 0) -> Any:
    """Ask for a file as Ana, by the case she has or had."""

    def find(session: Any) -> Any:
        case = get_case_for(session, desk.house.vault, desk.ana, desk.case_id, now=desk.house.clock())
        assert case is not None
        return find_case_file(
            session, desk.house.vault, case, message_id, number, caseworker=desk.ana, now=desk.house.clock()
        )  # fmt: skip

    return desk.run(find)


@pytest.fixture
async def desk(house: House) -> Desk:
    return Desk(house, await house.open_conversation())


async def test_what_is_sent_after_a_case_has_closed_is_not_opened_by_who_had_it(desk: Desk) -> None:
    before = await send_picture(desk)
    desk.run(transitions.close, **desk.told(outcome=Ending.HELPED))
    desk.house.later(60)

    after = await send_picture(desk)

    assert look(desk, before) == LETTER
    assert look(desk, after) is None


async def test_a_picture_that_joins_by_sms_is_opened_where_it_is_shown(house: House) -> None:
    desk = Desk(house, await house.open_conversation(channel=Channel.WHATSAPP))
    house.later(DAY_S + 1)
    desk.agree(OTHER)

    joined = await send_picture(desk, person=OTHER)

    assert joined in [item.message_id for item in desk.items()]
    assert look(desk, joined) == LETTER


async def test_a_file_of_somebody_else_is_none_of_this_case(desk: Desk) -> None:
    other = await send_picture(desk, person=OTHER)

    assert look(desk, other) is None
