"""Forms of a case over HTTP, without a browser: what is written down of a read, and that no typed word is lost."""

import re
from html import unescape

import requests
from sqlalchemy import select

from store.staff.staff import Role, Staff
from store.tables import AuditEntry, Case, CaseEvent, ReplyDraft
from tests.inbox_house import InboxHouse

FIELDS = re.compile('name="(csrf|form_key)" value="(.*?)"')
NOTE = re.compile('<textarea name="note"[^>]*>(.*?)</textarea>', re.DOTALL)


class Browser:
    """A browser without JavaScript, signed in, at one case."""

    def __init__(self, office: InboxHouse, staff: Staff, address: str, code: str) -> None:
        cookie = office.sign_in(staff)
        self.page = f"{address}/inbox/{code}"
        self._http = requests.Session()
        self._http.cookies.set(cookie["name"], cookie["value"])

    def look(self) -> str:
        answer = self._http.get(self.page, timeout=20)
        assert answer.status_code == 200
        return answer.text

    def post(self, path: str, **form: str) -> requests.Response:
        fields = dict(FIELDS.findall(self.look()))
        return self._http.post(f"{self.page}/{path}", data={**fields, **form}, timeout=20)


def read_acts(office: InboxHouse) -> list[str]:
    rows = select(AuditEntry.act).where(AuditEntry.subject_kind == "case", AuditEntry.act != "case.claim")
    return sorted(office.house.rows(rows))


def test_a_page_that_fetches_itself_again_and_what_it_keeps_of_typing_are_one_read(
    office: InboxHouse, ana: Staff, address: str, case: Case
) -> None:
    browser, other = Browser(office, ana, address, case.code), Browser(office, ana, address, case.code)

    for body in ("We", "We are", "We are here"):
        browser.look()
        browser.post("draft", body=body)
    once = read_acts(office)
    other.look()
    office.house.later(16 * 60)
    browser.look()
    twice = read_acts(office)
    browser.post("note", note="She called.")

    assert (once, twice) == (["case.read"], ["case.read"] * 3)
    assert read_acts(office) == ["case.act", "case.note", *["case.read"] * 3]


def test_a_note_over_its_limit_stands_in_its_form_again_with_its_wall(
    office: InboxHouse, ana: Staff, address: str, case: Case
) -> None:
    typed = "She said: “no” & left. ᑕ" * 500

    answer = Browser(office, ana, address, case.code).post("note", note=typed, discipline="safety")

    shown = NOTE.search(answer.text)
    assert answer.status_code == 422
    assert shown is not None
    assert unescape(shown[1]).strip("\n") == typed
    assert '<option value="safety" selected>' in answer.text
    assert "it has more than 8,000 characters" in answer.text
    assert office.house.rows(select(CaseEvent.id).where(CaseEvent.kind == "note")) == []


def test_a_reply_over_its_limit_is_kept_whole_as_a_draft(
    office: InboxHouse, ana: Staff, address: str, case: Case
) -> None:
    typed = "ábc ᑕ " * 3000

    answer = Browser(office, ana, address, case.code).post("reply", act="send", body=typed.strip())

    (kept,) = office.house.rows(select(ReplyDraft.body_sealed))
    assert "said=long" in answer.url
    assert office.house.vault.open(kept, "reply_draft.body") == typed.strip()


def test_the_remark_of_a_lawyer_on_a_call_is_for_lawyers_and_its_number_for_all(
    office: InboxHouse, address: str
) -> None:
    lea = office.add_staff("lea", "Lea", disciplines=("legal",))
    sol = office.add_staff("sol", "Sol", role=Role.SUPERVISOR)
    case = office.open_case("Hola", topic="legal.find_lawyer", discipline="legal")
    office.claim(case, lea)
    Browser(office, lea, address, case.code).post("call", kind="wish", number="+12025550177", remark="asylum strategy")

    own, others = (Browser(office, one, address, case.code).look() for one in (lea, sol))

    assert "asylum strategy" in own
    assert "asylum strategy" not in others
    assert "+12025550177" in others
