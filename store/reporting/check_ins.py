"""What families answered after releases in a month, as it may be told."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from store.check_ins.results import ANSWERS, count_rounds
from store.reporting.hiding import Parts, divide, tell
from store.reporting.months import Span


@dataclass(frozen=True, slots=True)
class CheckIns:
    """Rounds of questions of a month: asked, silent, unreached stand alone; the answers of all days by question."""

    asked: int | None
    silent: int | None
    unreached: int | None
    by_question: Mapping[str, Parts]


def count_check_ins(session: Session, span: Span) -> CheckIns:
    """Count the rounds that were asked, and the answers that were given, in a span."""
    rounds = count_rounds(session, span.organisation_id, begins=span.begins, ends=span.ends)
    answers = Counter[tuple[str, str]]()
    for one in rounds:
        answers.update(one.answers)
    return CheckIns(
        asked=tell(sum(one.asked for one in rounds)),
        silent=tell(sum(one.silent for one in rounds)),
        unreached=tell(sum(one.unreached for one in rounds)),
        by_question={
            question: divide({answer: answers[question, answer] for answer in labels}, labels)
            for question, labels in ANSWERS.items()
        },
    )
