"""A caseworker answers from an ordinary phone: what they text moves cases as the inbox does; nobody sees a number."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from conversation.messages import Author, Channel, DeliveryStatus, MessageKind
from service.deciding import Decider
from store.forgetting.erasure import order_erasure
from store.people import find_number_key
from store.tables import Case, CaseEvent, Caseworker, Conversation, Message
from tests.house import OURS, PERSON, House
from tests.team import Colleague, Team

PHONE, OTHER_PHONE, OTHER = "+12025550150", "+12025550151", "+12025550124"
LATER = 31 * 60.0  # when a case is no longer new


@pytest.fixture
def team(house: House) -> Team:
    return Team(house)


@pytest.fixture
def ana(team: Team) -> Colleague:
    return team.add("ana", phone=PHONE)


async def test_who_is_asked_takes_the_case_and_the_person_hears_from_our_number(team: Team, ana: Colleague) -> None:
    team.tell(ana, await team.asked("quiero hablar con una persona", person=PERSON))

    await team.hears(ana, "A1 TAKE")
    await team.hears(ana, "a1: Buenos días")

    first = team.got(PHONE)[0]
    to_person = [offer for offer in team.house.sender.texts if offer.to == PERSON]
    assert first.startswith("[A1] Español · ")
    assert "quiero hablar con una persona" in first
    assert team.answers_to(PHONE) == ["staff.case", "staff.taken", "staff.sent"]
    assert (to_person[-1].body, to_person[-1].sender) == ("Buenos días", OURS)
    assert PHONE not in " ".join(offer.body + offer.sender for offer in to_person)
    assert PERSON not in " ".join(team.got(PHONE))


async def test_a_reply_from_a_phone_is_the_caseworkers_in_the_timeline(team: Team, ana: Colleague) -> None:
    case = await team.asked(person=PERSON)
    await team.hears(ana, "A1 TAKE")

    await team.hears(ana, "A1 hello")

    events = team.house.rows(select(CaseEvent.kind).where(CaseEvent.case_id == case.id).order_by(CaseEvent.at))
    said = team.house.rows(select(Message).where(Message.author == Author.CASEWORKER))
    assert events[-2:] == ["claimed", "replied"]
    assert [(one.caseworker_id, one.conversation_id) for one in said] == [(ana.id, case.conversation_id)]


async def test_of_two_who_take_a_case_the_second_is_told(team: Team, ana: Colleague) -> None:
    ben = team.add("ben", phone=OTHER_PHONE)
    await team.asked(person=PERSON)

    await team.hears(ana, "A1 TAKE")
    await team.hears(ben, "A1 take")

    assert (team.last(ana), team.last(ben)) == ("staff.taken", "staff.taken_by_other")
    assert team.case("A1").owner_id == ana.id


async def test_a_case_is_passed_noted_and_done_from_a_phone(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    told = []

    for text in ("A1 TAKE", "A1 PASS", "TOMAR A1", "A1 NOTE called the school", "A1", "LIST", "A1 LISTO", "LIST"):
        await team.hears(ana, text)
        told.append(team.last(ana))

    assert told == [
        "staff.taken", "staff.passed", "staff.taken", "staff.noted", "staff.words", "staff.list", "staff.closed",
        "staff.list_none",
    ]  # fmt: skip
    assert team.case("A1").status == "closed"
    assert "called the school" not in " ".join(team.got(PERSON))


@pytest.mark.parametrize("text", ["Z9 hello", "A1 hello", "Z9 DONE", "Z9 NOTE x", "Z9"])
async def test_a_tag_that_is_not_theirs_sends_nothing_and_sounds_alike(team: Team, ana: Colleague, text: str) -> None:
    ben = team.add("ben", phone=OTHER_PHONE)
    await team.asked(person=PERSON)
    await team.hears(ben, "A1 TAKE")
    before = team.got(PERSON)

    await team.hears(ana, text)

    assert team.last(ana) == "staff.not_yours"
    assert team.got(PERSON) == before


async def test_a_case_that_is_not_taken_yet_takes_no_reply(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    before = team.got(PERSON)

    await team.hears(ana, "A1 hello")

    assert team.last(ana) == "staff.claim_first"
    assert team.got(PERSON) == before


async def test_a_closed_case_takes_no_reply(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    for text in ("A1 TAKE", "A1 DONE"):
        await team.hears(ana, text)

    await team.hears(ana, "A1 one more thing")

    assert team.last(ana) == "staff.not_yours"
    assert "one more thing" not in team.got(PERSON)


# Words without a tag


async def test_plain_words_go_to_the_only_open_case(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    await team.hears(ana, "A1 TAKE")
    team.house.later(LATER)

    await team.hears(ana, "See you at nine")

    assert team.got(PERSON)[-1] == "See you at nine"
    assert team.last(ana) == "staff.sent"


async def test_plain_words_are_refused_while_the_only_case_is_new(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    await team.hears(ana, "A1 TAKE")

    await team.hears(ana, "See you at nine")

    assert team.last(ana) == "staff.say_which"
    assert "See you at nine" not in team.got(PERSON)


async def test_plain_words_are_refused_when_another_case_has_just_gone(team: Team, ana: Colleague) -> None:
    for person in (PERSON, OTHER):
        await team.asked(person=person)
    for text in ("A1 TAKE", "A2 TAKE"):
        await team.hears(ana, text)
    team.house.later(LATER)
    await team.hears(ana, "A2 DONE")

    await team.hears(ana, "See you at nine")

    assert team.last(ana) == "staff.say_which"
    assert "See you at nine" not in team.got(PERSON)


async def two_cases(team: Team, ana: Colleague) -> None:
    for person in (PERSON, OTHER):
        await team.asked(person=person)
    for text in ("A1 TAKE", "A2 TAKE"):
        await team.hears(ana, text)
    team.house.later(LATER)


async def test_with_two_cases_open_nobody_gets_plain_words_until_a_digit_says_who(team: Team, ana: Colleague) -> None:
    await two_cases(team, ana)

    await team.hears(ana, "See you at nine")
    asked, nobody = team.got(PHONE)[-1], team.got(PERSON) + team.got(OTHER)
    number = next(line[0] for line in asked.splitlines() if " A2" in line)
    await team.hears(ana, number)

    assert "See you at nine" not in nobody
    assert team.got(OTHER)[-1] == "See you at nine"
    assert "See you at nine" not in team.got(PERSON)


async def test_two_texts_before_the_digit_go_both_in_their_order(team: Team, ana: Colleague) -> None:
    await two_cases(team, ana)

    for text in ("First part", "second part", "1"):
        await team.hears(ana, text)

    assert (team.got(PERSON) + team.got(OTHER))[-2:] in (["First part", "second part"],) or (
        team.got(PERSON)[-2:] == ["First part", "second part"]
    )


async def test_zero_or_a_tagged_reply_drops_what_waited(team: Team, ana: Colleague) -> None:
    await two_cases(team, ana)

    for text in ("See you at nine", "0", "1"):
        await team.hears(ana, text)
    refused = team.last(ana)
    for text in ("See you at ten", "A1 See you at ten", "1"):
        await team.hears(ana, text)

    assert (refused, team.last(ana)) == ("staff.no_question", "staff.no_question")
    assert (team.got(PERSON) + team.got(OTHER)).count("See you at ten") == 1
    assert "See you at nine" not in team.got(PERSON) + team.got(OTHER)


async def test_after_ten_minutes_a_digit_is_for_nobody(team: Team, ana: Colleague) -> None:
    await two_cases(team, ana)
    await team.hears(ana, "See you at nine")

    team.house.later(601)
    await team.hears(ana, "1")

    assert team.last(ana) == "staff.no_question"
    assert "See you at nine" not in team.got(PERSON) + team.got(OTHER)


async def test_words_after_news_of_another_case_are_asked_about(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    await team.hears(ana, "A1 TAKE")
    team.house.later(LATER)
    team.tell(ana, await team.asked(person=OTHER))

    await team.hears(ana, "I am on it")

    assert team.last(ana) == "staff.which"
    assert "I am on it" not in team.got(PERSON)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("done", "staff.needs_tag"), ("NOTA: llamar", "staff.needs_tag"), ("A1 list", "staff.needs_tag"),
        ("7", "staff.no_question"), ("123456", "staff.no_question"), ("A1 SSN 123-45-6789", "staff.has_number"),
        ("A1 NOTE", "staff.note_empty"), ("help", "staff.help"), ("   ", "staff.help"),
    ],
)  # fmt: skip
async def test_what_is_not_meant_for_a_person_reaches_none(team: Team, ana: Colleague, text: str, told: str) -> None:
    await team.asked(person=PERSON)
    await team.hears(ana, "A1 TAKE")
    team.house.later(LATER)
    before = team.got(PERSON)

    await team.hears(ana, text)

    assert team.last(ana) == told
    assert team.got(PERSON) == before


async def test_a_tapped_heart_is_answered_by_nobody(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    await team.hears(ana, "A1 TAKE")
    before = team.got(PERSON), team.got(PHONE)

    await team.hears(ana, "Liked “[A1] is yours”")

    assert (team.got(PERSON), team.got(PHONE)) == before


async def test_a_picture_is_refused_with_its_words(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    await team.hears(ana, "A1 TAKE")
    before = team.got(PERSON)

    await team.hears(ana, "A1 the form", kind=MessageKind.IMAGE)

    assert team.last(ana) == "staff.no_media"
    assert team.got(PERSON) == before


# Never a texter


@pytest.mark.parametrize("text", ["I want to kill myself", "quiero hablar con una persona", "What vaccines?", "mam"])
async def test_a_caseworkers_phone_is_never_read_by_pipeline_or_bot(
    team: Team, ana: Colleague, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def decide(*_: object) -> None:
        raise AssertionError("the pipeline must not read this")

    monkeypatch.setattr(Decider, "_decide_patiently", decide)

    entry = await team.hears(ana, text)

    assert (entry.status, entry.decision) == ("handled", "staff")
    assert team.house.bot.heard == []
    assert team.house.cases() == []
    assert set(team.answers_to(PHONE)) == {"staff.no_case"}


async def test_a_text_of_the_bot_that_was_in_line_never_reaches_a_phone_that_is_a_caseworkers_now(team: Team) -> None:
    house = team.house
    await house.hear("What vaccines?", person=PHONE)
    house.database.run_sync(lambda session: session.execute(update(Case).values(conversation_id=None)))
    team.add("ana", phone=PHONE)

    await house.send_all()

    assert team.got(PHONE) == []


async def test_a_text_that_does_not_reach_a_caseworker_is_no_case(team: Team, ana: Colleague) -> None:
    house = team.house
    await team.hears(ana, "LIST")
    (sid,) = [offer.sid for offer in house.sender.texts]

    await house.report(sid, DeliveryStatus.UNDELIVERED, error_code=30005)

    assert house.cases() == []


async def test_a_text_that_cannot_be_carried_out_is_told_and_is_no_case(team: Team, ana: Colleague) -> None:
    inbox_id = await team.house.receive("A1 hello", person=PHONE)

    await team.house.decider.give_up(inbox_id)
    await team.house.send_all()

    assert team.last(ana) == "staff.failed"
    assert team.house.cases() == []


async def test_a_phone_whose_owner_has_left_moves_nothing(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    await team.hears(ana, "LIST")
    left = update(Caseworker).where(Caseworker.id == ana.id).values(active=False)
    team.house.database.run_sync(lambda session: session.execute(left))

    await team.hears(ana, "A1 TAKE")

    assert team.last(ana) == "staff.phone_unknown"
    assert team.case("A1").status == "waiting"


# The code


async def test_a_code_that_is_texted_back_makes_the_phone_nobodys(team: Team) -> None:
    ana = team.add_without_phone("ana", phone=PHONE, locale="es")
    asked = team.ask(ana)

    await team.hears(ana, f"{asked.code[:3]} {asked.code[3:]}")

    assert team.house.get(Caseworker, ana.id).phone_confirmed_at is None
    assert team.answers_to(PHONE) == ["staff.phone_enter"]
    assert "/signin/account" in team.got(PHONE)[0]


async def test_six_digits_of_people_are_not_read_as_a_code(team: Team) -> None:
    team.ask(team.add_without_phone("ana", phone=PHONE))

    await team.writes(OTHER, "123456")

    assert not any((answer or "").startswith("staff.") for answer in team.answers_to(OTHER))


async def test_the_code_goes_out_by_sms_and_nothing_else_does_before_it_was_entered(team: Team) -> None:
    house, ana = team.house, team.add_without_phone("ana", phone=PHONE)
    asked = team.ask(ana)
    case = await team.asked(person=PERSON)

    house.database.run_sync(lambda session: house.staff_news.mail.send_code(session, asked, house.clock()))
    team.tell(ana, case)
    await house.send_all()

    assert team.answers_to(PHONE) == ["staff.phone_code"]
    assert asked.code in team.got(PHONE)[0]


# What persons write, on the phone of who has the case


async def test_a_new_message_in_a_claimed_case_is_forwarded(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    await team.hears(ana, "A1 TAKE")

    await team.writes(PERSON, "¿A qué hora?")

    assert team.got(PHONE)[-1].startswith("[A1] ¿A qué hora?")


@pytest.mark.parametrize("word", ["OFF", "STOP"])
async def test_nothing_is_forwarded_while_the_phone_is_off(team: Team, ana: Colleague, word: str) -> None:
    await team.asked(person=PERSON)
    await team.hears(ana, "A1 TAKE")
    await team.hears(ana, word)
    before = team.got(PHONE)

    await team.writes(PERSON, "¿A qué hora?")

    assert team.got(PHONE) == before


async def test_start_after_stop_turns_the_phone_on_again(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    for text in ("A1 TAKE", "STOP", "START"):
        await team.hears(ana, text)

    await team.writes(PERSON, "¿A qué hora?")

    assert team.answers_to(PHONE)[-3:] == ["staff.stopped", "staff.on", "staff.words"]
    assert [one.act for one in team.house.consents()] == ["stopped", "started"]


async def test_words_of_a_legal_case_stay_off_the_phone(team: Team, ana: Colleague) -> None:
    case = await team.asked(person=PERSON)
    legal = update(Case).where(Case.id == case.id).values(discipline="legal")
    team.house.database.run_sync(lambda session: session.execute(legal))
    await team.hears(ana, "A1 TAKE")

    await team.writes(PERSON, "Me detuvieron ayer")

    assert team.last(ana) == "staff.words_bare"
    assert "detuvieron" not in " ".join(team.got(PHONE))
    assert "/inbox/A1" in team.got(PHONE)[-1]


async def test_what_a_child_writes_is_not_forwarded_to_who_turns_out_to_help_the_sponsor(
    team: Team, ana: Colleague
) -> None:
    for channel in (Channel.SMS, Channel.WHATSAPP):  # two talks at one phone
        case = await team.asked(person=PERSON, channel=channel)
        await team.hears(ana, f"{case.code} TAKE")
    childs, sponsors = team.house.cases()

    def tell_apart(session: Session) -> None:
        session.execute(update(Case).where(Case.id == childs.id).values(discipline="safety", topic="school.vaccines"))
        theirs = Conversation.id == sponsors.conversation_id
        session.execute(update(Conversation).where(theirs).values(role="sponsor"))

    team.house.database.run_sync(tell_apart)
    before = team.got(PHONE)
    await team.writes(PERSON, "no le diga nada a mi tio")

    assert team.got(PHONE) == before


async def test_danger_in_a_claimed_case_reaches_its_owner_without_the_words(team: Team, ana: Colleague) -> None:
    await team.asked(person=PERSON)
    await team.hears(ana, "A1 TAKE")

    await team.writes(PERSON, "Me quiero matar")

    told = [body for body in team.got(PHONE) if "urgent" in body]
    assert told or "staff.words" in (team.last(ana) or "")
    assert team.answers_to(PERSON)[-1] in ("safety.suicide", "safety.self_harm", "system.crisis")


async def test_without_a_reviewed_text_a_code_and_a_link_go(team: Team, ana: Colleague) -> None:
    from dataclasses import replace

    house, case = team.house, await team.asked(person=PERSON)
    strict = replace(house.staff_news.mail, catalogue=replace(house.rules.catalogue, drafts=False))
    news = replace(house.staff_news, mail=strict)

    house.database.run_sync(
        lambda session: news.tell_case(session, caseworker_id=ana.id, case_id=case.id, now=house.clock())
    )
    await house.send_all()

    assert team.got(PHONE) == ["[A1] http://127.0.0.1:8080/inbox/A1"]


async def test_on_whatsapp_the_answer_goes_where_the_command_came_from(team: Team, ana: Colleague) -> None:
    await team.hears(ana, "LIST", channel=Channel.WHATSAPP)
    team.house.later(25 * 3600)
    team.tell(ana, await team.asked(person=PERSON))
    await team.house.send_all()

    assert [offer.to for offer in team.house.sender.texts if PHONE in offer.to] == [f"whatsapp:{PHONE}", PHONE]


async def test_what_a_phone_was_told_of_a_person_is_forgotten_with_them(team: Team, ana: Colleague) -> None:
    house = team.house
    team.tell(ana, await team.asked("quiero hablar con una persona", person=PERSON))
    for text in ("A1 TAKE", "A1 hello"):
        await team.hears(ana, text)

    def erase(session):  # type: ignore[no-untyped-def]
        key = find_number_key(session, house.vault, house.organisation_id, PERSON)
        order_erasure(session, house.organisation_id, key, by="operator", now=house.clock())

    house.database.run_sync(erase)

    kept = house.rows(select(Message.id).where(Message.erasure_id.is_(None)))
    assert kept == []


async def test_after_danger_the_neutral_question_goes_first_from_a_phone_too(team: Team, ana: Colleague) -> None:
    case = await team.asked(person=PERSON)
    danger = update(Case).where(Case.id == case.id).values(discipline="safety", opening="needed")
    team.house.database.run_sync(lambda session: session.execute(danger))
    await team.hears(ana, "A1 TAKE")

    await team.hears(ana, "A1 hello")
    refused = team.last(ana)
    await team.hears(ana, "A1 ASK")

    assert (refused, team.last(ana)) == ("staff.opening", "staff.sent")
    assert team.answers_to(PERSON)[-1] == "system.safe_opening"
    assert "hello" not in team.got(PERSON)
