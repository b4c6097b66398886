"""A month's figures as tables with words: the same for the page, the file and the command, so that they hide alike."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from babel.numbers import format_currency, format_decimal, format_percent

from console.rendering import Pages
from conversation.turn import Rules
from store.forgetting.periods import Periods
from store.reporting.cases import ANSWER, Waits
from store.reporting.hiding import LEAST, Parts
from store.reporting.report import Labels, Report

FEW = f"<{LEAST}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: as people read it, and as a program does ("1,234" and "1234")."""

    shown: str
    plain: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. `share`: percent of the whole, for a bar; `tag`: the language of the label."""

    label: str
    cells: tuple[Cell, ...]
    share: int | None = None
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One table: code, title, names of columns (without that of the rows' labels), rows, what to know of it."""

    code: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Lays reports out for one reader.

    Attributes:
        names: of caseworkers, by id; those who have left too.
        cents: price of one SMS segment; None when nobody has said it.
    """

    pages: Pages
    rules: Rules
    locale: str
    names: Mapping[str, str]
    periods: Periods
    cents: float | None = None

    @property
    def words(self) -> Any:
        return self.pages.words("report_words.html", locale=self.locale)

    def notes(self, report: Report) -> list[str]:
        """Return what is to be known of all figures."""
        words, periods = self.words, self.periods
        found = [words.note["hidden"]]
        if report.messages_gone:
            found.append(words.messages_gone(periods.messages.days))
        if report.cases_gone:
            found.append(words.cases_gone(periods.cases.days))
        return [str(note).strip() for note in found]

    def sections(self, report: Report) -> list[Section]:
        of_people = [*self._people(report), *self._cases(report), *self._check_ins(report)]
        return [*of_people, *self._texts(report), self._workers(report)]

    def _people(self, report: Report) -> Iterator[Section]:
        people = report.people
        single = {
            "total": people.total, "misunderstood": people.misunderstood, "stopped": people.stopped,
            "started": people.started,
        }  # fmt: skip
        yield self._singles("people", "people", single)
        yield self._divided("languages", "people", people.by_language)
        yield self._divided("states", "people", people.by_state)
        yield self._divided("handling", "people", people.by_handling)

    def _cases(self, report: Report) -> Iterator[Section]:
        cases, note = report.cases, self.words.note
        yield self._divided("needs", "cases", cases.by_need, note["needs"])
        yield self._divided("replies", "cases", cases.by_reply, note["replies"])
        yield self._waits(cases.first_reply, cases.urgent_claim)
        yield self._divided("endings", "cases", cases.by_ending, note["endings"])
        yield self._singles(
            "reports", "reports", {"reports_due": cases.reports_due, "reports_late": cases.reports_late}
        )

    def _check_ins(self, report: Report) -> Iterator[Section]:
        """What was asked after releases, and a table for each question."""
        told = report.check_ins
        rounds = {"rounds": told.asked, "rounds_silent": told.silent, "rounds_unreached": told.unreached}
        yield self._singles("check_ins", "people", rounds)
        for question, parts in told.by_question.items():
            yield self._divided(f"asked_{question}", "people", parts)

    def _texts(self, report: Report) -> Iterator[Section]:
        texts = report.texts
        yield self._answers("unhelpful", texts.unhelpful)
        yield self._answers("untranslated", texts.untranslated)
        yield self._singles("troubles", "people", texts.troubles)
        priced = self.cents is not None
        note = self.words.priced(self._number(self.cents)) if priced else self.words.note["no_price"]
        rows = [
            Row(self._word(one), (self._count(count), *([self._price(one, count)] if priced else [])))
            for one, count in texts.segments.items()
        ]
        yield self._section("cost", ("segments", "cost") if priced else ("segments",), rows, note)

    def _workers(self, report: Report) -> Section:
        named = sorted((self.names.get(one.caseworker_id, "?"), one) for one in report.loads)
        rows = [
            Row(name, tuple(map(self._exact, (one.taken, one.closed, one.replies, one.pages)))) for name, one in named
        ]
        return self._section("workers", ("taken", "closed", "replies", "pages"), rows, self.words.note["workers"])

    def _singles(self, code: str, column: str, counts: Mapping[str, int | None]) -> Section:
        rows = [Row(self._word(one), (self._count(count),)) for one, count in counts.items()]
        return self._section(code, (column,), rows)

    def _answers(self, code: str, counts: Mapping[str, int]) -> Section:
        rows = [Row(self._title(answer), (self._count(count),)) for answer, count in counts.items()]
        return self._section(code, ("people",), [*rows, Row(self._word("rest"), (self._count(None),))])

    def _divided(self, code: str, column: str, parts: Parts, note: str = "") -> Section:
        """A whole in parts; of hidden ones each is named where there are few, else they are told together."""
        rows = [self._part(code, label, count, parts.total) for label, count in parts.told]
        withheld = (self._withheld(), Cell("", ""))
        if code in ("handling", "replies", "endings"):
            rows += [Row(self._name(code, label), withheld) for label in parts.hidden]
        elif parts.hidden:
            rows.append(Row(self._word("rest"), withheld))
        total = Row(self._word("total"), (self._count(parts.total), Cell("", "")))
        return self._section(code, (column, "share"), [total, *rows], note)

    def _part(self, code: str, label: str, count: int, total: int | None) -> Row:
        share = count / total if total else 0.0
        cells = self._exact(count), Cell(format_percent(share, locale=self.locale), f"{share:.2f}")
        tag = label if code == "languages" and label in self.rules.languages.by_tag else ""
        return Row(self._name(code, label), cells, round(share * 100), tag)

    def _waits(self, first_reply: Waits | None, urgent_claim: Waits | None) -> Section:
        rows = [
            Row(self._word(name), tuple(map(self._time, (waits.median, waits.nine_in_ten, waits.longest))))
            if waits
            else Row(self._word(name), (Cell(FEW, FEW),) * 3)
            for name, waits in (("first_reply", first_reply), ("urgent_claim", urgent_claim))
        ]
        return self._section("waits", ("half", "nine", "longest"), rows)

    def _section(self, code: str, columns: Iterable[str], rows: Iterable[Row], note: str = "") -> Section:
        names = tuple(str(self.words.column[one]) for one in columns)
        return Section(code, str(self.words.section[code]), names, tuple(rows), str(note).strip())

    def _name(self, code: str, label: str) -> str:
        """Return what a part is called."""
        if label.startswith(ANSWER):
            return self._title(label.removeprefix(ANSWER))
        if code == "languages" and label in self.rules.languages.by_tag:
            return self.rules.languages.name_of(label)
        if code == "endings":
            return str(self.pages.words("inbox_words.html", locale=self.locale).ending[label])
        return self._word("misunderstood_twice" if label == "misunderstood" else label)

    def _word(self, row: str) -> str:
        """Return what a row is called; letters of a state are their own name."""
        return str(self.words.row.get(row, row))

    def _title(self, answer: str) -> str:
        known = answer in self.rules.catalogue.entries
        title = self.rules.catalogue.find_title(answer, self.locale) if known else None
        return f"{title} [{answer}]" if title else answer

    def _exact(self, count: int) -> Cell:
        return Cell(self._number(count), str(count))

    def _count(self, count: int | None) -> Cell:
        return Cell(FEW, FEW) if count is None else self._exact(count)

    def _withheld(self) -> Cell:
        return Cell(str(self.words.hidden), str(self.words.hidden))

    def _price(self, to: str, count: int | None) -> Cell:
        if count is None or self.cents is None or to == "whatsapp":
            return Cell("", "")
        dollars = count * self.cents / 100
        return Cell(format_currency(dollars, "USD", locale=self.locale), f"{dollars:.2f}")

    def _time(self, time: timedelta) -> Cell:
        minutes = round(time.total_seconds() / 60)
        hours, left = divmod(minutes, 60)
        days, hours_left = divmod(hours, 24)
        shown = f"{days} d {hours_left} h" if days else f"{hours} h {left:02} min" if hours else f"{minutes} min"
        return Cell(shown, f"{minutes} min")

    def _number(self, number: float | None) -> str:
        return format_decimal(number or 0, locale=self.locale)


def collect_labels(rules: Rules) -> Labels:
    """Return all that a month's figures can be divided by."""
    return Labels(tuple(rules.languages.by_tag), tuple(sorted(rules.atlas.codes)), tuple(rules.catalogue.entries))
