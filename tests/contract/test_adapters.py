"""Our own doors to Twilio against the stand-in, over real sockets, judged by Twilio's descriptions both ways.

Codes and their meanings: https://www.twilio.com/docs/api/errors/{code}. What we do about each is the table in
channels/twilio/error_codes.py; here it is proved that the whole way from the wire to the outcome holds.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from channels.twilio.account import TwilioAccount
from channels.twilio.error_codes import NO_ANSWER, NOT_REACHED
from channels.twilio.records import AGAIN_S, NOT_FINAL_DELAY_S, TwilioRecords
from channels.twilio.sender import TwilioSender
from channels.twilio.templates import PAGE_SIZE, TwilioTemplates
from conversation.ports import (
    Accepted,
    Done,
    Gone,
    Refused,
    RetryLater,
    TemplateState,
    TemplateStatus,
    TemplateText,
    Unknown,
)
from simulator.api.callbacks import CallbackPlan
from simulator.api.contents import Approval
from simulator.api.faults import Call, Fault, FaultKind
from simulator.api.rules import ApiError
from simulator.api.stand_in import CheckTiming, StandIn
from simulator.loopback_server import serve_on_loopback
from simulator.settings import SimulatorSettings

ACCOUNT = "AC" + "0" * 31 + "6"
TOKEN = "0123456789abcdef0123456789abcdef"
OURS, PERSON = "+12025550100", "+12025550123"
OUR_WHATSAPP, ON_WHATSAPP = "whatsapp:+12025550100", "whatsapp:+12025550124"
TIMEOUT_S = 1.0


@dataclass
class Twilio:
    """The stand-in and our doors to it."""

    stand_in: StandIn
    sender: TwilioSender
    records: TwilioRecords
    templates: TwilioTemplates

    async def send(self, **changes: Any) -> Any:
        words = {"outbox_id": "ob-1", "sender": OURS, "to": PERSON, "body": "Hola."} | changes
        return await self.sender.send(**words)

    async def send_one(self, **changes: Any) -> str:
        outcome = await self.send(**changes)
        assert isinstance(outcome, Accepted)
        return outcome.provider_message_id

    def hear(self, num_media: int = 0) -> str:
        """Let a person write; return the message's id."""
        carrier = self.stand_in.carrier
        return carrier.add_inbound(person=PERSON, our_sender=OURS, body="Hola", num_media=num_media).sid

    def fail(self, call: Call, *faults: Fault) -> None:
        self.stand_in.faults.add(*faults, call=call)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[StandIn, str]]:
    settings = SimulatorSettings(account_sid=ACCOUNT, auth_token=TOKEN, public_url="http://127.0.0.1:9")
    stand_in = StandIn(settings, check=CheckTiming.BOTH_WAYS)
    with serve_on_loopback(stand_in.build_app()) as url:
        yield stand_in, url


@pytest.fixture
async def twilio(served: tuple[StandIn, str]) -> AsyncIterator[Twilio]:
    stand_in, url = served
    stand_in.callbacks.plan = CallbackPlan()
    async with opened(stand_in, url) as twilio:
        yield twilio
    assert stand_in.violations == []
    assert stand_in.faults.count() == 0


@asynccontextmanager
async def opened(stand_in: StandIn, url: str, password: str = TOKEN) -> AsyncIterator[Twilio]:
    """Open the three doors with one set of credentials, and close them."""
    account = TwilioAccount(ACCOUNT, ACCOUNT, password)
    twilio = Twilio(
        stand_in,
        TwilioSender(account=account, public_url="http://127.0.0.1:9", base_url=url, total_timeout_s=TIMEOUT_S),
        TwilioRecords(account=account, base_url=url, total_timeout_s=TIMEOUT_S),
        TwilioTemplates(account=account, base_url=url, total_timeout_s=TIMEOUT_S),
    )
    yield twilio
    for door in (twilio.sender, twilio.records, twilio.templates):
        await door.close()


async def until_final(twilio: Twilio, sid: str) -> None:
    deadline = time.monotonic() + 20
    while not twilio.stand_in.carrier.messages[sid].status.is_final:
        assert time.monotonic() < deadline, "the message never came to an end"
        await asyncio.sleep(0.02)


# Sending

REFUSALS: dict[str, tuple[dict[str, Any], Refused]] = {
    "recipient is no number": ({"to": "555-0123"}, Refused(21211)),
    "recipient is no mobile": ({"to": "+15005550009"}, Refused(21614)),
    "no route": ({"to": "+15005550002"}, Refused(21612)),
    "region not enabled": ({"to": "+15005550003"}, Refused(21408, operator=True)),
    "recipient has stopped": ({"to": "+15005550004"}, Refused(21610, opted_out=True)),
    "sender is no number": ({"sender": "+15005550001"}, Refused(21212, operator=True)),
    "sender is not ours": ({"sender": "+12025550199"}, Refused(21606, operator=True)),
    "WhatsApp sender is not ours": (
        {"sender": "whatsapp:+12025550199", "to": ON_WHATSAPP},
        Refused(63007, operator=True),
    ),
    "an empty text": ({"body": ""}, Refused(21602)),
    "1601 characters": ({"body": "a" * 1601}, Refused(21617)),
    "a template that is not there": (
        {"template": TemplateText("HX" + "0" * 32), "sender": OUR_WHATSAPP, "to": ON_WHATSAPP},
        Refused(21655, operator=True),
    ),
}


@pytest.mark.parametrize(("changes", "outcome"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_what_twilio_refuses_becomes_its_outcome(
    twilio: Twilio, changes: dict[str, Any], outcome: Refused
) -> None:
    assert await twilio.send(**changes) == outcome


async def test_a_full_queue_is_tried_again_in_minutes(twilio: Twilio) -> None:
    assert await twilio.send(sender="+15005550008") == RetryLater(21611, 300.0)


ORDERED: dict[str, tuple[ApiError, Refused]] = {
    "credentials revoked": (ApiError(401, 20003, "Authenticate"), Refused(20003, operator=True)),
    "account suspended": (ApiError(403, 30002, "Account suspended"), Refused(30002, operator=True)),
    "number not registered": (ApiError(400, 30034, "Unregistered Number"), Refused(30034, operator=True)),
    "sandbox not joined": (ApiError(400, 63015, "Channel Sandbox"), Refused(63015, operator=True)),
    "not on WhatsApp": (ApiError(400, 63024, "Invalid message recipient"), Refused(63024)),
    "a code of tomorrow": (ApiError(400, 69999, "New"), Refused(69999, operator=True)),
}


@pytest.mark.parametrize(("error", "outcome"), ORDERED.values(), ids=ORDERED.keys())
async def test_any_error_can_be_ordered_and_becomes_its_outcome(
    twilio: Twilio, error: ApiError, outcome: Refused
) -> None:
    twilio.fail(Call.CREATE, Fault(FaultKind.REFUSED, error=error))

    assert await twilio.send() == outcome


async def test_a_rate_that_was_exceeded_on_whatsapp_is_tried_again(twilio: Twilio) -> None:
    twilio.fail(Call.CREATE, Fault(FaultKind.REFUSED, error=ApiError(400, 63018, "Rate limit exceeded for Channel")))

    assert await twilio.send() == RetryLater(63018, 3600.0)


async def test_wrong_credentials_are_the_operators_business(served: tuple[StandIn, str]) -> None:
    async with opened(*served, password="wrong") as twilio:
        sent = await twilio.send()
        redacted = await twilio.records.redact("SM" + "0" * 32)
        looked = await twilio.templates.look("HX" + "0" * 32)

    assert [sent, redacted, looked] == [Refused(20003, operator=True)] * 3


LATER = {30003: "undelivered", 30007: "undelivered", 30034: "undelivered", 63018: "undelivered", 63040: "failed"}


@pytest.mark.parametrize("code", LATER)
async def test_a_message_can_be_doomed_to_fail_later_with_any_code(twilio: Twilio, code: int) -> None:
    twilio.stand_in.carrier.fates[PERSON].append(code)

    sid = await twilio.send_one()
    await until_final(twilio, sid)

    message = twilio.stand_in.carrier.messages[sid]
    assert (message.status.value, message.error_code) == (LATER[code], code)


# Templates


async def lay_down(twilio: Twilio, name: str, text: str = "Puente has a message for you.", language: str = "en") -> str:
    state = await twilio.templates.submit(name=name, language=language, text=text)
    assert isinstance(state, TemplateState)
    return state.content_id


async def until_reviewed(twilio: Twilio, content_id: str) -> TemplateState:
    state = await twilio.templates.look(content_id)
    assert isinstance(state, TemplateState)
    return state


async def test_a_template_is_pending_when_submitted_and_approved_later(twilio: Twilio) -> None:
    twilio.stand_in.carrier.contents.verdict = None
    content_id = await lay_down(twilio, "first")
    waiting = await twilio.templates.look(content_id)
    twilio.stand_in.carrier.contents.decide(content_id, Approval.APPROVED)

    approved = await twilio.templates.look(content_id)

    assert waiting == TemplateState(content_id, TemplateStatus.PENDING)
    assert approved == TemplateState(content_id, TemplateStatus.APPROVED)
    twilio.stand_in.carrier.contents.verdict = Approval.APPROVED


async def test_a_repeated_submission_finds_the_first_one(twilio: Twilio) -> None:
    first = await lay_down(twilio, "second")
    before = len(twilio.stand_in.carrier.contents.by_id)

    again = await lay_down(twilio, "second")

    assert again == first
    assert len(twilio.stand_in.carrier.contents.by_id) == before


async def test_a_template_is_found_on_a_later_page_too(twilio: Twilio) -> None:
    first = await lay_down(twilio, "oldest")
    for number in range(PAGE_SIZE):
        twilio.stand_in.carrier.contents.add(friendly_name=f"n{number}", language="en", types={}, variables={})

    assert await lay_down(twilio, "oldest") == first
    twilio.stand_in.carrier.contents.by_id.clear()


@pytest.mark.parametrize(
    "call", [Call.CREATE_CONTENT, Call.ASK_APPROVAL], ids=["after it was created", "after it was handed in"]
)
async def test_a_submission_whose_answer_was_lost_is_completed_by_the_next(twilio: Twilio, call: Call) -> None:
    name = f"lost_{call.value.lower()}"
    twilio.fail(call, Fault(FaultKind.DROP_AFTER))

    first = await twilio.templates.submit(name=name, language="es", text="Puente tiene un mensaje.")
    second = await twilio.templates.submit(name=name, language="es", text="Puente tiene un mensaje.")

    contents = [one for one in twilio.stand_in.carrier.contents.by_id.values() if one.friendly_name == name]
    assert first == Unknown("connection_lost")
    assert isinstance(second, TemplateState)
    assert len(contents) == 1


async def test_a_template_is_a_text_of_utility_in_whatsapps_name_for_the_language(twilio: Twilio) -> None:
    content_id = await lay_down(twilio, "third", language="pt")

    content = twilio.stand_in.carrier.contents.by_id[content_id]
    assert (content.language, content.category, list(content.types)) == ("pt_BR", "UTILITY", ["twilio/text"])


FORMS = {
    "a place at the start": "{{1}} has a message.",
    "a place at the end": "There is a message for {{1}}",
    "two places side by side": "There is a message {{1}} {{2}} for you today.",
    "more places than words": "Hi {{1}} a {{2}} b",
    "over 1,024 characters": "word " * 210,
}


@pytest.mark.parametrize("form", FORMS)
async def test_whatsapp_rejects_a_template_of_wrong_form(twilio: Twilio, form: str) -> None:
    content_id = await lay_down(twilio, f"form_{list(FORMS).index(form)}", text=FORMS[form])

    state = await until_reviewed(twilio, content_id)

    assert (state.status, state.reason) == (TemplateStatus.REJECTED, "INVALID_FORMAT")


@pytest.mark.parametrize("language", ["quc", "mam", "ht"])
async def test_languages_without_templates_are_known_before_anything_is_sent(twilio: Twilio, language: str) -> None:
    assert not twilio.templates.speaks(language)


async def test_an_approved_template_goes_outside_the_window_and_is_found_by_its_text(twilio: Twilio) -> None:
    content_id = await lay_down(twilio, "fourth", text="There are {{1}} messages for you in Puente.")
    contents = twilio.stand_in.carrier.contents
    contents.decide(content_id, Approval.APPROVED)
    started_s = time.time()

    sid = await twilio.send_one(sender=OUR_WHATSAPP, to=ON_WHATSAPP, template=TemplateText(content_id, ("two",)))
    await until_final(twilio, sid)

    found = await twilio.sender.find_sent(sender=OUR_WHATSAPP, to=ON_WHATSAPP, since_s=started_s)
    form = dict(twilio.stand_in.requests[-2].form())
    assert isinstance(found, list)
    assert (found[0].provider_message_id, found[0].body) == (sid, "There are two messages for you in Puente.")
    assert (form["ContentSid"], form["ContentVariables"], form.get("Body")) == (content_id, '{"1": "two"}', None)


VERDICTS = {
    Approval.UNSUBMITTED: 63016,
    Approval.PENDING: 63016,
    Approval.REJECTED: 63040,
    Approval.PAUSED: 63041,
    Approval.DISABLED: 63042,
}


@pytest.mark.parametrize("verdict", VERDICTS)
async def test_a_template_that_is_not_approved_fails_outside_the_window(twilio: Twilio, verdict: Approval) -> None:
    content_id = await lay_down(twilio, f"verdict_{verdict.value}")
    twilio.stand_in.carrier.contents.decide(content_id, verdict)

    sid = await twilio.send_one(
        sender=OUR_WHATSAPP, to="whatsapp:+12025550125", template=TemplateText(content_id)
    )  # fmt: skip
    await until_final(twilio, sid)

    message = twilio.stand_in.carrier.messages[sid]
    assert (message.status.value, message.error_code) == ("failed", VERDICTS[verdict])


VALUES = {"empty": " ", "over two lines": "one\ntwo", "five spaces": "one     two"}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
async def test_values_that_a_template_does_not_take_are_refused(twilio: Twilio, value: str) -> None:
    content_id = await lay_down(twilio, "fifth", text="There are {{1}} messages for you in Puente.")

    outcome = await twilio.send(sender=OUR_WHATSAPP, to=ON_WHATSAPP, template=TemplateText(content_id, (value,)))

    assert outcome == Refused(21656, operator=True)


async def test_a_place_without_a_value_is_refused(twilio: Twilio) -> None:
    content_id = await lay_down(twilio, "sixth", text="There are {{1}} messages for you in Puente.")

    outcome = await twilio.send(sender=OUR_WHATSAPP, to=ON_WHATSAPP, template=TemplateText(content_id))

    assert outcome == Refused(21656, operator=True)


@pytest.mark.parametrize("content_id", ["HX1", "../Messages", ""])
async def test_an_id_that_is_none_is_not_asked_for(twilio: Twilio, content_id: str) -> None:
    before = len(twilio.stand_in.requests)

    assert await twilio.templates.look(content_id) == Unknown("no_content_id")
    assert len(twilio.stand_in.requests) == before


# Records


async def test_a_text_is_taken_out_and_its_record_stays(twilio: Twilio) -> None:
    sid = await twilio.send_one(body="Su cita es manana.")
    await until_final(twilio, sid)

    outcomes = [await twilio.records.redact(sid), await twilio.records.redact(sid)]

    assert outcomes == [Done(), Done()]
    assert twilio.stand_in.carrier.messages[sid].body == ""


async def test_what_a_person_wrote_can_be_erased_too(twilio: Twilio) -> None:
    sid = twilio.hear()

    assert await twilio.records.redact(sid) == Done()
    assert twilio.stand_in.carrier.messages[sid].body == ""


async def test_a_message_on_its_way_is_asked_for_again_later(twilio: Twilio) -> None:
    twilio.stand_in.callbacks.plan = CallbackPlan(delays_s=(3600.0,))
    sid = await twilio.send_one()

    outcomes = [await twilio.records.redact(sid), await twilio.records.delete_message(sid)]

    assert outcomes == [RetryLater(20009, NOT_FINAL_DELAY_S)] * 2


async def test_all_files_of_a_message_are_deleted_and_its_text_stays(twilio: Twilio) -> None:
    sid = twilio.hear(num_media=3)

    outcomes = [await twilio.records.delete_media(sid), await twilio.records.delete_media(sid)]

    assert outcomes == [Done(), Done()]
    assert list(twilio.stand_in.carrier.files.of(sid)) == []
    assert twilio.stand_in.carrier.messages[sid].body == "Hola"


async def test_a_message_is_deleted_with_its_files(twilio: Twilio) -> None:
    sid = twilio.hear(num_media=1)

    outcomes = [await twilio.records.delete_message(sid), await twilio.records.delete_message(sid)]

    assert outcomes == [Done(), Gone()]
    assert sid not in twilio.stand_in.carrier.messages


@pytest.mark.parametrize("act", ["redact", "delete_media", "delete_message"])
async def test_what_is_not_there_is_gone(twilio: Twilio, act: str) -> None:
    assert await getattr(twilio.records, act)("SM" + "e" * 32) == Gone()


@pytest.mark.parametrize("act", ["redact", "delete_media", "delete_message"])
@pytest.mark.parametrize("sid", ["SM1", "", "../Messages", "HX" + "0" * 32])
async def test_an_id_that_is_no_messages_is_for_a_person_and_never_sent(twilio: Twilio, act: str, sid: str) -> None:
    before = len(twilio.stand_in.requests)

    assert await getattr(twilio.records, act)(sid) == Refused(20404, operator=True)
    assert len(twilio.stand_in.requests) == before


FAULTS: dict[str, tuple[Fault, RetryLater]] = {
    "500": (Fault(FaultKind.SERVER_ERROR), RetryLater(500, AGAIN_S)),
    "502 with a page": (Fault(FaultKind.BAD_GATEWAY), RetryLater(502, AGAIN_S)),
    "too many requests": (Fault(FaultKind.TOO_MANY_REQUESTS, retry_after_s=7), RetryLater(20429, 7.0)),
    "dropped before": (Fault(FaultKind.DROP), RetryLater(NO_ANSWER, AGAIN_S)),
    "dropped after": (Fault(FaultKind.DROP_AFTER), RetryLater(NO_ANSWER, AGAIN_S)),
    "no answer in time": (Fault(FaultKind.SLOW_AFTER, delay_s=2 * TIMEOUT_S), RetryLater(NO_ANSWER, AGAIN_S)),
}


@pytest.mark.parametrize(("fault", "outcome"), FAULTS.values(), ids=FAULTS.keys())
async def test_an_erasure_on_a_bad_day_is_repeated_and_done(twilio: Twilio, fault: Fault, outcome: RetryLater) -> None:
    sid = twilio.hear()
    twilio.fail(Call.UPDATE, fault)

    outcomes = [await twilio.records.redact(sid), await twilio.records.redact(sid)]

    assert outcomes == [outcome, Done()]


@pytest.mark.parametrize("call", [Call.LIST_MEDIA, Call.DELETE_MEDIA])
async def test_files_that_could_not_be_deleted_are_deleted_by_the_next_call(twilio: Twilio, call: Call) -> None:
    sid = twilio.hear(num_media=2)
    twilio.fail(call, Fault(FaultKind.SERVER_ERROR))

    outcomes = [await twilio.records.delete_media(sid), await twilio.records.delete_media(sid)]

    assert outcomes == [RetryLater(500, AGAIN_S), Done()]
    assert list(twilio.stand_in.carrier.files.of(sid)) == []


async def test_a_carrier_that_is_not_there_is_asked_again(unused_tcp_port: int) -> None:
    account = TwilioAccount(ACCOUNT, ACCOUNT, TOKEN)
    records = TwilioRecords(account=account, base_url=f"http://127.0.0.1:{unused_tcp_port}")

    outcome = await records.redact("SM" + "0" * 32)
    await records.close()

    assert outcome == RetryLater(NOT_REACHED, AGAIN_S)
