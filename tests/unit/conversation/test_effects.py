"""Answers that do something: privacy, a call, another number, a wrong number, a complaint."""

import pytest

from conversation.messages import Decision, Kind, Urgency
from tests.fakes import FakeBot
from tests.talk import Talk, said, strict_rules

UNSAFE, UNREAD, NUMBER, WRONG, COMPLAINT = (
    f"service.{name}" for name in ("phone_not_safe", "cannot_read", "new_number", "wrong_number", "complaint")
)
ANSWERS = {
    "mis primos también leen este celular": UNSAFE,
    "no sé leer muy bien": UNREAD,
    "cambié de teléfono": NUMBER,
    "mi nuevo número es 202 555 0147": NUMBER,
    "este es mi número nuevo 202 555 0123": NUMBER,
    "creo que no es para mí": WRONG,
    "eso que me dijo no es cierto": COMPLAINT,
    "papeles": "school.enroll_documents",
}


def talk(**known: object) -> Talk:
    made = Talk(bot=FakeBot(ANSWERS))
    made.remember(language="es", noticed=True, **known)
    return made


def opened(decision: Decision) -> tuple[str, str, Urgency] | None:
    case = decision.handoff
    return (case.topic, case.reason, case.urgency) if case else None


async def test_a_phone_that_others_read_is_private_at_once_and_the_confirmation_tells_nothing() -> None:
    made = talk()

    confirmed, hidden = await made.say("mis primos también leen este celular"), await made.say("papeles")

    assert (confirmed.kind, confirmed.answer, said(confirmed)) == (Kind.ANSWER, UNSAFE, [UNSAFE])
    assert said(hidden) == ["system.private_waiting"]


async def test_the_confirmation_comes_also_on_a_phone_that_is_private_already() -> None:
    assert said(await talk(private=True).say("mis primos también leen este celular")) == [UNSAFE]


async def test_who_cannot_read_gets_a_person_who_knows_of_it() -> None:
    decision = await talk().say("no sé leer muy bien")

    assert (decision.answer, opened(decision)) == (UNREAD, (UNREAD, "wish_for_voice", Urgency.NORMAL))


async def test_a_new_number_moves_nothing_and_a_person_looks() -> None:
    made = talk()

    decision = await made.say("cambié de teléfono")

    assert (decision.answer, opened(decision), made.memory.private) == (
        NUMBER,
        (NUMBER, "new_number", Urgency.NORMAL),
        False,
    )


@pytest.mark.parametrize(
    ("text", "private"),
    [("mi nuevo número es 202 555 0147", True), ("este es mi número nuevo 202 555 0123", False)],
    ids=["another one", "the one it comes from"],
)
async def test_a_phone_that_is_given_up_gets_nothing_that_tells_something(text: str, private: bool) -> None:
    made = talk()

    await made.say(text)

    assert made.memory.private is private


@pytest.mark.parametrize("text", ["Número equivocado", "wrong number", "mauvais numéro", "se equivocó de número"])
async def test_a_wrong_number_is_stopped_by_its_own_words_and_forgets_what_it_told(text: str) -> None:
    made = talk(state="TX", role="sponsor", topic="school.vaccines", slots={"topic": "school.vaccines"})

    decision = await made.say(text)

    assert (decision.kind, decision.answer, decision.stop) == (Kind.ANSWER, WRONG, True)
    assert said(decision) == [WRONG]
    assert decision.handoff is None
    assert (made.memory.state, made.memory.role, made.memory.topic, made.memory.slots) == (None, None, None, {})


async def test_where_those_texts_may_not_be_sent_the_plain_confirmations_go() -> None:
    made = talk()
    made.rules = strict_rules("system.private_on", "system.stopped")

    private = await made.say("mis primos también leen este celular")
    stopped = await made.say("número equivocado")

    assert (said(private), said(stopped)) == (["system.private_on"], ["system.stopped"])


async def test_a_wrong_number_is_told_to_whoever_has_the_case() -> None:
    made = talk()
    await made.say("persona")
    made.claim()

    decision = await made.say("número equivocado")

    assert (decision.stop, opened(decision)) == (True, ("service.talk_to_person", "wrong_number", Urgency.NORMAL))


async def test_danger_in_the_same_message_wins() -> None:
    decision = await talk().say("número equivocado, mi papá me pega con el cinturón")

    assert (decision.kind, decision.stop) == (Kind.CRISIS, False)


async def test_what_the_model_takes_for_a_wrong_number_is_asked_first() -> None:
    made = talk()

    asked = await made.say("creo que no es para mí")
    stopped = await made.say("1")

    assert (asked.answer, said(asked), asked.stop) == (WRONG, ["system.wrong_number_confirm"], False)
    assert (stopped.stop, said(stopped)) == (True, [WRONG])


async def test_and_kept_when_it_is_the_right_one() -> None:
    made = talk()
    await made.say("creo que no es para mí")

    decision = await made.say("2")

    assert (decision.stop, said(decision), made.memory.stopped) == (False, ["system.acknowledged"], False)


async def test_a_complaint_is_kept_with_the_answer_before_it_and_a_person_reads_it() -> None:
    made = talk()
    await made.say("papeles")

    decision = await made.say("eso que me dijo no es cierto")

    assert (decision.complaint, opened(decision)) == (True, (COMPLAINT, "complaint", Urgency.NORMAL))
    assert made.memory.topic == "school.enroll_documents"


@pytest.mark.parametrize(
    "text",
    ["le puse el número equivocado en el formulario", "they have the wrong number of my court date", "es un error"],
)
async def test_talk_of_numbers_stops_nothing(text: str) -> None:
    assert (await talk().say(text)).stop is False
