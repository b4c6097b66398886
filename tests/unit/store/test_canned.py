"""An organisation's own texts: a draft until somebody else has reviewed exactly these words."""

import pytest
from sqlalchemy import select, text

from store.staff import canned
from store.staff.canned import Canned, TextFault, Wording
from store.staff.staff import Role, Staff
from store.tables import AuditEntry
from tests.house import House
from tests.staff import add_worker

LANGUAGES = frozenset({"es", "en"})
HOURS = Wording("Horario", "Estamos de lunes a viernes.", "es", "school")


@pytest.fixture
def ana(house: House) -> Staff:
    return add_worker(house)


@pytest.fixture
def sue(house: House) -> Staff:
    return add_worker(house, "sue", role=Role.SUPERVISOR)


def add(house: House, staff: Staff, wording: Wording = HOURS) -> str | TextFault:
    return house.database.run_sync(
        lambda session: canned.add_canned(session, house.vault, staff, wording, languages=LANGUAGES, now=house.clock())
    )


def only(house: House) -> Canned:
    (found,) = house.database.run_sync(lambda session: canned.list_canned(session, house.vault, house.organisation_id))
    return found


def change(house: House, staff: Staff, wording: Wording, shown: Canned) -> TextFault | None:
    return house.database.run_sync(
        lambda session: canned.change_canned(
            session, house.vault, staff, shown.id, wording, languages=LANGUAGES, mark=shown.mark, now=house.clock()
        )
    )


def review(house: House, staff: Staff, shown: Canned) -> TextFault | None:
    return house.database.run_sync(
        lambda session: canned.review_canned(session, house.vault, staff, shown.id, mark=shown.mark, now=house.clock())
    )


def test_a_text_is_a_draft_until_somebody_else_reviews_it(house: House, ana: Staff, sue: Staff) -> None:
    add(house, ana)
    draft = only(house)

    refused, done = review(house, ana, draft), review(house, sue, draft)

    assert draft.draft
    assert (refused, done) == (TextFault.OWN_WORDS, None)
    assert (only(house).draft, only(house).reviewed_by_id) == (False, sue.id)


def test_who_leads_does_not_review_their_own_words(house: House, sue: Staff) -> None:
    add(house, sue)

    assert review(house, sue, only(house)) is TextFault.OWN_WORDS


def test_a_changed_text_is_a_draft_again_and_an_unchanged_one_is_not(house: House, ana: Staff, sue: Staff) -> None:
    add(house, ana)
    review(house, sue, only(house))

    change(house, ana, HOURS, only(house))
    still = only(house).draft
    change(house, ana, Wording("Horario", "Estamos los sábados.", "es", None), only(house))

    assert (still, only(house).draft) == (False, True)


def test_nobody_reviews_words_that_were_changed_below_their_eyes(house: House, ana: Staff, sue: Staff) -> None:
    add(house, ana)
    shown = only(house)
    change(house, ana, Wording("Horario", "Otra cosa.", "es", None), shown)

    assert review(house, sue, shown) is TextFault.STALE
    assert only(house).draft


def test_words_that_were_changed_behind_our_back_are_a_draft(house: House, ana: Staff, sue: Staff) -> None:
    add(house, ana)
    review(house, sue, only(house))
    sealed = house.vault.seal("Vendemos papeles.", "canned_text.body")

    house.database.run_sync(
        lambda session: session.execute(text("UPDATE canned_text SET body_sealed=:b"), {"b": sealed})
    )

    assert only(house).draft


def test_a_text_of_a_colleague_is_for_who_leads_to_change(house: House, ana: Staff, sue: Staff) -> None:
    add(house, ana)
    bo = add_worker(house, "bo")
    other = Wording("Horario", "Otra cosa.", "es", None)

    assert change(house, bo, other, only(house)) is TextFault.NOT_YOURS
    assert change(house, sue, other, only(house)) is None


@pytest.mark.parametrize(
    ("wording", "fault"),
    [
        (Wording("", "a", "es", None), TextFault.TITLE),
        (Wording("a", "", "es", None), TextFault.BODY),
        (Wording("a", "x" * 1001, "es", None), TextFault.BODY),
        (Wording("a", "b", "xx", None), TextFault.LANGUAGE),
        (Wording("a", "b", "es", "plumbing"), TextFault.DISCIPLINE),
        (Wording("a", "Su A-number es A123456789", "es", None), TextFault.NUMBER),
    ],
)
def test_what_cannot_be_kept_is_refused(house: House, ana: Staff, wording: Wording, fault: TextFault) -> None:
    assert add(house, ana, wording) is fault


def test_words_stand_sealed_and_the_audit_has_none(house: House, ana: Staff) -> None:
    add(house, ana)

    rows = house.database.run_sync(lambda session: repr(session.execute(text("SELECT * FROM canned_text")).all()))
    (entry,) = house.rows(select(AuditEntry).where(AuditEntry.act == "text_added"))
    assert "Horario" not in rows
    assert "lunes" not in rows
    assert (entry.actor, entry.details) == (ana.id, None)
