"""The tables: ours beside Rasa's own channel, ours by database and workers, and a verdict for each budget."""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bench.measuring import Figures, percentile
from bench.runs import FAR_S, NEAR_S, Measured, Paced

_BUSY = 0.85  # of one core: then a Python process has no more to give
_FULL = 0.8  # of all cores: then the machine has none
_ALONE = 0.25  # cores that other programs may use without being the reason
_OURS, _STOCK, _BENCH = ("web", "worker 1", "worker 2", "Rasa", "database"), "all", ("carrier", "load")

Value = float | int | str | None


@dataclass(frozen=True)
class Results:
    """What a run has measured; what it left out is empty. `language` is the last line of bench/language.py."""

    stock: Measured | None = None
    ours: Sequence[Measured] = ()
    empty: Paced = field(default_factory=dict)
    language: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    training_s: float | None = None
    judged: tuple[int, int] = (0, 0)
    load_before: float = 0.0


def render(results: Results) -> str:
    """Return all tables as Markdown."""
    parts = [_head(results)]
    if results.stock or results.ours:
        parts.append("### Beside Rasa's own Twilio channel\n\n" + "\n".join(_side_by_side(results)))
    if results.ours:
        parts.append("### By database and workers, carrier at 150 ms\n\n" + "\n".join(_by_setup(results)))
    if results.language:
        parts.append("### Language identification\n\n" + "\n".join(_language(results.language)))
    return "\n\n".join([*parts, "### Budgets\n\n" + "\n".join(_budgets(results))]) + "\n"


def _head(results: Results) -> str:
    now = datetime.now(UTC)
    judged, violations = results.judged
    return (
        f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load average {results.load_before:.1f} before and "
        f"{os.getloadavg()[0]:.1f} at the end. {judged} of the last requests to the carrier judged by Twilio's own "
        f"description: {violations} break it."
    )


def _side_by_side(results: Results) -> Iterator[str]:
    stock = _all_figures(results.stock) if results.stock else {}
    ours = _all_figures(results.ours[0]) if results.ours else {}
    yield "| what | Rasa's channel | Puente (SQLite, 1 worker) | Puente / Rasa's channel |"
    yield "|---|---:|---:|---:|"
    for name in dict.fromkeys([*stock, *ours]):
        theirs, own = stock.get(name), ours.get(name)
        yield f"| {name} | {_show(theirs)} | {_show(own)} | {_ratio(own, theirs)} |"


def _all_figures(one: Measured) -> dict[str, Value]:
    """Return all of one program by what the table calls it. Counts are whole numbers: they get no ratio."""
    found: dict[str, Value] = {}
    for (far_s, at_once), figures in sorted(one.conversing.items()):
        name = f"{at_once} at once, carrier {far_s * 1000:.0f} ms"
        found[f"{name}: answered a second"] = figures.per_s
        found[f"{name}: webhook p95, ms"] = percentile(figures.webhook_ms, 0.95)
        found[f"{name}: reply p95, s"] = percentile(figures.reply_s, 0.95)
    for (far_s, rate), figures in sorted(one.paced.items()):
        name = f"{rate}/s, carrier {far_s * 1000:.0f} ms"
        found |= {f"{name}: {what}": value for what, value in _paced_figures(figures).items()}
    found |= one.accidents
    used_ms = one.paced[FAR_S, 20].cpu_ms
    found["CPU a message at 20/s, all processes, ms"] = sum(used_ms.get(part, 0.0) for part in (*_OURS, _STOCK))
    found["memory, all processes, MB"] = sum(one.memory.values())
    return found


def _paced_figures(figures: Figures) -> dict[str, Value]:
    return {
        "webhook p50, ms": percentile(figures.webhook_ms, 0.5),
        "webhook p99, ms": percentile(figures.webhook_ms, 0.99),
        "reply p50, s": percentile(figures.reply_s, 0.5),
        "reply p95, s": percentile(figures.reply_s, 0.95),
        "answered a second": figures.per_s,
        "webhooks the carrier gave up": figures.failed,
        "messages without a reply": figures.unanswered,
    }


def _by_setup(results: Results) -> Iterator[str]:
    columns = [_setup_figures(one, results.empty) for one in results.ours]
    yield f"| what | {' | '.join(one.name for one in results.ours)} |"
    yield "|---|" + "---:|" * len(columns)
    for name in columns[0]:
        yield f"| {name} | {' | '.join(_show(column[name]) for column in columns)} |"


def _setup_figures(one: Measured, empty: Paced) -> dict[str, Value]:
    found: dict[str, Value] = {}
    rates = sorted(rate for far_s, rate in one.paced if far_s == FAR_S)
    for rate in rates:
        figures = one.paced[FAR_S, rate]
        found |= {f"{rate}/s: {what}": value for what, value in _paced_figures(figures).items()}
        if (NEAR_S, rate) in empty:
            found[f"{rate}/s: an empty route's webhook p99, ms"] = percentile(empty[NEAR_S, rate].webhook_ms, 0.99)
        for part in (*_OURS, *_BENCH):
            found[f"{rate}/s: CPU of {part}, ms a message"] = figures.cpu_ms.get(part)
        found[f"{rate}/s: texts a message"] = figures.texts / figures.sent
        found[f"{rate}/s: cores in use, by these processes"] = sum(figures.busy.values())
        found[f"{rate}/s: cores in use, by all of the machine"] = figures.machine
        found[f"{rate}/s: cores waiting for the disk"] = figures.disk
    found["next bottleneck"] = find_bottleneck(one.paced[FAR_S, max(rates)])
    found["messages left to a person"] = one.with_people
    return found | {f"memory of {part}, MB": one.memory.get(part) for part in _OURS}


def _language(rows: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield "| voice | right % | ms a message | of stock langdetect | memory MB |"
    yield "|---|---:|---:|---:|---:|"
    for name, row in rows.items():
        yield f"| {name} | {row['right']:.1f} | {row['ms']:.3f} | {row['of_stock']:.3f} | {row['mb']:.1f} |"


def find_bottleneck(figures: Figures) -> str:
    """Say in a few words what ends first when more messages come."""
    name, busy = max(figures.busy.items(), key=lambda one: one[1])
    cores = os.cpu_count() or 1
    if busy >= _BUSY:
        return f"{name}: {busy:.2f} of its one core"
    others = figures.machine - sum(figures.busy.values())
    if figures.machine >= _FULL * cores and others > _ALONE:
        return f"other programs: they use {others:.1f} of {cores} cores; measure again alone"
    if figures.machine >= _FULL * cores:
        return f"the machine's {cores} cores; most in {name} ({busy:.2f})"
    return f"waiting, not CPU: the disk and the database's locks; most in {name} ({busy:.2f})"


def _budgets(results: Results) -> Iterator[str]:
    yield "| budget | measured | verdict |"
    yield "|---|---|---|"
    for what, measured, is_met in [*_budgets_of_path(results), *_budgets_of_rest(results)]:
        verdict = "not measured here" if is_met is None else "met" if is_met else "**missed**"
        yield f"| {what} | {measured} | {verdict} |"


_Verdict = tuple[str, str, bool | None]


def _budgets_of_path(results: Results) -> Iterator[_Verdict]:
    if not results.ours:
        return
    slow, burst = ({one.name: one.paced[FAR_S, rate] for one in results.ours} for rate in (20, 80))
    for rate, limit, figures in ((20, 50.0, slow), (80, 250.0, burst)):
        p99 = {name: percentile(one.webhook_ms, 0.99) for name, one in figures.items()}
        yield f"webhook p99 ≤ {limit:.0f} ms at {rate}/s", _list(p99, " ms"), max(p99.values()) <= limit
    p95 = percentile(results.ours[0].paced[FAR_S, 20].reply_s, 0.95)
    yield "text in → carrier p95 ≤ 2 s at 20/s on SQLite", f"{p95:.2f} s", p95 <= 2
    rates = {name: one.per_s for name, one in burst.items()}
    on = {store: max((v for k, v in rates.items() if k.startswith(store)), default=0.0) for store in _STORES}
    yield "≥ 30/s sustained embedded", f"{on['SQLite']:.1f}/s", on["SQLite"] >= 30
    yield "≥ 40/s on PostgreSQL", f"{on['PostgreSQL']:.1f}/s", on["PostgreSQL"] >= 40 if on["PostgreSQL"] else None
    yield "aim 80/s", _list(rates, "/s"), max(rates.values()) >= 80
    lost = sum(one.unanswered + one.failed for one in burst.values())
    yield "a burst of 80/s queues without loss", f"{lost} lost or refused", lost == 0
    if results.stock and results.stock.paced[FAR_S, 80].per_s:
        ratio = rates[results.ours[0].name] / results.stock.paced[FAR_S, 80].per_s
        yield "≥ 6 × Rasa's channel, carrier at 150 ms (aim 15)", f"{ratio:.1f} × on SQLite, 1 worker", ratio >= 6
    if results.ours[0].accidents:
        lost_by_us = _bad(results.ours[0])
        measured = f"{lost_by_us:.0f}" + (f" against {_bad(results.stock):.0f}" if results.stock else "")
        yield "0 lost, doubled or swapped in accidents", measured, lost_by_us == 0


_STORES = ("SQLite", "PostgreSQL")


def _budgets_of_rest(results: Results) -> Iterator[_Verdict]:
    if results.ours:
        one = results.ours[0]
        cpu_ms, memory = one.paced[FAR_S, 20].cpu_ms["Rasa"], one.memory["Rasa"]
        yield "NLU ≤ 15 ms a message", f"{cpu_ms:.1f} ms CPU of Rasa, dialogue included", cpu_ms <= 15
        yield "Rasa process ≤ 1.5 GB", f"{memory:.0f} MB", memory <= 1536
    if results.training_s is not None:
        yield (
            "training ≤ 5 min",
            f"{results.training_s:.0f} s of one core, from the model's card",
            results.training_s <= 300,
        )
    again = [value for one in results.ours[:1] for name, value in one.accidents.items() if "next reply" in name]
    for seconds in again:
        yield "restart to first answer ≤ 30 s", f"{_show(seconds)} s after kill -9 of all", float(seconds) <= 30
    if results.language:
        table, both = results.language["table voice"], results.language["both voices"]
        yield "table voice ≤ 0.2 ms a message", f"{table['ms']:.3f} ms", table["ms"] <= 0.2
        yield "both voices ≤ 1.5 ms a message", f"{both['ms']:.3f} ms", both["ms"] <= 1.5
        yield "table ≤ 20 MB", f"{table['mb']:.1f} MB", table["mb"] <= 20
    yield "one answer by SMS ≤ 3 segments", "kept by tests/guards/test_texts.py", None
    yield "inbox page with 10,000 open cases ≤ 300 ms", "`make bench-inbox`, below", None
    yield "`make run` on a fresh machine ≤ 6 min, restart ≤ 40 s", "by hand, see docs/performance.md", None


def _bad(one: Measured) -> float:
    bad = ("lost", "doubled", "never", "swapped")
    return sum(float(value) for name, value in one.accidents.items() if any(word in name for word in bad))


def _list(values: Mapping[str, float], unit: str) -> str:
    return "; ".join(f"{name}: {value:.0f}{unit}" for name, value in values.items())


def _ratio(ours: Value, theirs: Value) -> str:
    """Only what was measured has a ratio, not what was counted."""
    if not isinstance(ours, float) or not isinstance(theirs, float) or not theirs:
        return ""
    return "" if math.isnan(ours) or math.isnan(theirs) else f"{ours / theirs:.2f}"


def _show(value: Value) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return "none"
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.2f}" if value < 10 else f"{value:.1f}"
