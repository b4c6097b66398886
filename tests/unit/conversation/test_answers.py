"""The catalogue: which text may go out, in which language, and what goes instead."""

from dataclasses import replace

import pytest

from conversation.answers.catalogue import FLOOR_SET, LAST_RESORT, Catalogue
from conversation.answers.reviews import Ledger
from conversation.answers.wording import Entry, Wording
from conversation.danger.safety_file import PAGING
from conversation.errors import ContentError
from conversation.language.languages import Language, Languages
from conversation.messages import Author, Channel, Urgency
from tests.fakes import START
from tests.talk import approve

TODAY = START.date()
SMS, WHATSAPP = Channel.SMS, Channel.WHATSAPP
LANGUAGES = Languages(
    {
        "en": Language("en", "English", "complete", "other", "en", "ltr"),
        "es": Language("es", "Español", "complete", "other", "en", "ltr"),
        "quc": Language("quc", "K'iche'", "partial", "mayan", "es", "ltr"),
        "fr": Language("fr", "Français", "none", "other", "en", "ltr"),
    }
)
ANSWER, SYSTEM, DANGER = "school.vaccines", "system.choose", "safety.abuse"


def entry(answer: str, **values: object) -> Entry:
    made = Entry(
        id=answer, audience="both", discipline="school",
        urgency=Urgency.PAGE_NOW if answer in PAGING else Urgency.NORMAL, varies_by=(), handoff=None,
        sources=(), volatility="low", review_by=None, reviews=("language", "legal"), follow_ups=(),
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]


def wording(answer: str, language: str, *, text: str = "", **values: object) -> Wording:
    made = Wording(
        answer=answer, language=language, title=f"{answer} {language}", text=text or f"{answer} in {language}",
        whatsapp=None,
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]


def catalogue(
    *wordings: Wording, drafts: bool = True, entries: tuple[Entry, ...] = (), reviewed: tuple[Wording, ...] = ()
) -> Catalogue:
    ids = {one.answer for one in wordings} | {ANSWER, "system.way_on", "system.crisis"}
    listed = {answer: entry(answer) for answer in ids} | {one.id: one for one in entries}
    texts = {(one.answer, one.language): one for one in wordings}
    ledger = Ledger(review for one in reviewed for review in approve(listed[one.answer], one))
    return Catalogue(entries=listed, wordings=texts, languages=LANGUAGES, drafts=drafts, ledger=ledger)


def sent(made: Catalogue, answer: str, language: str, **values: str) -> list[str]:
    texts = made.render_or_way_on(answer, language, channel=SMS, today=TODAY, values=values)
    return [text.body for text in texts]


EVERYWHERE = tuple(wording(ANSWER, tag) for tag in ("en", "es", "quc"))


@pytest.mark.parametrize(
    ("language", "tags"),
    [("en", ["en"]), ("es", ["es"]), ("quc", ["quc", "es"]), ("fr", ["en"]), ("zz", ["en"])],
)
def test_an_answer_goes_in_its_language_or_what_stands_in_and_a_mayan_one_with_the_spanish(
    language: str, tags: list[str]
) -> None:
    texts = catalogue(*EVERYWHERE).render(ANSWER, language, channel=SMS, today=TODAY)

    assert [text.language for text in texts] == tags


def test_a_missing_mayan_text_is_the_spanish_one_alone() -> None:
    texts = catalogue(*EVERYWHERE[:2]).render(ANSWER, "quc", channel=SMS, today=TODAY)

    assert [text.language for text in texts] == ["es"]


def test_a_mayan_text_without_a_spanish_one_goes_with_the_english_one() -> None:
    texts = catalogue(EVERYWHERE[0], EVERYWHERE[2]).render(ANSWER, "quc", channel=SMS, today=TODAY)

    assert [text.language for text in texts] == ["quc", "en"]


def test_whatsapp_gets_its_longer_text_where_there_is_one() -> None:
    made = catalogue(wording(ANSWER, "es", whatsapp="longer"))

    bodies = [made.render(ANSWER, "es", channel=channel, today=TODAY)[0].body for channel in (SMS, WHATSAPP)]

    assert bodies == [f"{ANSWER} in es", "longer"]


# Drafts


def test_a_draft_is_not_found_where_drafts_are_refused() -> None:
    draft, done = wording(ANSWER, "es"), wording(ANSWER, "en")
    made = catalogue(draft, done, drafts=False, reviewed=(done,))

    assert (made.find_wording(ANSWER, "es"), made.find_wording(ANSWER, "en")) == (None, done)


def test_drafts_are_marked_where_they_are_sent() -> None:
    made = catalogue(wording(ANSWER, "es"), wording(ANSWER, "en"), reviewed=(wording(ANSWER, "en"),))

    drafts = [made.render(ANSWER, tag, channel=SMS, today=TODAY)[0].draft for tag in ("es", "en")]

    assert drafts == [True, False]


def test_an_unreviewed_mayan_text_is_left_out_of_the_pair() -> None:
    spanish = wording(ANSWER, "es")
    made = catalogue(spanish, wording(ANSWER, "quc"), drafts=False, reviewed=(spanish,))

    assert sent(made, ANSWER, "quc") == [f"{ANSWER} in es"]


def test_without_the_answer_the_way_on_goes_and_for_danger_the_crisis_text() -> None:
    floor = tuple(wording(answer, "es") for answer in ("system.way_on", "system.crisis"))
    made = catalogue(*floor, wording(ANSWER, "es"), wording(DANGER, "es"), drafts=False, reviewed=floor)

    assert sent(made, ANSWER, "es") == ["system.way_on in es"]
    assert sent(made, DANGER, "es") == ["system.crisis in es"]


def test_a_safety_answer_that_can_wait_is_an_answer_like_others() -> None:
    scam = entry("safety.scam", urgency=Urgency.SAME_DAY)
    made = catalogue(wording("safety.scam", "es"), entries=(scam,))

    assert not scam.is_crisis
    assert not made.render("safety.scam", "es", channel=SMS, today=TODAY)[0].overtakes


def test_an_entry_that_pages_is_danger_whatever_its_topic() -> None:
    missing = entry("sponsor.child_missing", urgency=Urgency.PAGE_NOW)
    made = catalogue(wording("system.crisis", "es"), entries=(missing,))

    assert sent(made, "sponsor.child_missing", "es") == ["system.crisis in es"]
    assert missing.is_crisis


def test_without_any_text_the_last_resort_goes_which_needs_no_language() -> None:
    assert sent(catalogue(), ANSWER, "es") == [LAST_RESORT]


def test_the_floor_set_is_missing_until_somebody_has_put_a_name_to_it() -> None:
    floor = tuple(wording(answer, tag) for answer in FLOOR_SET for tag in ("en", "es"))
    made = catalogue(*floor, reviewed=floor[1:])

    assert made.missing_floor() == [(floor[0].answer, floor[0].language)]


# Placeholders


def test_a_value_is_put_in_its_place() -> None:
    made = catalogue(wording(ANSWER, "es", text="En {state}, pregunte."))

    assert sent(made, ANSWER, "es", state="Texas") == ["En Texas, pregunte."]


@pytest.mark.parametrize("text", ["En {state}.", "En {State}.", "En {}.", "En {state 2}."])
def test_a_text_with_a_place_that_nobody_fills_is_not_sent(text: str) -> None:
    made = catalogue(wording(ANSWER, "es", text=text), wording("system.way_on", "es"))

    assert sent(made, ANSWER, "es") == ["system.way_on in es"]


def test_a_value_that_looks_like_a_place_is_not_filled_again() -> None:
    made = catalogue(wording(ANSWER, "es", text="{one} {two}"))

    assert sent(made, ANSWER, "es", one="{two}", two="2") == ["{two} 2"]


def test_the_code_of_a_case_is_left_for_the_store() -> None:
    made = catalogue(wording("system.handoff", "es", text="Caso {code}."))

    assert sent(made, "system.handoff", "es") == ["Caso {code}."]


# Authors and titles


@pytest.mark.parametrize(
    ("answer", "author", "overtakes"),
    [
        (ANSWER, Author.BOT, False),
        ("system.not_understood", Author.BOT, False),
        ("system.handoff", Author.BOT, False),
        ("system.stopped", Author.SYSTEM, True),
        ("system.crisis", Author.SYSTEM, True),
        (DANGER, Author.SYSTEM, True),
    ],
)
def test_only_crisis_texts_and_confirmations_are_written_by_the_system(
    answer: str, author: Author, overtakes: bool
) -> None:
    text = catalogue(wording(answer, "es")).render(answer, "es", channel=SMS, today=TODAY)[0]

    assert (text.author, text.overtakes) == (author, overtakes)


def test_a_title_is_taken_from_the_nearest_language_that_has_one() -> None:
    made = catalogue(wording(ANSWER, "es"), wording(SYSTEM, "en"))

    assert made.find_title(ANSWER, "quc") == f"{ANSWER} es"
    assert made.find_title(ANSWER, "en") == f"{ANSWER} es"
    assert made.find_title("no.such", "en") is None


# What the catalogue refuses


def test_a_text_for_an_answer_that_nobody_listed_is_refused() -> None:
    with pytest.raises(ContentError, match=r"school\.new is not listed"):
        Catalogue(
            entries={}, wordings={("school.new", "es"): wording("school.new", "es")}, languages=LANGUAGES, drafts=True
        )


def test_a_kind_of_review_that_nobody_can_make_is_refused() -> None:
    with pytest.raises(ContentError, match="clinical, language, legal"):
        catalogue(entries=(entry(ANSWER, reviews=("language", "lawyer")),))


@pytest.mark.parametrize("reviews", [(), ("legal",)])
def test_an_entry_that_no_speaker_needs_to_review_is_refused(reviews: tuple[str, ...]) -> None:
    with pytest.raises(ContentError, match="review by a speaker"):
        catalogue(entries=(entry(ANSWER, reviews=reviews),))


def test_no_text_is_shown_in_a_repr() -> None:
    text = catalogue(*EVERYWHERE).render(ANSWER, "es", channel=SMS, today=TODAY)[0]

    assert text.body not in repr(text)
