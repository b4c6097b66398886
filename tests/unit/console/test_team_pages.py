"""The team's pages over HTTP: who may, once, and nothing of elsewhere."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from console.inbox.means import Means
from console.team.page import build_team_routes
from service import wiring
from service.inbox_page import measure_text
from store.people import get_or_add_organisation
from store.staff.accounts import add_caseworker
from store.staff.staff import Role, Staff
from store.tables import AuditEntry, CannedText, Caseworker, Holiday, Interpreter
from tests.front_desk import FrontDesk, Visitor
from tests.house import House

ADD = {"login": "bo", "name": "Bo <b>Kim</b>", "role": "caseworker", "capacity": "7", "page_limit": "2"}
PROFILE = {"name": "Ana One", "role": "caseworker", "capacity": "5", "page_limit": "1"}
KEY = "form-key-1"
_MARK = re.compile('name="mark" value="([0-9a-f]{32})"')


@pytest.fixture
def desk(house: House) -> FrontDesk:
    return FrontDesk(house)


@pytest.fixture
def url(desk: FrontDesk) -> Iterator[str]:
    house = desk.house
    desk.add("ada", role=Role.ADMINISTRATOR)
    means = Means(desk.entrance, house.rules, house.queue, wiring.split_body, measure_text)
    with desk.open(build_team_routes(means)) as address:
        yield address


@pytest.fixture
def ada(url: str) -> Visitor:
    return enter(url, "ada", "/inbox/team")


@pytest.fixture
def ana(desk: FrontDesk, url: str) -> Staff:
    return desk.add("ana")


def enter(url: str, login: str, path: str) -> Visitor:
    visitor = Visitor(url)
    assert visitor.sign_in(login).status_code == 303
    visitor.get(path)
    return visitor


def marks(visitor: Visitor) -> list[str]:
    """What the forms of the page that was loaded last say they were made from."""
    return _MARK.findall(visitor.page)


def row_of(house: House, login: str) -> Caseworker:
    (found,) = house.rows(select(Caseworker).where(Caseworker.login == login))
    return found  # type: ignore[no-any-return]


def test_an_account_is_added_once_and_its_link_shown_once(desk: FrontDesk, ada: Visitor) -> None:
    token, csrf = KEY, ada.csrf

    first = ada.post("/inbox/team/add", form_key=token, **ADD)
    second = ada.post("/inbox/team/add", csrf=csrf, form_key=token, **ADD)

    (link,) = re.findall(r"/invite/[\w-]{40,}", first.text)
    assert (second.status_code, second.headers["location"]) == (303, "/inbox/team?told=again")
    assert (row_of(desk.house, "bo").capacity, row_of(desk.house, "bo").page_limit) == (7, 2)
    assert Visitor(ada.url).get(link).status_code == 200
    assert ada.get("/inbox/team").text.count("Bo &lt;b&gt;Kim&lt;/b&gt;") == 1
    assert "<b>Kim" not in ada.get("/inbox/team").text


def test_what_was_typed_wrong_stands_in_the_form_and_may_be_sent_again(desk: FrontDesk, ada: Visitor) -> None:
    wrong = ada.post("/inbox/team/add", form_key=KEY, **{**ADD, "capacity": "many"})
    right = ada.post("/inbox/team/add", form_key=KEY, **ADD)

    assert wrong.status_code == 422
    assert 'value="Bo &lt;b&gt;Kim&lt;/b&gt;"' in wrong.text
    assert (right.status_code, row_of(desk.house, "bo").capacity) == (200, 7)


def test_of_two_administrators_at_one_account_the_second_is_told(desk: FrontDesk, ada: Visitor, ana: Staff) -> None:
    desk.add("eve", role=Role.ADMINISTRATOR)
    path = f"/inbox/team/staff/{ana.id}"
    eve = enter(ada.url, "eve", path)
    ada.get(path)

    first = ada.post(f"{path}/profile", mark=marks(ada)[1], **PROFILE)
    second = eve.post(f"{path}/profile", mark=marks(eve)[1], **{**PROFILE, "name": "Ana Two"})

    assert (first.status_code, second.status_code) == (303, 422)
    assert "Somebody else has changed this meanwhile" in eve.page
    assert "Ana One" in eve.page


def test_the_last_administrator_cannot_be_demoted_or_ended(desk: FrontDesk, ada: Visitor) -> None:
    path = f"/inbox/team/staff/{row_of(desk.house, 'ada').id}"
    ada.get(path)

    demoted = ada.post(f"{path}/profile", mark=marks(ada)[1], **{**PROFILE, "role": "caseworker"})
    ended = ada.post(f"{path}/leave", sure="yes")

    assert (demoted.status_code, ended.status_code) == (422, 422)
    assert (row_of(desk.house, "ada").role, row_of(desk.house, "ada").active) == ("administrator", True)


def test_an_account_is_ended_only_by_who_is_sure(desk: FrontDesk, ada: Visitor, ana: Staff) -> None:
    path = f"/inbox/team/staff/{ana.id}"

    ada.post(f"{path}/leave")
    still = row_of(desk.house, "ana").active
    done = ada.post(f"{path}/leave", sure="yes")
    gone = ada.get(path)

    assert still
    assert (row_of(desk.house, "ana").active, done.headers["location"]) == (False, "/inbox/team?told=left")
    assert gone.status_code == 404


def test_a_caseworker_is_told_for_whom_the_pages_are(desk: FrontDesk, ada: Visitor, ana: Staff) -> None:
    visitor = enter(ada.url, "ana", "/inbox/team")

    assert visitor.get("/inbox/team").status_code == 403
    assert "This is for supervisors and administrators" in visitor.page
    assert visitor.post("/inbox/team/add", **ADD).status_code == 403
    assert visitor.post(f"/inbox/team/staff/{ana.id}/profile", **PROFILE).status_code == 403
    assert visitor.post("/inbox/team/interpreters", name="x", language="mam", variant="").status_code == 403
    assert len(desk.house.rows(select(Caseworker))) == 2


def test_a_supervisor_edits_shifts_and_nothing_else(desk: FrontDesk, ada: Visitor, ana: Staff) -> None:
    desk.add("sue", role=Role.SUPERVISOR)
    path = f"/inbox/team/staff/{ana.id}"
    sue = enter(ada.url, "sue", path)

    kept = sue.post(f"{path}/shifts", mark=marks(sue)[0], day0="9-17")
    refused = [sue.post(f"{path}/{act}", **PROFILE).status_code for act in ("profile", "link", "leave", "phone-remove")]

    assert kept.status_code == 303
    assert refused == [403, 403, 403, 403]
    assert sue.post("/inbox/team/hours", zone="UTC").status_code == 403


def test_a_day_that_cannot_be_read_is_named_and_keeps_what_was_typed(ada: Visitor, ana: Staff) -> None:
    path = f"/inbox/team/staff/{ana.id}"
    ada.get(path)

    answer = ada.post(f"{path}/shifts", mark=marks(ada)[0], day0="9-12", day2="from nine")

    assert answer.status_code == 422
    assert "The hours of Wednesday cannot be read" in ada.page
    assert 'value="from nine"' in ada.page


def test_nothing_of_another_organisation_is_there(desk: FrontDesk, ada: Visitor) -> None:
    house = desk.house

    def add_elsewhere(session):  # type: ignore[no-untyped-def]
        elsewhere = get_or_add_organisation(session, "other", time_zone="UTC", now=house.clock())
        return add_caseworker(session, house.vault, elsewhere, login="zoe", name="Zoe", now=house.clock())

    path = f"/inbox/team/staff/{house.database.run_sync(add_elsewhere)}"

    assert ada.get(path).status_code == 404
    ada.get("/inbox/team")
    acts = [
        ada.post(f"{path}/{act}", sure="yes", **PROFILE).status_code for act in ("profile", "shifts", "link", "leave")
    ]
    assert acts == [404, 404, 404, 404]
    assert row_of(house, "zoe").active


def test_hours_zone_and_holidays(desk: FrontDesk, ada: Visitor) -> None:
    ada.get("/inbox/team/hours")

    wrong = ada.post("/inbox/team/hours", mark=marks(ada)[0], day0="9-17", zone="Mars/North")
    right = ada.post("/inbox/team/hours", mark=marks(ada)[0], day0="9-17", zone="America/Chicago")
    stale = ada.post("/inbox/team/hours", mark="0" * 32, day0="8-9", zone="America/Chicago")
    closed = ada.post("/inbox/team/holidays", day="2026-12-25", name="<i>Christmas</i>")
    odd = ada.post("/inbox/team/holidays", day="9999-12-31")

    told = [one.headers.get("location", "").rpartition("told=")[2] for one in (right, stale, closed)]
    assert (wrong.status_code, odd.status_code, told) == (422, 422, ["hours", "stale", "closed"])
    assert [one.name for one in desk.house.rows(select(Holiday))] == ["<i>Christmas</i>"]
    assert "<i>" not in ada.get("/inbox/team/hours").text


def test_an_interpreter_is_begun_from_the_list_and_kept(desk: FrontDesk, ada: Visitor) -> None:
    ada.get("/inbox/team/interpreters?from=cielo")
    filled_in = 'value="CIELO"' in ada.page

    ada.post("/inbox/team/interpreters", vendor="CIELO", language="mam", variant="Todos Santos")

    assert filled_in
    assert [one.speaks for one in desk.house.rows(select(Interpreter))] == [["mam Todos Santos"]]


def test_a_text_is_written_by_one_and_reviewed_by_another(desk: FrontDesk, ada: Visitor, ana: Staff) -> None:
    desk.add("rex", role=Role.REVIEWER)
    writer = enter(ada.url, "ana", "/inbox/texts")
    writer.post("/inbox/texts", title="Horario", body="De lunes a viernes.", language="es")
    (text,) = desk.house.rows(select(CannedText))
    path = f"/inbox/texts/{text.id}"
    writer.get(path)
    rex = enter(ada.url, "rex", path)

    own = writer.post(f"{path}/review", mark=marks(writer)[0])
    done = rex.post(f"{path}/review", mark=marks(rex)[0])

    assert (own.status_code, done.status_code) == (422, 303)
    assert "reviewed by Rex" in rex.get("/inbox/texts").text
    assert rex.post("/inbox/texts", title="a", body="b", language="es").status_code == 422
    assert "text_reviewed" in desk.house.rows(select(AuditEntry.act))
