"""How much of a person's words a caseworker's phone may show, and which side a text may reach."""

from dataclasses import replace

import pytest

from conversation.messages import Channel, Urgency
from conversation.one_voice import may_reach
from conversation.staff_texts import CaseNews, StaffText, choose_text, cut
from tests.talk import TODAY, real_rules

NEWS = CaseNews("A7", "school", Urgency.NORMAL, is_claimed=False, words="¿Qué vacunas?")
CATALOGUE = real_rules().catalogue


@pytest.mark.parametrize("discipline", ["safety", "legal"])
def test_words_of_safety_and_legal_cases_stay_off_phones(discipline: str) -> None:
    news = replace(NEWS, discipline=discipline, urgency=Urgency.PAGE_NOW)

    assert choose_text(news, bodies=False) is StaffText.CASE_BARE_URGENT
    assert choose_text(replace(news, is_claimed=True), bodies=False) is StaffText.WORDS_BARE_URGENT


def test_an_organisation_may_allow_the_words() -> None:
    assert choose_text(replace(NEWS, discipline="legal"), bodies=True) is StaffText.CASE


def test_other_cases_are_told_in_words() -> None:
    assert choose_text(NEWS, bodies=False) is StaffText.CASE
    assert choose_text(replace(NEWS, urgency=Urgency.PAGE_NOW), bodies=False) is StaffText.CASE_URGENT
    assert choose_text(replace(NEWS, is_claimed=True), bodies=False) is StaffText.WORDS


def test_a_message_without_words_is_told_as_one() -> None:
    assert choose_text(replace(NEWS, words=None, is_claimed=True), bodies=True) is StaffText.WORDS_BARE


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("text", [one for one in StaffText if "bare" in one])
def test_a_bare_text_has_no_place_for_words(text: StaffText, language: str) -> None:
    places = CATALOGUE.wordings[text, language].placeholders

    assert places == {"code", "link"}


def test_words_are_cut_to_one_line() -> None:
    assert cut("one\n two", 20) == "one two"
    assert cut("n" * 30, 20) == "n" * 17 + "..."


def test_no_text_for_staff_is_offered_by_the_bot_or_a_menu() -> None:
    follow_ups = {answer for entry in CATALOGUE.entries.values() for answer in entry.follow_ups}

    assert {answer for answer in follow_ups if answer.startswith("staff.")} == set()


@pytest.mark.parametrize("answer", ["school.vaccines", "system.first_notice", "system.crisis", None])
def test_what_is_for_persons_never_reaches_a_caseworkers_phone(answer: str | None) -> None:
    assert not may_reach(answer, to_staff=True)
    assert may_reach(answer, to_staff=False)


@pytest.mark.parametrize("answer", [one for one in StaffText if not one.startswith("staff.phone_")])
def test_what_is_for_caseworkers_never_reaches_a_person(answer: StaffText) -> None:
    assert may_reach(answer, to_staff=True)
    assert not may_reach(answer, to_staff=False)


@pytest.mark.parametrize("language", ["en", "es"])
def test_texts_for_caseworkers_are_the_services_own(language: str) -> None:
    texts = CATALOGUE.render(StaffText.ON, language, channel=Channel.SMS, today=TODAY)

    assert [(one.author, one.language) for one in texts] == [("system", language)]
