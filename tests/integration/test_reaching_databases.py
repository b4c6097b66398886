"""Texts that wait for safe hours, and SMS in place of WhatsApp, on both databases; the rules: test_reaching.py."""

import pytest

from conversation.messages import Channel
from service.window import sweep_hours
from store.cases import transitions
from store.cases.outcomes import Ending, Outcome
from store.cases.replies import ReplyOutcome
from tests.care import Care
from tests.reaching import DAY_S, HOUR_S, OTHER, Desk

pytest_plugins = ["tests.care_fixtures"]


@pytest.fixture
async def closed(care: Care) -> Desk:
    """A case on WhatsApp whose person has been silent for longer than a day."""
    desk = Desk(care.house, await care.house.open_conversation(channel=Channel.WHATSAPP))
    desk.house.later(DAY_S + 1)
    return desk


async def test_a_reply_waits_for_the_safe_hours_and_goes_once(closed: Desk) -> None:
    closed.agree()
    closed.keep(closed.hours_in(5))

    outcome = closed.reply("Mas tarde.")
    await closed.house.send_all()
    before = closed.bodies()
    closed.house.later(5 * HOUR_S)
    for _ in range(2):
        await sweep_hours(closed.house.database, closed.house.queue, closed.house.clock())
    await closed.house.send_all()

    assert (outcome, before) == (ReplyOutcome.OUTSIDE_HOURS, [])
    assert [(offer.to, offer.body) for offer in closed.house.sender.offers] == [("+12025550123", "Mas tarde.")]


async def test_an_answer_by_sms_joins_the_case_until_it_is_closed(closed: Desk) -> None:
    agreed = closed.agree(OTHER)
    closed.reply("Por SMS.")
    closed.house.later(60)
    await closed.house.hear("si, gracias", person=OTHER)
    closed.house.later(60)
    closed.run(transitions.close, **closed.told(outcome=Ending.HELPED))

    closed.house.later(60)
    await closed.house.hear("otra cosa", person=OTHER)

    assert agreed is Outcome.DONE
    assert closed.said()[-2:] == ["Por SMS.", "si, gracias"]
