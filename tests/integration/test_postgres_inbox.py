"""The inbox and caseworkers' phones on PostgreSQL, where two people really act at the same time. One server for all."""

import itertools
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from sqlalchemy import select, text, update

from conversation.messages import Author, Channel, DeliveryStatus, Urgency
from conversation.turn import Rules
from service import wiring
from service.settings import Settings
from store.cases.outcomes import Outcome
from store.cases.owners import claim_by_code
from store.conversations import hold
from store.database import Database, Session, build_engine
from store.sealing.vault import KeyRing, Vault
from store.sql.migrate import migrate
from store.staff.staff import Role, Staff
from store.tables import Case, Message, OutboxEntry
from tests.databases import new_postgres_database, running_postgres
from tests.house import House
from tests.inbox_house import InboxHouse
from tests.team import Team

PERSON, PHONE = "+12025550123", "+12025550150"
ROUNDS = 12
FIELDS = re.compile('name="(csrf|form_key)" value="(.*?)"')
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_postgres() as server, new_postgres_database(server, "ours") as url:
        engine = build_engine(url)
        migrate(engine)
        engine.dispose()
        yield server


@pytest.fixture(scope="module")
def rules() -> Rules:
    return wiring.build_rules(Settings(drafts=True))


@pytest.fixture
def house(server: str, rules: Rules) -> Iterator[House]:
    """No transaction is run again here: who waits for whom in a circle would not be seen."""
    with new_postgres_database(server, f"inbox_{next(numbers)}", template="ours") as url:
        database = Database(build_engine(url), pauses_s=())
        yield House(database, Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32))), rules)
        database.close()


@pytest.fixture
def office(house: House) -> InboxHouse:
    return InboxHouse(house)


@pytest.fixture
def address(office: InboxHouse) -> Iterator[str]:
    with office.serving() as url:
        yield url


@pytest.fixture
def ana(office: InboxHouse) -> Staff:
    return office.add_staff("ana", "Ana", disciplines=("school", "safety"))


@pytest.fixture
def ben(office: InboxHouse) -> Staff:
    return office.add_staff("ben", "Ben", disciplines=("school",))


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Carry acts out on connections of their own that begin in one moment."""
    barrier = threading.Barrier(len(acts))

    def act(one: Callable[[], Any]) -> Any:
        barrier.wait(timeout=20)
        return one()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))


class Worker:
    """A browser without JavaScript, signed in."""

    def __init__(self, office: InboxHouse, staff: Staff, address: str) -> None:
        cookie = office.sign_in(staff)
        self.address, self.http = address, requests.Session()
        self.http.cookies.set(cookie["name"], cookie["value"])

    def get(self, path: str) -> str:
        answer = self.http.get(f"{self.address}/inbox{path}", timeout=20)
        return answer.text if answer.status_code == 200 else str(answer.status_code)

    def post(self, path: str, **form: str) -> requests.Response:
        fields = dict(FIELDS.findall(self.get("")))
        return self.http.post(f"{self.address}/inbox{path}", data={**fields, **form}, timeout=20)

    def codes(self, path: str) -> list[str]:
        return re.findall(r'id="case-(\w+)"', self.get(path))


# Two at once


def test_of_two_who_claim_in_one_moment_one_has_it_and_the_other_is_told_who(
    office: InboxHouse, ana: Staff, ben: Staff
) -> None:
    house, ended = office.house, []

    def take(staff: Staff, code: str) -> Callable[[], tuple[Outcome, str | None]]:
        return lambda: house.database.run_sync(
            lambda session: claim_by_code(session, code=code, caseworker=staff, now=house.clock())
        )

    for number in range(ROUNDS):
        case = office.open_case("Hola", person=f"+120255501{number:02}")
        ended.append((at_once(take(ana, case.code), take(ben, case.code)), office.case(case.code).owner_id))

    for told, owner_id in ended:
        assert sorted(outcome.name for outcome, _ in told) == ["DONE", "TAKEN_BY_OTHER"]
        assert {named for _, named in told} == {owner_id}


def test_two_pages_that_claim_in_one_moment_show_one_owner(
    office: InboxHouse, ana: Staff, ben: Staff, address: str
) -> None:
    case = office.open_case("Hola")
    workers = [Worker(office, one, address) for one in (ana, ben)]

    answers = at_once(*(lambda one=one: one.post(f"/{case.code}/claim") for one in workers))

    (loser,) = [answer for answer in answers if answer.status_code == 409]
    winner = ana if office.case(case.code).owner_id == ana.id else ben
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert f"{winner.name} has case {case.code} already" in loser.text


def test_a_late_report_of_a_text_waits_for_its_conversation_before_it_touches_the_text(
    office: InboxHouse, ana: Staff
) -> None:
    house, case = office.house, office.open_case("Hola")
    outbox_id = house.queue_text(str(case.conversation_id))
    house.database.run_sync(lambda session: session.execute(update(OutboxEntry).values(provider_message_id="SM1")))

    def report() -> Any:
        return office.wait(house.report("SM1", DeliveryStatus.FAILED, outbox_id=outbox_id, error_code=30003))

    def change_all(session: Session, threads: ThreadPoolExecutor) -> Any:
        hold(session, str(case.conversation_id))  # as a claim, a reply and an erasure begin
        begun = threads.submit(report)
        with house.database.engine.connect() as connection:
            while not begun.done() and not connection.execute(WAITING).scalar_one():
                connection.rollback()  # the server shows one moment per transaction
        of_text = OutboxEntry.id == outbox_id
        session.execute(update(OutboxEntry).where(of_text).values(checks=7))
        return begun

    with ThreadPoolExecutor(1) as threads:
        begun = house.database.run_sync(lambda session: change_all(session, threads))
        assert begun.result(timeout=20) is True

    entry = house.get(OutboxEntry, outbox_id)
    assert (entry.status, entry.checks) == ("failed", 7)


def test_claims_replies_and_late_reports_of_one_conversation_never_wait_in_a_circle(
    office: InboxHouse, ana: Staff, address: str
) -> None:
    house, worker, said = office.house, Worker(office, ana, address), []
    for number in range(ROUNDS):
        case = office.open_case("Hola", person=f"+120255501{number:02}")
        sent = [house.queue_text(str(case.conversation_id)) for _ in range(2)]
        for one in sent:
            named = update(OutboxEntry).where(OutboxEntry.id == one).values(provider_message_id=f"SM{one}")
            house.database.run_sync(lambda session, named=named: session.execute(named))
        reports = [
            lambda one=one: InboxHouse(house).wait(
                house.report(f"SM{one}", DeliveryStatus.UNDELIVERED, outbox_id=one, error_code=30003)
            )
            for one in sent
        ]
        answered = at_once(*reports, lambda code=case.code: worker.post(f"/{code}/claim").status_code)
        reply = {"act": "send", "body": "Soy Ana."}
        said.append((answered, "said=sent" in worker.post(f"/{case.code}/reply", **reply).url))

    assert said == [([True, True, 200], True)] * ROUNDS


def test_a_transaction_that_the_server_undid_for_another_one_is_run_again(house: House) -> None:
    ours = Database(build_engine(house.database.engine.url.render_as_string(hide_password=False)))
    first, second = (house.queue_text(house_conversation(house, number)) for number in (1, 2))
    barrier, runs = threading.Barrier(2), []

    def cross(one: str, other: str) -> None:
        def change(session: Session) -> None:
            runs.append(one)
            session.execute(update(OutboxEntry).where(OutboxEntry.id == one).values(checks=OutboxEntry.checks + 1))
            if len(runs) <= 2:
                barrier.wait(timeout=20)
            session.execute(update(OutboxEntry).where(OutboxEntry.id == other).values(checks=OutboxEntry.checks + 1))

        ours.run_sync(change)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(cross, first, second), threads.submit(cross, second, first)]:
            done.result(timeout=30)
    ours.close()

    assert len(runs) == 3
    assert house.rows(select(OutboxEntry.checks).where(OutboxEntry.id.in_([first, second]))) == [2, 2]


def house_conversation(house: House, number: int) -> str:
    return InboxHouse(house).wait(house.open_conversation(person=f"+120255501{number:02}"))


# The pages


def test_a_case_is_answered_transferred_and_closed(office: InboxHouse, ana: Staff, ben: Staff, address: str) -> None:
    case = office.open_case("Hola")
    hers, his = (Worker(office, one, address) for one in (ana, ben))

    hers.post(f"/{case.code}/claim")
    hers.post(f"/{case.code}/reply", act="send", body="Buenos días, soy Ana.")
    hers.post(f"/{case.code}/offer", to=ben.id)
    his.post(f"/{case.code}/accept")
    owner = office.case(case.code).owner_id
    his.post(f"/{case.code}/close", outcome="helped")

    written = select(Message.body_sealed).where(Message.author == Author.CASEWORKER)
    bodies = [office.house.vault.open(body, "message.body") for body in office.house.rows(written)]
    closed = office.case(case.code)
    assert (owner, bodies) == (ben.id, ["Buenos días, soy Ana."])
    assert (closed.status, closed.outcome) == ("closed", "helped")


def test_cases_are_found_by_code_number_queue_and_filter(
    office: InboxHouse, ana: Staff, ben: Staff, address: str
) -> None:
    school = office.open_case("Hola", person=PERSON)
    danger = office.open_case(
        "Hola", person="+12025550124", topic="safety.abuse", discipline="safety", urgency=Urgency.PAGE_NOW,
        language="quc",
    )  # fmt: skip
    office.claim(school, ana)
    worker = Worker(office, ana, address)

    by_code = worker.post("/find", q=f" {danger.code.lower()} ")
    by_number = worker.post("/find", q="(202) 555-0123")
    listed = {
        path: worker.codes(path)
        for path in ("", "?queue=unclaimed", "?queue=urgent", "?queue=all", "?queue=all&language=quc&from=2020-01-01")
    }

    assert by_code.url.endswith(f"/inbox/{danger.code}")
    assert re.findall(r'id="case-(\w+)"', by_number.text) == [school.code]
    assert list(listed.values()) == [
        [school.code], [danger.code], [danger.code], [danger.code, school.code], [danger.code],
    ]  # fmt: skip
    assert Worker(office, ben, address).codes("?queue=all") == [danger.code]


def test_an_open_page_is_told_and_a_read_that_is_written_down_writes_nothing_more(
    office: InboxHouse, ana: Staff, address: str
) -> None:
    case = office.open_case("Hola")
    worker = Worker(office, ana, address)
    mark = re.findall('data-mark="(.*?)"', worker.get(f"/{case.code}"))[0]
    with worker.http.get(f"{address}/inbox/live?case={case.code}&since={mark}", stream=True, timeout=30) as stream:
        lines = stream.iter_lines(chunk_size=1)
        next(lines)
        office.hear("¿Hay alguien?")
        told = next(line for line in lines if line.startswith(b"data:"))

    again = worker.get(f"/{case.code}")

    assert told.decode() != f"data: {mark}"
    assert "¿Hay alguien?" in again
    assert reads(office.house) == 1


def reads(house: House) -> int:
    count = text("SELECT count(*) FROM audit_entry WHERE act = 'case.read'")
    return int(house.database.run_sync(lambda session: session.execute(count).scalar_one()))


# Phones


async def test_a_case_is_taken_answered_and_ended_from_a_phone(house: House) -> None:
    team = Team(house)
    ana = team.add("ana", phone=PHONE, role=Role.CASEWORKER)
    case = await team.asked(person=PERSON, channel=Channel.SMS)

    for words in (f"{case.code} TAKE", f"{case.code} Buenos días, soy Ana", f"{case.code} DONE"):
        await team.hears(ana, words)

    ended = house.get(Case, case.id)
    assert "Buenos días, soy Ana" in team.got(PERSON)
    assert (ended.status, ended.owner_id) == ("closed", ana.id)
