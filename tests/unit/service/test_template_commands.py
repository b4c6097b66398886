"""`puente templates`: what is laid down, asked for and told; the carrier is played by a table."""

from dataclasses import dataclass, field

import pytest

from conversation.answers.catalogue import KNOCK
from conversation.messages import Channel
from conversation.ports import Refused, TemplateOutcome, TemplateState, TemplateStatus, Unknown
from service.commands.templates import TemplateDesk
from store import templates
from tests.fakes import START
from tests.house import House
from tests.talk import strict_rules


@dataclass
class FakeTemplates:
    """A carrier that has templates in these languages; `says`: what it answers next, then everything is pending."""

    languages: tuple[str, ...] = ("en", "es")
    says: list[TemplateOutcome] = field(default_factory=list)
    submitted: list[tuple[str, str, str]] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)

    def speaks(self, language: str) -> bool:
        return language in self.languages

    async def submit(self, *, name: str, language: str, text: str) -> TemplateOutcome:
        self.submitted.append((name, language, text))
        content_id = f"HX{len(self.submitted):032x}"
        return self.says.pop(0) if self.says else TemplateState(content_id, TemplateStatus.PENDING)

    async def look(self, content_id: str) -> TemplateOutcome:
        self.looked_at.append(content_id)
        return self.says.pop(0) if self.says else TemplateState(content_id, TemplateStatus.PENDING)


@dataclass
class Desk:
    """A desk with everything it said."""

    house: House
    carrier: FakeTemplates = field(default_factory=FakeTemplates)
    said: list[str] = field(default_factory=list)

    @property
    def desk(self) -> TemplateDesk:
        house, catalogue = self.house, self.house.rules.catalogue
        return TemplateDesk(
            house.database, house.organisation_id, catalogue, self.carrier, house.clock, self.said.append
        )

    def wording(self, language: str) -> str:
        return self.house.rules.catalogue.render(KNOCK, language, channel=Channel.WHATSAPP, today=START.date())[0].body

    def heard(self, language: str) -> list[str]:
        """What was said of one language."""
        start = f"{KNOCK} {language}: "
        return [line.removeprefix(start) for line in self.said if line.startswith(start)]

    def statuses(self) -> dict[str, str]:
        known = self.house.database.run_sync(
            lambda session: templates.list_templates(session, self.house.organisation_id)
        )
        return {one.language: one.status.value for one in known}


@pytest.fixture
def office(house: House) -> Desk:
    return Desk(house)


async def test_each_language_that_has_templates_is_submitted_once(office: Desk) -> None:
    first = await office.desk.submit()
    second = await office.desk.submit()

    assert (first, second) == (True, True)
    assert [(language, text) for _, language, text in office.carrier.submitted] == [
        ("en", office.wording("en")),
        ("es", office.wording("es")),
    ]
    assert office.statuses() == {"en": "pending", "es": "pending"}
    assert office.heard("es")[-1].startswith("pending")


async def test_a_name_is_what_whatsapp_takes_and_changes_with_the_text(office: Desk) -> None:
    await office.desk.submit()

    names = [name for name, _, _ in office.carrier.submitted]
    other = templates.name_template(KNOCK, "en", "Another text.")
    assert len({*names, other}) == 3
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_") for name in (*names, other))


async def test_a_changed_text_is_told_and_submitted_again(office: Desk) -> None:
    await office.desk.submit()
    state = TemplateState("HX" + "f" * 32, TemplateStatus.APPROVED)
    office.house.database.run_sync(
        lambda session: templates.save_submission(
            session, office.house.organisation_id, state,
            answer=KNOCK, language="es", text="An earlier text.", now=office.house.clock(),
        )
    )  # fmt: skip

    office.desk.tell()
    await office.desk.submit()

    assert "the text has changed" in office.heard("es")[1]
    assert [language for _, language, _ in office.carrier.submitted] == ["en", "es", "es"]
    assert office.statuses()["es"] == "pending"


async def test_a_rejected_template_is_asked_for_again_when_the_operator_says_so(office: Desk) -> None:
    office.carrier.says = [TemplateState("HX" + "a" * 32, TemplateStatus.REJECTED, "INVALID_FORMAT")]
    await office.desk.submit()

    await office.desk.submit()

    assert office.said[0] == f"{KNOCK} en: rejected (INVALID_FORMAT)"
    assert [language for _, language, _ in office.carrier.submitted] == ["en", "es", "en"]


async def test_drafts_are_not_submitted_where_they_are_refused(office: Desk) -> None:
    office.house.rules = strict_rules()

    done = await office.desk.submit()

    assert done
    assert office.carrier.submitted == []
    assert all("draft" in line for language in ("en", "es") for line in office.heard(language))


async def test_a_language_without_templates_is_told_and_left_out(office: Desk) -> None:
    office.carrier.languages = ("es",)

    await office.desk.submit()

    assert [language for _, language, _ in office.carrier.submitted] == ["es"]
    assert "no templates in this language" in office.said[0]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [(Refused(20003, operator=True), "code 20003"), (Unknown("timeout"), "timeout")],
    ids=["refused", "unknown"],
)
async def test_what_the_carrier_did_not_take_is_told_and_not_written_down(
    office: Desk, outcome: TemplateOutcome, told: str
) -> None:
    office.carrier.says = [outcome]

    done = await office.desk.submit()

    assert not done
    assert told in office.said[0]
    assert office.statuses() == {"es": "pending"}


async def test_a_refresh_writes_down_how_each_review_stands(office: Desk) -> None:
    await office.desk.submit()
    office.carrier.says = [
        TemplateState(f"HX{1:032x}", TemplateStatus.APPROVED),
        TemplateState(f"HX{2:032x}", TemplateStatus.REJECTED, "SCAM"),
    ]

    done = await office.desk.refresh()

    assert done
    assert office.statuses() == {"en": "approved", "es": "rejected"}
    assert office.heard("es")[-1] == "rejected (SCAM)"


async def test_a_refresh_that_learns_nothing_changes_nothing(office: Desk) -> None:
    await office.desk.submit()
    office.carrier.says = [Unknown("timeout"), Unknown("timeout")]

    done = await office.desk.refresh()

    assert not done
    assert office.statuses() == {"en": "pending", "es": "pending"}


def test_before_anything_was_done_the_status_says_so(office: Desk) -> None:
    office.desk.tell()

    assert [office.heard(language) for language in ("en", "es")] == [["not submitted"], ["not submitted"]]
