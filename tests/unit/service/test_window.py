"""Outside WhatsApp's window texts are held, one template knocks, and what was held goes out when the person writes."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from conversation.answers.catalogue import KNOCK
from conversation.messages import Author, Channel, DeliveryStatus
from conversation.ports import CarrierMessage, Refused, TemplateState, TemplateStatus, TemplateText, Unknown
from service.window import HELD_AT_MOST, sweep_held
from store import templates
from store.tables import Conversation, Message, OutboxEntry
from tests.fakes import START, FakeSender, Lost
from tests.house import House
from tests.talk import strict_rules

DAY_S = 24 * 3600.0
CONTENT = "HX" + "c" * 32


def find_wording(house: House, language: str) -> str:
    return house.rules.catalogue.render(KNOCK, language, channel=Channel.WHATSAPP, today=START.date())[0].body


def lay_down(
    house: House, language: str = "es", *, status: TemplateStatus = TemplateStatus.APPROVED, text: str | None = None
) -> None:
    """Have a template at the carrier, with the present wording unless another is given."""
    state, wording = TemplateState(CONTENT, status), text or find_wording(house, language)
    house.database.run_sync(
        lambda session: templates.save_submission(
            session, house.organisation_id, state, answer=KNOCK, language=language, text=wording, now=house.clock()
        )
    )


async def open_closed(house: House, language: str | None = "es") -> str:
    """A conversation on WhatsApp whose person has been silent for longer than a day; return its id."""
    conversation_id = await house.open_conversation(channel=Channel.WHATSAPP)
    spoken = update(Conversation).where(Conversation.id == conversation_id).values(language=language)
    house.database.run_sync(lambda session: session.execute(spoken))
    house.later(DAY_S + 1)
    return conversation_id


def knocks(house: House) -> list[OutboxEntry]:
    query = select(OutboxEntry).join(Message, Message.id == OutboxEntry.message_id).where(Message.answer == KNOCK)
    return house.rows(query.order_by(OutboxEntry.seq))


def sent_bodies(house: House) -> list[str]:
    return [offer.body for offer in house.sender.offers]


def held(house: House, outbox_id: str) -> bool:
    entry = house.get(OutboxEntry, outbox_id)
    return (entry.status, entry.reason, entry.due_at) == ("waiting", "window_closed", None)


async def sweep(house: House) -> None:
    await sweep_held(house.database, house.queue, house.clock())


async def test_a_text_outside_the_window_is_held_and_an_approved_template_knocks(house: House) -> None:
    lay_down(house)
    outbox_id = house.queue_text(await open_closed(house), "Su cita es manana.")

    await house.send_all()
    await house.send_all()

    (offer,) = house.sender.offers
    assert held(house, outbox_id)
    assert offer.template == TemplateText(CONTENT)
    assert (offer.body, knocks(house)[0].status) == (find_wording(house, "es"), "accepted")
    assert house.cases() == []


async def test_the_knock_is_the_services_own_and_tells_nothing(house: House) -> None:
    lay_down(house)
    house.queue_text(await open_closed(house), "Su cita es manana.")

    await house.send_all()

    (message,) = house.rows(select(Message).where(Message.answer == KNOCK))
    assert (message.author, message.language) == ("system", "es")
    assert "cita" not in house.vault.open(message.body_sealed, "message.body")


async def test_several_held_texts_knock_once(house: House) -> None:
    lay_down(house)
    conversation_id = await open_closed(house)
    texts = [house.queue_text(conversation_id, body) for body in ("Uno.", "Dos.", "Tres.")]

    await asyncio.gather(*(house.send(outbox_id) for outbox_id in texts))

    assert [held(house, outbox_id) for outbox_id in texts] == [True, True, True]
    assert len(knocks(house)) == 1


async def test_there_is_no_second_knock_within_a_day_and_one_after_it(house: House) -> None:
    lay_down(house)
    conversation_id = await open_closed(house)
    counts = []

    for _ in range(3):
        await house.send(house.queue_text(conversation_id))
        counts.append(len(knocks(house)))
        house.later(DAY_S / 2 + 1)

    assert counts == [1, 1, 2]


async def test_when_the_person_writes_what_was_held_goes_out_in_order_before_the_answer(house: House) -> None:
    lay_down(house)
    conversation_id = await open_closed(house)
    for body in ("Uno.", "Dos."):
        house.queue_text(conversation_id, body)
    await house.send_all()
    await house.send_all()
    house.later(2 * DAY_S)
    house.bot.answers = {"vacunas?": "school.vaccines"}

    await house.hear("vacunas?", channel=Channel.WHATSAPP)
    await house.send_all()

    knock, first, second, *answers = house.sender.offers
    assert (first.body, second.body) == ("Uno.", "Dos.")
    assert [offer.template for offer in house.sender.offers] == [knock.template, *[None] * (2 + len(answers))]
    assert len(answers) >= 1
    assert house.cases() == []


async def test_a_message_that_only_opens_the_door_is_not_told_that_it_was_not_understood(house: House) -> None:
    lay_down(house)
    house.bot.answers = {"Hola": "school.vaccines"}
    conversation_id = await open_closed(house)
    house.queue_text(conversation_id, "Uno.")
    await house.send_all()
    await house.send_all()

    await house.hear("mmm bla bla", channel=Channel.WHATSAPP)
    await house.send_all()

    assert sent_bodies(house)[1:] == ["Uno."]
    assert house.get(Conversation, conversation_id).misunderstood == 0


async def test_a_text_of_now_does_not_pass_one_that_is_still_held(house: House) -> None:
    lay_down(house)
    conversation_id = await open_closed(house)
    first = house.queue_text(conversation_id, "Uno.")
    await house.send(first)
    await house.receive("Hola", channel=Channel.WHATSAPP)  # taken in, not yet decided

    await house.send(house.queue_text(conversation_id, "Dos.", author=Author.CASEWORKER, answer=None))

    assert sent_bodies(house) == []


async def test_the_sweep_releases_what_a_decision_has_missed(house: House) -> None:
    lay_down(house)
    conversation_id = await open_closed(house)
    outbox_id = house.queue_text(conversation_id, "Uno.")
    await house.send(outbox_id)
    await sweep(house)
    still_held = held(house, outbox_id)
    await house.receive("Hola", channel=Channel.WHATSAPP)

    await sweep(house)
    await house.send_all()

    assert still_held
    assert "Uno." in sent_bodies(house)


async def test_a_knock_that_is_no_longer_needed_is_dropped_without_a_case(house: House) -> None:
    lay_down(house)
    conversation_id = await open_closed(house)
    await house.send(house.queue_text(conversation_id, "Uno."))
    await house.receive("Hola", channel=Channel.WHATSAPP)

    await house.send(knocks(house)[0].id)

    assert (knocks(house)[0].status, knocks(house)[0].reason) == ("dropped", "not_needed")
    assert house.sender.offers == []
    assert house.cases() == []


STANDS = {
    "never submitted": None,
    "still in review": TemplateStatus.PENDING,
    "rejected": TemplateStatus.REJECTED,
    "paused": TemplateStatus.PAUSED,
    "disabled": TemplateStatus.DISABLED,
}


@pytest.mark.parametrize("status", STANDS.values(), ids=STANDS.keys())
async def test_without_an_approved_template_the_text_goes_before_a_person(
    house: House, status: TemplateStatus | None
) -> None:
    if status:
        lay_down(house, status=status)
    outbox_id = house.queue_text(await open_closed(house))

    await house.send_all()

    entry = house.get(OutboxEntry, outbox_id)
    assert (entry.status, entry.reason) == ("dropped", "window_closed")
    assert [(case.reason, case.urgency) for case in house.cases()] == [("window_closed", "same_day")]
    assert knocks(house) == []


async def test_a_template_of_another_wording_does_not_go(house: House) -> None:
    lay_down(house, text="An earlier wording.")
    outbox_id = house.queue_text(await open_closed(house))

    await house.send_all()

    assert house.status(outbox_id) == "dropped"
    assert house.sender.offers == []


async def test_an_unreviewed_template_does_not_go_where_drafts_are_refused(house: House) -> None:
    lay_down(house)
    house.rules = strict_rules()
    outbox_id = house.queue_text(await open_closed(house))

    await house.send(outbox_id)

    assert house.status(outbox_id) == "dropped"
    assert knocks(house) == []


@pytest.mark.parametrize(
    ("spoken", "laid_down", "sent"),
    [("en", ("en", "es"), "en"), ("quc", ("en", "es"), "es"), ("ht", ("en", "es"), "en"), ("es", ("en",), "en")],
    ids=["their own", "a Mayan language knocks in Spanish", "no such templates", "theirs is not approved"],
)
async def test_the_knock_speaks_the_nearest_language_that_has_a_template(
    house: House, spoken: str, laid_down: tuple[str, ...], sent: str
) -> None:
    for language in laid_down:
        lay_down(house, language)
    house.queue_text(await open_closed(house, spoken), language=spoken)

    await house.send_all()
    await house.send_all()

    assert sent_bodies(house) == [find_wording(house, sent)]


async def test_after_a_stop_nobody_knocks(house: House) -> None:
    lay_down(house)
    conversation_id = await house.open_conversation(channel=Channel.WHATSAPP)
    await house.receive("STOP", channel=Channel.WHATSAPP)
    house.later(DAY_S + 1)
    for answer in ("school.vaccines", "system.stopped", "system.crisis"):
        house.queue_text(conversation_id, answer=answer, author=Author.SYSTEM)

    await house.send_all()

    assert knocks(house) == []
    assert house.sender.offers == []


async def test_a_stop_between_the_knock_and_its_sending_is_obeyed(house: House) -> None:
    lay_down(house)
    conversation_id = await open_closed(house)
    await house.send(house.queue_text(conversation_id))
    await house.receive("STOP", channel=Channel.SMS)  # by the other channel of the same number

    await house.send(knocks(house)[0].id)

    assert (knocks(house)[0].status, knocks(house)[0].reason) == ("dropped", "stopped")
    assert house.sender.offers == []


async def test_a_knock_goes_for_the_caseworkers_text_and_not_for_the_bots_once_the_case_is_claimed(
    house: House,
) -> None:
    lay_down(house)
    conversation_id = await open_closed(house)
    await house.hear("PERSONA", channel=Channel.WHATSAPP)
    house.claim(conversation_id)
    house.later(DAY_S + 1)
    house.queue.pieces.clear()
    bots = house.queue_text(conversation_id, "Del programa.")
    theirs = house.queue_text(conversation_id, "De una persona.", author=Author.CASEWORKER, answer=None)

    await house.send_all()
    await house.send_all()

    assert (house.status(bots), held(house, theirs)) == ("dropped", True)
    assert sent_bodies(house)[-1:] == [find_wording(house, "es")]


async def test_nobody_is_asked_to_write_for_words_of_the_bot_once_a_person_has_the_conversation(house: House) -> None:
    lay_down(house)
    conversation_id = await open_closed(house)
    await house.hear("PERSONA", channel=Channel.WHATSAPP)
    house.later(DAY_S + 1)
    await house.send(house.queue_text(conversation_id, "Del programa."))
    house.claim(conversation_id)

    await house.send(knocks(house)[0].id)

    assert (knocks(house)[0].status, knocks(house)[0].reason) == ("dropped", "not_needed")


REFUSALS = {63040: "rejected", 63041: "paused", 63042: "disabled"}


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_template_the_carrier_refuses_leads_to_a_case_and_is_not_used_again(house: House, code: int) -> None:
    lay_down(house)
    conversation_id = await open_closed(house)
    house.queue_text(conversation_id, "Uno.")
    house.sender.script = [Refused(code, operator=True)]
    await house.send_all()
    await house.send_all()

    later = house.queue_text(conversation_id, "Dos.")
    await house.send(later)

    (known,) = house.database.run_sync(lambda session: templates.list_templates(session, house.organisation_id))
    assert known.status == REFUSALS[code]
    assert [case.reason for case in house.cases()] == ["refused"]
    assert house.status(later) == "dropped"


async def test_a_knock_reported_as_failed_leads_to_a_case_and_what_is_held_still_waits(house: House) -> None:
    lay_down(house)
    conversation_id = await open_closed(house)
    outbox_id = house.queue_text(conversation_id, "Uno.")
    await house.send_all()
    await house.send_all()

    await house.report(house.sender.offers[0].sid, DeliveryStatus.FAILED, error_code=63041)

    assert len(house.cases()) == 1
    assert held(house, outbox_id)


async def test_a_knock_whose_fate_is_unknown_is_found_at_the_carrier_and_not_repeated(house: House) -> None:
    lay_down(house)
    house.queue_text(await open_closed(house), "Uno.")
    house.sender.script = [Lost(Unknown("timeout"))]

    await house.send_all()
    await house.send_all()

    assert (len(house.sender.offers), knocks(house)[0].status) == (1, "accepted")
    assert house.sender.looks >= 1


class Tightlipped(FakeSender):
    """A carrier that lists messages from templates without their text."""

    async def find_sent(self, *, sender: str, to: str, since_s: float) -> Sequence[CarrierMessage] | Unknown:
        found = await super().find_sent(sender=sender, to=to, since_s=since_s)
        return found if isinstance(found, Unknown) else [replace(one, body="") for one in found]


async def test_a_knock_is_found_though_the_carrier_lists_it_without_its_text(house: House) -> None:
    lay_down(house)
    house.sender = Tightlipped(script=[Lost(Unknown("timeout"))])
    house.queue_text(await open_closed(house), "Uno.")

    await house.send_all()
    await house.send_all()

    assert (len(house.sender.offers), knocks(house)[0].status) == (1, "accepted")


async def test_what_is_held_for_too_long_goes_before_a_person(house: House) -> None:
    lay_down(house)
    outbox_id = house.queue_text(await open_closed(house), "Uno.")
    await house.send_all()
    await house.send_all()
    house.clock.now += HELD_AT_MOST - timedelta(seconds=1)
    await sweep(house)
    before = house.status(outbox_id)

    house.later(2)
    await sweep(house)

    assert (before, house.status(outbox_id)) == ("waiting", "dropped")
    assert [case.reason for case in house.cases()] == ["window_closed"]
