"""What a decision about a wrong number and about a wrong answer leaves behind."""

from datetime import timedelta

from sqlalchemy import select

from conversation.messages import Author, Channel, Decision, Kind, Memory, OutgoingText
from service import wiring
from store import inbox
from store.decisions import DecisionWriter
from store.feedback import list_feedback
from store.forgetting.deleting import delete_messages
from store.tables import AnswerFeedback, Consent, Conversation, Message
from tests.house import House

NOTHING_SAID = Decision(Kind.SILENT, "es", (), Memory())


def write(house: House, inbox_id: str, decision: Decision) -> None:
    writer = DecisionWriter(house.vault, house.queue, wiring.split_body)
    heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, inbox_id))
    assert heard is not None
    house.database.run_sync(lambda session: writer.write(session, inbox_id, heard, decision, house.clock()))


async def test_what_a_conversation_is_about_is_remembered_between_two_messages(house: House) -> None:
    until = house.clock() + timedelta(hours=24)
    memory = Memory(state="TX", state_asked=True, topic="school.vaccines", topic_until=until, role="sponsor")
    write(house, await house.receive("hola"), Decision(Kind.SILENT, "es", (), memory))

    heard_id = await house.receive("¿y dónde?")
    heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, heard_id))

    assert heard
    remembered = heard.memory
    assert (remembered.state, remembered.state_asked) == ("TX", True)
    assert (remembered.topic, remembered.topic_until) == ("school.vaccines", until)


async def test_a_complaint_is_kept_with_what_was_said_before_and_no_words(house: House) -> None:
    said = OutgoingText("service.complaint", "es", "Gracias.", Author.BOT, draft=True)
    write(house, await house.receive("hola"), Decision(Kind.SILENT, "es", (), Memory(last_answer="school.vaccines")))

    write(house, await house.receive("no es cierto"), Decision(Kind.ANSWER, "es", (said,), Memory(), complaint=True))

    lines = house.database.run_sync(list_feedback)
    assert [(line.answer, line.language, line.case_code) for line in lines] == [("school.vaccines", "es", None)]
    assert {column.name for column in AnswerFeedback.__table__.columns} & {"body_sealed", "text", "body"} == set()


async def test_a_complaint_goes_with_its_message(house: House) -> None:
    write(house, await house.receive("no es cierto"), Decision(Kind.SILENT, "es", (), Memory(), complaint=True))
    ids = [message.id for message in house.rows(select(Message))]

    house.database.run_sync(lambda session: delete_messages(session, ids))

    assert house.rows(select(AnswerFeedback)) == []


async def test_the_newest_complaint_is_listed_first(house: House) -> None:
    for answer in ("school.vaccines", "court.missed"):
        write(house, await house.receive("hola"), Decision(Kind.SILENT, "es", (), Memory(last_answer=answer)))
        house.clock.advance(timedelta(minutes=1).total_seconds())
        write(house, await house.receive("mal"), Decision(Kind.SILENT, "es", (), Memory(), complaint=True))

    assert [line.answer for line in house.database.run_sync(list_feedback)] == ["court.missed", "school.vaccines"]


async def test_a_wrong_number_is_stopped_as_by_stop(house: House) -> None:
    stopped = OutgoingText("system.stopped", "es", "Hecho.", Author.SYSTEM, draft=True, overtakes=True)
    write(
        house, await house.receive("número equivocado"),
        Decision(Kind.ANSWER, "es", (stopped,), Memory(stopped=True), answer="service.wrong_number", stop=True),
    )  # fmt: skip

    later = await house.receive("hola")
    heard = house.database.run_sync(lambda session: inbox.find_undecided(session, house.vault, later))

    assert heard
    assert heard.memory.stopped
    assert [consent.source for consent in house.rows(select(Consent))] == ["wrong_number"]
    assert len(house.rows(select(Conversation))) == 1


async def test_the_wrong_number_hears_it_once_and_then_nothing_on_any_channel(house: House) -> None:
    await house.say("hola", Channel.WHATSAPP)

    told = await house.say("Número equivocado", Channel.SMS)
    later = [await house.say(text, channel) for text in ("¿quién es?", "hola") for channel in Channel]

    assert told[0] == "service.wrong_number"
    assert later == [[]] * 4
