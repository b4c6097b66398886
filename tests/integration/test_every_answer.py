"""Every answer is reached by asking for it: the real pipeline, catalogue and trained model, in Spanish and in English.

One plain question for each id and language stands in tests/fixtures/every_answer.tsv; the model has never read them.
Who gets a menu chooses the line of the id, as a person would.
"""

import asyncio
import csv
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from bot.client import HttpBot
from conversation.answers.catalogue import ASK_LAWYER, ASK_PERSON
from conversation.messages import Decision, Kind, Urgency
from service import wiring
from service.worker import serving_actions
from tests.integration.running import RunningBot, build_settings
from tests.talk import ROOT, TODAY, Talk, real_rules, said

LANGUAGES = ("es", "en")
AT_ONCE = 8
MOST_BY_MENU = 12  # of all questions together; 3 when this was written
RULES = real_rules()
CATALOGUE = RULES.catalogue
ASKED = [
    answer for answer in CATALOGUE.entries if not answer.startswith(("checkin.", "reminder.", "staff.", "system."))
]
DANGERS = [answer for answer in ASKED if CATALOGUE.entries[answer].urgency is Urgency.PAGE_NOW]
# What is done rather than told: a person is brought, and before anything is erased we ask.
IN_OUR_WORDS = {"service.talk_to_person": "system.handoff", "service.delete_my_data": "system.erase_confirm"}
ASKED_BEFORE = "system.wrong_number_confirm"  # its "1" gives the answer

Asked = tuple[str, str]  # id, language


@dataclass(frozen=True)
class Reached:
    """What came of one question in the end: at once, or after the digit under a menu."""

    decision: Decision
    by_menu: bool

    def tell(self) -> str:
        """Say what came, for a failing test: ids alone."""
        kind, choices = self.decision.kind.value, ", ".join(self.decision.choices)
        return f"{kind}: {', '.join(map(str, said(self.decision)))}" + (f" offering {choices}" if choices else "")


def read_questions() -> dict[Asked, str]:
    path = ROOT / "tests/fixtures/every_answer.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {(row["id"], language): row[language] for row in rows for language in LANGUAGES}


@pytest.fixture(scope="module")
def reached(rasa_bot: RunningBot, tmp_path_factory: pytest.TempPathFactory) -> Mapping[Asked, Reached]:
    """Ask everything once."""
    return asyncio.run(ask_all(rasa_bot, tmp_path_factory))


async def ask_all(running: RunningBot, folders: pytest.TempPathFactory) -> dict[Asked, Reached]:
    questions = read_questions()
    bot = HttpBot([running.url], token=wiring.read_token(running.token_file))
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask_in_turn(asked: Asked) -> Reached:
        async with turns:
            return await ask(bot, questions[asked], asked[0])

    async with serving_actions(build_settings(folders.mktemp("actions"), running)):
        found = await asyncio.gather(*map(ask_in_turn, questions))
    await bot.close()
    return dict(zip(questions, found, strict=True))


async def ask(bot: HttpBot, question: str, answer: str) -> Reached:
    """Ask as somebody who has never written before; choose the answer from a menu that offers it."""
    talk = Talk(bot=bot, rules=RULES)
    decision = await talk.say(question)
    if answer in decision.choices:
        return Reached(await talk.say(str(decision.choices.index(answer) + 1)), by_menu=True)
    return Reached(await talk.say("1") if said(decision)[:1] == [ASKED_BEFORE] else decision, by_menu=False)


def find_words(answer: str, language: str) -> str:
    """Return the catalogue's own words: whole, or short where nobody has looked at it lately."""
    wording = CATALOGUE.wordings[answer, language]
    if not CATALOGUE.standing.must_shorten(wording, TODAY):
        return wording.text.replace("{code}", "A1")  # as the talk fills it in
    discipline = CATALOGUE.entries[answer].discipline
    instead = ASK_LAWYER if discipline in ("legal", "reunification", "safety") else ASK_PERSON
    return wording.short or CATALOGUE.wordings[instead, language].text


def test_there_is_a_question_for_every_answer_in_both_languages() -> None:
    questions = read_questions()

    assert sorted({answer for answer, _ in questions}) == sorted(ASKED)
    assert [asked for asked, text in questions.items() if len(text.split()) < 3] == []
    assert len(set(questions.values())) == len(questions)


def test_no_question_was_learnt_by_the_model_or_is_one_of_those_it_is_measured_with() -> None:
    files = [*(ROOT / "data/nlu").rglob("*.yml"), *(ROOT / "bench/nlu_test").glob("*.tsv")]
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    known = {line.split("\t")[0].strip().removeprefix("- ").casefold() for line in lines}

    assert [asked for asked, text in read_questions().items() if text.casefold() in known] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_gets_the_catalogues_own_text_in_its_language(
    reached: Mapping[Asked, Reached], language: str
) -> None:
    elsewhere = {}
    for answer in ASKED:
        came, own = reached[answer, language], IN_OUR_WORDS.get(answer, answer)
        first = came.decision.texts[0] if came.decision.texts else None
        if first is None or (first.answer, first.language, first.body) != (own, language, find_words(own, language)):
            elsewhere[answer] = came.tell()

    assert elsewhere == {}


def test_most_questions_are_answered_at_once_and_not_by_a_menu(reached: Mapping[Asked, Reached]) -> None:
    by_menu = [asked for asked, came in reached.items() if came.by_menu]

    assert len(by_menu) <= MOST_BY_MENU, by_menu


def test_danger_gets_its_crisis_text_at_once_and_somebody_is_paged(reached: Mapping[Asked, Reached]) -> None:
    came = {(answer, language): reached[answer, language] for answer in DANGERS for language in LANGUAGES}

    late = [asked for asked, one in came.items() if one.by_menu or one.decision.kind is not Kind.CRISIS]
    unpaged = [
        asked
        for asked, one in came.items()
        if one.decision.handoff is None or one.decision.handoff.urgency is not Urgency.PAGE_NOW
    ]
    assert (late, unpaged) == ([], [])


def test_nobody_is_paged_for_a_question_that_can_wait(reached: Mapping[Asked, Reached]) -> None:
    paged = [
        asked
        for asked, came in reached.items()
        if asked[0] not in DANGERS and came.decision.handoff and came.decision.handoff.urgency is Urgency.PAGE_NOW
    ]

    assert paged == []


def test_a_text_that_tells_of_a_case_comes_with_one(reached: Mapping[Asked, Reached]) -> None:
    opening = [answer for answer in ASKED if CATALOGUE.entries[answer].handoff == "open"]
    asked_first = {"service.delete_my_data"}  # the case, where one is needed, comes with the answer to our question

    without = [
        (answer, language)
        for answer in opening
        for language in LANGUAGES
        if answer not in asked_first and reached[answer, language].decision.handoff is None
    ]
    assert without == []
