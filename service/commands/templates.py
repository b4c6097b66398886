"""`puente templates`: what an operator does so that a person on WhatsApp can be written to after a day of silence."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from conversation.answers.catalogue import Catalogue
from conversation.errors import ConfigurationError
from conversation.messages import Channel, OutgoingText
from conversation.ports import Refused, RetryLater, TemplateOutcome, Templates, TemplateState, TemplateStatus, Unknown
from service import wiring
from service.settings import Settings
from store import templates
from store.database import Database
from store.templates import KnownTemplate

_ACTS = ("submit", "refresh", "status")
_STANDS = (TemplateStatus.PENDING, TemplateStatus.APPROVED, TemplateStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class TemplateDesk:
    """Lays templates down, asks how they stand and tells it: one line each, codes and languages only.

    Attributes:
        say: takes one line for the operator.
    """

    database: Database
    organisation_id: str
    catalogue: Catalogue
    carrier: Templates
    clock: Callable[[], datetime]
    say: Callable[[str], None]

    async def submit(self) -> bool:
        """Submit every template that is new or has changed. False: the carrier did not take one, or was not reached."""
        outcomes = [await self._submit(answer, language) for answer, language in self._wanted()]
        return all(outcomes)

    async def refresh(self) -> bool:
        """Ask the carrier how each template stands. False: it could not be asked for one."""
        outcomes = []
        for known in self._list():
            outcome = await self.carrier.look(known.content_id)
            if isinstance(outcome, TemplateState):
                self._save(outcome)
            self.say(f"{known.answer} {known.language}: {_render(outcome)}")
            outcomes.append(isinstance(outcome, TemplateState))
        return all(outcomes)

    def tell(self) -> None:
        """Tell how each template stands as far as we know, without asking the carrier."""
        known = {(one.answer, one.language): one for one in self._list()}
        for answer, language in self._wanted():
            self.say(f"{answer} {language}: {self._describe(answer, language, known.get((answer, language)))}")

    async def _submit(self, answer: str, language: str) -> bool:
        text = self._find_text(answer, language)
        known = next((one for one in self._list() if (one.answer, one.language) == (answer, language)), None)
        current = known is not None and text is not None and known.is_of(text.body)
        if text is None or not self.carrier.speaks(language) or (current and known and known.status in _STANDS):
            self.say(f"{answer} {language}: {self._describe(answer, language, known)}")
            return True
        name = templates.name_template(answer, language, text.body)
        outcome = await self.carrier.submit(name=name, language=language, text=text.body)
        if isinstance(outcome, TemplateState):
            self.database.run_sync(
                lambda session: templates.save_submission(
                    session, self.organisation_id, outcome,
                    answer=answer, language=language, text=text.body, now=self.clock(),
                )
            )  # fmt: skip
        self.say(f"{answer} {language}: {_render(outcome)}")
        return isinstance(outcome, TemplateState)

    def _save(self, state: TemplateState) -> None:
        self.database.run_sync(
            lambda session: templates.save_state(session, self.organisation_id, state, now=self.clock())
        )

    def _describe(self, answer: str, language: str, known: KnownTemplate | None) -> str:
        if not self.carrier.speaks(language):
            return "the channel has no templates in this language; the next one of its chain goes"
        text = self._find_text(answer, language)
        if text is None:
            return "a draft, which is not submitted where drafts are refused"
        if known is None:
            return "not submitted"
        checked = known.checked_at.strftime("%Y-%m-%d %H:%M UTC")
        changed = "" if known.is_of(text.body) else "; the text has changed: submit it again, none goes before"
        return f"{known.status} (asked {checked}){changed}"

    def _wanted(self) -> list[tuple[str, str]]:
        """(answer, language) of every wording of an entry that is a template."""
        marked = {entry.id for entry in self.catalogue.entries.values() if entry.template}
        return sorted(pair for pair in self.catalogue.wordings if pair[0] in marked)

    def _find_text(self, answer: str, language: str) -> OutgoingText | None:
        texts = self.catalogue.render(answer, language, channel=Channel.WHATSAPP, today=self.clock().date())
        return next((text for text in texts if text.language == language), None)

    def _list(self) -> list[KnownTemplate]:
        return self.database.run_sync(lambda session: templates.list_templates(session, self.organisation_id))


def run_templates(settings: Settings, act: str) -> bool:
    """Carry out "submit", "refresh" or "status"; False when the carrier did not do all of it.

    Raises:
        ConfigurationError: it is none of these, no account is configured, or the tables are not those of this version.
    """

    if act not in _ACTS:
        raise ConfigurationError(f"templates: {' or '.join(_ACTS)}")

    async def run() -> bool:
        carrier = wiring.build_templates(settings)
        try:
            with _desk(settings, carrier) as desk:
                if act == "status":
                    desk.tell()
                    return True
                return await (desk.submit() if act == "submit" else desk.refresh())
        finally:
            await carrier.close()

    return asyncio.run(run())


@contextmanager
def _desk(settings: Settings, carrier: Templates) -> Iterator[TemplateDesk]:
    database = wiring.build_database(settings)
    try:
        organisation_id = wiring.get_organisation(settings, database)
        catalogue = wiring.build_rules(settings).catalogue
        yield TemplateDesk(database, organisation_id, catalogue, carrier, wiring.utc_now, print)
    finally:
        database.close()


def _render(outcome: TemplateOutcome) -> str:
    match outcome:
        case TemplateState(status=status, reason=reason):
            return f"{status} ({reason})" if reason else str(status)
        case RetryLater(code=code):
            return f"not now: run this again later (code {code})"
        case Refused(code=code):
            return f"the carrier refused it (code {code})"
        case Unknown(reason=reason):
            return f"the carrier's answer is not known ({reason}); nothing is lost, run this again"
