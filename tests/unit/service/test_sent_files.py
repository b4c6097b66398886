"""A file that a caseworker sends: queued like a text, fetched by the carrier alone, gone when its time has come."""

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from starlette.applications import Starlette

from conversation.answers.catalogue import KNOCK
from conversation.media import FileToSend, MediaType
from conversation.messages import Channel, DeliveryStatus, Handoff, MessageKind, Urgency
from conversation.ports import TemplateState, TemplateStatus, Unknown
from service import wiring
from service.file_door import build_file_routes
from store import templates
from store.cases import transitions
from store.cases.opening import open_or_join
from store.cases.replies import Reply, ReplyOutcome, queue_reply
from store.forgetting.carrier_erasure import DELETE_MEDIA, find_texts_to_redact
from store.forgetting.deleting import delete_messages
from store.forgetting.erasure import order_erasure
from store.forgetting.expiry import PURGES
from store.forgetting.periods import FILE_DAYS, Periods
from store.outgoing_files import OPEN_FOR
from store.sealing.rotation import find_sealed_columns
from store.staff.staff import Staff
from store.tables import Address, Case, Conversation, Message, OutboxEntry, OutgoingFile
from tests.fakes import Lost
from tests.house import House
from tests.staff import add_worker

PICTURE = FileToSend(MediaType.JPEG, b"\xff\xd8\xff and what it shows")
VOICE = FileToSend(MediaType.OGG, b"OggS and what it says")


class Talk:
    """A claimed case, its owner and what they send."""

    def __init__(self, house: House, case: Case, staff: Staff) -> None:
        self.house, self.case, self.staff = house, case, staff

    def send(self, file: FileToSend, *, key: str = "form-key-1", **more: Any) -> ReplyOutcome:
        house = self.house
        return house.database.run_sync(
            lambda session: queue_reply(
                session, house.vault, house.queue, wiring.split_body,
                caseworker=self.staff, case_id=self.case.id, reply=Reply("", key, file=file, **more), now=house.clock(),
            )
        )  # fmt: skip

    def files(self) -> list[OutgoingFile]:
        return self.house.rows(select(OutgoingFile))

    async def fetch(self, url: str | None, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
        """Ask for a file as the carrier does."""
        house = self.house
        app = Starlette(routes=list(build_file_routes(house.database, house.vault, house.clock)))
        return await ask(app, (url or "/media/").removeprefix("http://127.0.0.1:8080"), method)


async def ask(app: Starlette, path: str, method: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def note(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [],
        "root_path": "", "scheme": "http", "server": ("127.0.0.1", 8080), "http_version": "1.1",
    }  # fmt: skip
    await app(scope, receive, note)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return int(sent[0]["status"]), headers, b"".join(one.get("body", b"") for one in sent[1:])


async def begin(
    house: House, channel: Channel = Channel.WHATSAPP, *, topic: str = "school", opening: bool = False
) -> Talk:
    conversation_id = await house.open_conversation(channel=channel)
    handoff = Handoff(
        "safety.abuse" if opening else "school.vaccines", "safety" if opening else topic, Urgency.NORMAL, "request"
    )
    house.database.run_sync(
        lambda session: open_or_join(
            session, conversation_id, handoff, language="es", message_id=None, now=house.clock()
        )
    )
    staff, case = add_worker(house, "ana"), house.cases()[0]
    house.database.run_sync(
        lambda session: transitions.claim(session, case_id=case.id, caseworker=staff, now=house.clock())
    )
    house.queue.pieces.clear()
    return Talk(house, house.cases()[0], staff)


async def test_a_file_goes_to_the_carrier_as_an_address_where_it_alone_is_found(house: House) -> None:
    talk = await begin(house)

    assert talk.send(VOICE) is ReplyOutcome.QUEUED
    await house.send_all()
    (offer,) = house.sender.offers
    status, headers, content = await talk.fetch(offer.media_url)

    assert (offer.body, status, content) == ("", 200, VOICE.content)
    assert headers["content-type"] == "audio/ogg"
    assert (headers["cache-control"], headers["x-robots-tag"]) == ("private, no-store", "noindex, nofollow")
    assert talk.files()[0].fetched == 1
    assert house.rows(select(Message.kind).order_by(Message.seq))[-1] == MessageKind.AUDIO


async def test_before_it_is_offered_and_when_its_time_is_over_nobody_finds_a_file(house: House) -> None:
    talk = await begin(house)
    talk.send(VOICE)
    token = house.vault.open(talk.files()[0].token_sealed, "outgoing_file.token")

    early = await talk.fetch(f"/media/{token}")
    await house.send_all()
    url = house.sender.offers[0].media_url
    heads = await talk.fetch(url, "HEAD")
    house.later(OPEN_FOR.total_seconds() + 1)
    late = await talk.fetch(url)

    assert (early[0], early[2], late[0], late[2]) == (404, b"", 404, b"")
    assert (heads[0], talk.files()[0].fetched) == (200, 0)


@pytest.mark.parametrize("path", ["/media/x", "/media/" + "a" * 43, "/media/" + "%00" * 43, "/media/" + "a" * 5000])
async def test_a_guess_finds_nothing_and_hears_nothing(house: House, path: str) -> None:
    talk = await begin(house)

    status, headers, content = await talk.fetch(path)

    assert (status, content, headers["cache-control"]) == (404, b"", "private, no-store")


async def test_what_is_stored_of_a_file_can_be_read_by_nobody_without_the_keys(house: House) -> None:
    talk = await begin(house)
    talk.send(VOICE)

    (row,) = talk.files()

    assert VOICE.content not in row.content_sealed
    assert {"outgoing_file.content", "outgoing_file.token"} <= {one.context for one in find_sealed_columns()}
    assert [one.most_rows for one in find_sealed_columns() if one.context == "outgoing_file.content"] == [1]


async def test_the_same_form_sends_a_file_once(house: House) -> None:
    talk = await begin(house)

    assert [talk.send(VOICE), talk.send(VOICE)] == [ReplyOutcome.QUEUED, ReplyOutcome.REPEATED]
    assert len(talk.files()) == 1


@pytest.mark.parametrize(
    ("channel", "file", "outcome"),
    [
        (Channel.SMS, VOICE, ReplyOutcome.FILE_TYPE),
        (Channel.SMS, PICTURE, ReplyOutcome.QUEUED),
        (Channel.WHATSAPP, FileToSend(MediaType.WEBP, b"RIFF"), ReplyOutcome.FILE_TYPE),
        (Channel.WHATSAPP, FileToSend(MediaType.JPEG, bytes(5_000_001)), ReplyOutcome.FILE_TOO_LARGE),
    ],
    ids=["sound by SMS", "a picture by SMS", "a sticker", "a large picture"],
)
async def test_only_what_a_channel_carries_is_taken(
    house: House, channel: Channel, file: FileToSend, outcome: ReplyOutcome
) -> None:
    talk = await begin(house, channel)

    assert talk.send(file) is outcome
    assert len(talk.files()) == (outcome is ReplyOutcome.QUEUED)


async def test_who_does_not_have_the_case_sends_nothing(house: House) -> None:
    talk = await begin(house)
    talk.staff = add_worker(house, "bo")

    assert talk.send(VOICE) is ReplyOutcome.NOT_ALLOWED
    assert talk.files() == []


async def test_in_a_safety_case_the_neutral_opening_goes_first(house: House) -> None:
    talk = await begin(house, opening=True)

    assert talk.send(VOICE) is ReplyOutcome.OPENING_FIRST
    assert talk.send(VOICE, override="They asked me to speak.") is ReplyOutcome.QUEUED


async def test_a_stop_after_the_file_was_queued_keeps_it_here(house: House) -> None:
    talk = await begin(house)
    talk.send(VOICE)
    house.database.run_sync(lambda session: session.execute(update(Address).values(stopped_at=house.clock())))

    await house.send_all()

    assert house.sender.offers == []
    assert talk.send(PICTURE, key="form-key-2") is ReplyOutcome.STOPPED


async def test_outside_the_window_a_file_is_held_and_goes_when_the_person_writes(house: House) -> None:
    talk = await begin(house)
    wording = house.rules.catalogue.render(KNOCK, "es", channel=Channel.WHATSAPP, today=house.clock().date())[0].body
    state = TemplateState("HX" + "c" * 32, TemplateStatus.APPROVED)
    house.database.run_sync(
        lambda session: templates.save_submission(
            session, house.organisation_id, state, answer=KNOCK, language="es", text=wording, now=house.clock()
        )
    )
    house.database.run_sync(lambda session: session.execute(update(Conversation).values(language="es")))
    house.later(25 * 3600)

    assert talk.send(VOICE) is ReplyOutcome.OUTSIDE_WINDOW
    await house.send_all()
    await house.send_all()  # the knock
    held = [offer.media_url for offer in house.sender.offers]
    await house.say("Sí", Channel.WHATSAPP)
    await house.send_all()

    assert held == [None]
    assert [offer.media_url is not None for offer in house.sender.offers] == [False, True]


async def test_a_lost_answer_is_settled_by_the_file_that_the_carrier_lists(house: House) -> None:
    talk = await begin(house)
    talk.send(VOICE)
    house.sender.script = [Lost(Unknown("timeout"))]

    await house.send_all()

    assert len(house.sender.offers) == 1
    assert house.outbox()[-1].status == DeliveryStatus.ACCEPTED


async def test_an_erasure_shuts_the_address_at_once_and_takes_the_file_with_the_message(house: House) -> None:
    talk = await begin(house)
    talk.send(VOICE)
    await house.send_all()
    number_key = house.rows(select(Address.number_key))[0]

    house.database.run_sync(
        lambda session: order_erasure(session, house.organisation_id, number_key, by="operator", now=house.clock())
    )
    status, _, _ = await talk.fetch(house.sender.offers[0].media_url)
    ids = house.rows(select(Message.id).where(Message.erasure_id.is_not(None)))
    house.database.run_sync(lambda session: delete_messages(session, ids))

    assert (status, talk.files()) == (404, [])


async def test_a_file_goes_some_days_after_the_carrier_took_it(house: House) -> None:
    talk = await begin(house)
    talk.send(VOICE)
    talk.send(PICTURE, key="form-key-2")
    await house.delivery.send(house.outbox()[-2].id)  # the other one stays in line
    (purge,) = [one for one in PURGES if one.table == "outgoing_file"]

    def purged(days: float) -> int:
        now = house.clock() + timedelta(days=days)
        return house.database.run_sync(
            lambda session: purge.step(session, "", periods=Periods(), now=now, dry_run=True)
        )[0]

    assert [purged(days) for days in (FILE_DAYS - 1, FILE_DAYS + 1, 31)] == [0, 1, 2]


async def test_what_was_sent_is_deleted_at_the_carrier_like_a_text_is_redacted(house: House) -> None:
    talk = await begin(house)
    talk.send(VOICE)
    await house.send_all()
    sid = house.sender.offers[0].sid
    await house.report(sid, DeliveryStatus.DELIVERED)
    house.later(2 * 3600)

    window = house.database.run_sync(lambda session: find_texts_to_redact(session, "", house.clock()))

    assert ("twilio", sid) in window.acts[DELETE_MEDIA]


async def test_a_file_that_was_not_kept_any_more_is_shown_to_people_and_not_sent_empty(house: House) -> None:
    talk = await begin(house)
    talk.send(VOICE)
    house.database.run_sync(lambda session: session.execute(delete(OutgoingFile)))

    await house.send_all()

    last = house.rows(select(OutboxEntry).order_by(OutboxEntry.seq))[-1]
    assert (house.sender.offers, last.status, last.reason) == ([], DeliveryStatus.DROPPED, "file_gone")
