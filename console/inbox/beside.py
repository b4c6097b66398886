"""What the organisation itself lays beside a case: its own short texts for the reply, and interpreters to call."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from console.inbox.means import Desk
from console.inbox.ready_answers import MOST_FOUND, ReadyAnswer
from conversation.folding import fold
from store.cases.access import CaseFile
from store.database import Session
from store.sealing.vault import Vault
from store.staff.canned import Canned, find_canned, list_canned
from store.staffing.interpreters import Known, list_interpreters, rank_interpreters

OWN = "own:"  # begins what stands for an id of the catalogue


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a case.

    Attributes:
        texts: those in the person's language, or whatever a search has found.
        interpreters: who speaks the language first, then who speaks a kin of it; empty where none is needed.
        chosen: the interpreter by whom the booking is filled in.
    """

    texts: Sequence[ReadyAnswer] = field(repr=False)
    interpreters: Sequence[Known] = field(repr=False)
    chosen: Known | None = field(repr=False)

    @property
    def variant(self) -> str:
        return next((one.variant for one in self.chosen.speaks if one.variant), "") if self.chosen else ""


def read_beside(
    session: Session, desk: Desk, case: CaseFile, *, language: str, search: str, interpreter: str
) -> Beside:
    """Read it for a case that somebody may write in."""
    vault, organisation_id = desk.means.entrance.vault, case.organisation_id
    languages = desk.means.rules.languages
    near = languages.chain(language)[:2] if languages.is_mayan(language) else (language,)  # Mayan texts go with Spanish
    known = list_interpreters(session, vault, organisation_id)
    ranked = rank_interpreters(known, case.language, languages)
    chosen = next((one for one in known if one.active and one.id == interpreter), None)
    return Beside(
        texts=_search(list_canned(session, vault, organisation_id), search, near, case.discipline),
        interpreters=ranked if case.interpreter_needed or chosen else (), chosen=chosen,
    )  # fmt: skip


def find_own(session: Session, vault: Vault, organisation_id: str, name: str) -> ReadyAnswer | None:
    """Return one of the organisation's texts by "own:" and its id; None: it is none, or was deleted."""
    text = find_canned(session, vault, organisation_id, name.removeprefix(OWN)) if name.startswith(OWN) else None
    return None if text is None else _to_ready(text)


def _search(texts: Sequence[Canned], words: str, near: Sequence[str], discipline: str) -> list[ReadyAnswer]:
    """Without words: those in the person's languages. With words: every one whose title holds them; theirs first."""
    wanted = fold(words).split()
    fits = [
        one for one in texts
        if (all(word in fold(one.wording.title) for word in wanted) if wanted else one.wording.language in near)
    ]  # fmt: skip
    fits.sort(key=lambda one: (one.wording.language not in near, one.wording.discipline not in (discipline, None)))
    return [_to_ready(one) for one in fits[:MOST_FOUND]]


def _to_ready(text: Canned) -> ReadyAnswer:
    return ReadyAnswer(OWN + text.id, text.wording.title, text.wording.body, text.wording.language, text.draft)
