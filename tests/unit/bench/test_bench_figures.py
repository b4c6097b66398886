"""What the bench makes of what it has seen: its own mistakes would be told as ours, or as the other program's."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bench.__main__ import BEGIN, END, write_tables
from bench.accidents import count_doubled, count_lost
from bench.load import QUESTIONS, Answered, Arrival, Writer, writers
from bench.measuring import Figures, find_replies, percentile
from bench.report import Results, find_bottleneck, render
from bench.runs import FAR_S, Measured

ANA, BEN = "+12025550101", "+12025550102"


def arrival(to: str, at: float) -> Arrival:
    return Arrival(to, at, "an answer", 1)


def figures(*, reply_s: float = 1.0, busy: float = 0.5) -> Figures:
    return Figures(
        sent=100, failed=0, webhook_ms=[10.0] * 100, reply_s=[reply_s] * 100, texts=100, per_s=50.0,
        cpu_ms={"web": 5.0, "Rasa": 5.0}, busy={"web": 0.2, "worker 1": busy},
    )  # fmt: skip


def measured(name: str, one: Figures) -> Measured:
    return Measured(name, {(FAR_S, 20): one, (FAR_S, 80): one}, memory={"Rasa": 500.0})


def test_a_reply_belongs_to_the_message_before_it_and_not_to_the_next_one() -> None:
    first, second = Answered(ANA, 10.0, 0.1, 200), Answered(ANA, 20.0, 0.1, 200)

    found = find_replies([second, first], [arrival(ANA, 12.0), arrival(ANA, 13.0), arrival(BEN, 21.0)])

    assert found == [(first, 12.0)]


def test_people_without_a_text_are_lost_and_second_texts_are_doubled() -> None:
    people = [Writer(ANA, QUESTIONS[0]), Writer(BEN, QUESTIONS[0])]
    arrived = [arrival(ANA, 1.0), arrival(ANA, 2.0)]

    lost, doubled = count_lost(people, arrived), count_doubled(arrived)

    assert (lost, doubled) == (1, 1)


def test_everybody_has_a_number_of_her_own() -> None:
    numbers = {one.number for one in writers(792)}

    assert len(numbers) == 792


@pytest.mark.parametrize(("share", "value"), [(0.5, 51), (0.99, 100), (1.0, 100)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: int) -> None:
    assert percentile(list(range(1, 101)), share) == value


@pytest.mark.parametrize(("busy", "words"), [(0.97, "worker 1: 0.97 of its one core"), (0.3, "waiting, not CPU")])
def test_the_bottleneck_is_a_full_process_or_else_waiting(busy: float, words: str) -> None:
    assert words in find_bottleneck(figures(busy=busy))


@pytest.mark.parametrize(
    ("ours", "words"), [(0.1, "other programs"), (0.7, "the machine's 2 cores")], ids=["others work", "we alone work"]
)
def test_full_cores_are_told_and_whose_work_fills_them(
    ours: float, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    found = find_bottleneck(replace(figures(), busy={"web": ours, "worker 1": ours, "Rasa": 0.3}, machine=1.8))

    assert words in found


@pytest.mark.parametrize(("reply_s", "verdict"), [(1.9, "met"), (2.1, "**missed**")], ids=["in time", "too late"])
def test_a_budget_that_is_missed_is_called_missed(reply_s: float, verdict: str) -> None:
    results = Results(ours=[measured("SQLite, 1 worker", figures(reply_s=reply_s))])

    tables = render(results)

    assert f"| text in → carrier p95 ≤ 2 s at 20/s on SQLite | {reply_s:.2f} s | {verdict} |" in tables


def test_what_never_came_does_not_spoil_the_tables() -> None:
    nobody = replace(figures(), reply_s=[], per_s=0.0)

    tables = render(Results(stock=measured("stock", nobody), ours=[measured("SQLite, 1 worker", figures())]))

    assert "| 20/s, carrier 150 ms: reply p95, s | none | 1 |" in tables


def test_new_tables_take_the_place_of_the_old_ones_and_leave_the_page_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    write_tables(page, "new\n")

    assert page.read_text() == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"


def test_a_file_without_a_place_for_tables_becomes_the_tables(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("old\n")

    write_tables(page, "new\n")

    assert page.read_text() == "new\n"
