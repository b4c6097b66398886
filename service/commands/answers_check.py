"""`puente answers check`: what the texts cost, how they read, and which break a rule."""

from collections.abc import Sequence
from statistics import mean, median

from conversation.answers.catalogue import Wording
from service import wiring
from service.catalogue.costs import LanguageCost, TextCost, add_up, group_by_language
from service.catalogue.inspection import Inspection, Offence
from service.catalogue.offences import find_offences
from service.catalogue.reading_grade import measure_grade
from service.catalogue.rule_words import read_rule_words
from service.catalogue.sources import find_stale
from service.settings import Settings

_HEAD = ("language", "texts", "length", "mean", "median", "most", "GSM-7", "one edit", "grade")


def print_check(settings: Settings, *, language: str | None, texts: bool) -> bool:
    """Print what the texts cost and every break of a rule. False when there is a break.

    Args:
        language: only this one's texts; None: all.
        texts: also one line a text.
    """
    inspection = build_inspection(settings)
    costs = {tag: rows for tag, rows in group_by_language(inspection.costs).items() if language in (None, tag)}
    print(render_costs(inspection, costs))
    for rows in costs.values():
        print("\n".join(_render_texts(inspection, rows, all_texts=texts)))
    print("\n".join(f"to read again: {offence.answer}: {offence.told}" for offence in _find_stale(inspection)))
    broken = find_offences(inspection)
    print(render_offences(broken, language))
    return not any(_of_language(found, language) for found in broken.values())


def build_inspection(settings: Settings) -> Inspection:
    """Read data/ and the words of the rules."""
    return Inspection(wiring.build_rules(settings), read_rule_words(wiring.DATA / "answers" / "rules.yml"))


def render_costs(inspection: Inspection, costs: dict[str, list[TextCost]]) -> str:
    """Return one line a language: lengths in characters, segments by SMS with accents as written."""
    lines = ["  ".join(f"{head:>8}" for head in _HEAD)]
    for tag, rows in costs.items():
        lines.append("  ".join(f"{cell:>8}" for cell in (*_cells(add_up(rows)), _render_grade(inspection, tag))))
    return "\n".join(lines)


def render_offences(broken: dict[str, list[Offence]], language: str | None) -> str:
    """Return each rule with what breaks it."""
    lines = []
    for rule, found in broken.items():
        shown = _of_language(found, language)
        lines.append(f"{'broken' if shown else 'kept':<7} {rule}" + (f" ({len(shown)})" if shown else ""))
        lines += [f"        {offence.language or '-':<4} {offence.answer}: {offence.told}" for offence in shown]
    return "\n".join(lines)


def _cells(cost: LanguageCost) -> tuple[str, ...]:
    return (
        cost.language,
        str(cost.texts),
        f"{cost.mean_length:.0f}",
        f"{cost.mean_segments:.2f}",
        f"{cost.median_segments:g}",
        str(cost.longest),
        f"{cost.gsm7:.0%}",
        str(cost.savings),
    )


def _render_grade(inspection: Inspection, language: str) -> str:
    """Return the mean and the highest years of school that the texts of a language ask for."""
    found = [grade for wording in _of(inspection, language) if (grade := _grade(inspection, wording)) is not None]
    return f"{mean(found):.1f} ({median(found):.1f}, {max(found):.1f})" if found else "-"


def _render_texts(inspection: Inspection, costs: Sequence[TextCost], *, all_texts: bool) -> list[str]:
    by_answer = {wording.answer: wording for wording in _of(inspection, costs[0].language)}
    lines = []
    for cost in costs:
        if all_texts or cost.saving:
            grade = _grade(inspection, by_answer[cost.answer])
            read = f"grade {grade:4.1f}" if grade is not None else " " * 10
            price = f"{cost.units:>4} {cost.segments} {cost.encoding}"
            lines.append(f"{cost.language:<4} {cost.answer:<34} {price} {read} {cost.saving}")
    return [line.rstrip() for line in lines]


def _of(inspection: Inspection, language: str) -> list[Wording]:
    return [wording for wording in inspection.wordings if wording.language == language]


def _grade(inspection: Inspection, wording: Wording) -> float | None:
    return measure_grade(inspection.filling.fill(wording), wording.language)


def _find_stale(inspection: Inspection) -> list[Offence]:
    return list(find_stale(inspection, wiring.utc_now().date()))


def _of_language(found: Sequence[Offence], language: str | None) -> list[Offence]:
    return [offence for offence in found if language is None or offence.language in (None, language)]
