"""Measure on this machine and print Markdown tables; ten to twelve minutes for all, six with --quick.

    python -m bench [gateway] [stock] [language] [--quick] [--out FILE] [--stock-bot FOLDER]

Without a part, all of them. Everything is written to a temporary folder; docs/performance.md says what it means, and
`--out docs/performance.md` puts the tables in their place there.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bench.measuring import Carrier
from bench.report import Results, render
from bench.runs import (
    QUICK,
    Measured,
    Plan,
    measure_empty_route,
    measure_on_postgres,
    measure_on_sqlite,
    measure_stock,
    say,
)
from service.running.ports import find_free_ports
from tests.integration.own_process import ROOT, OwnProcess, answers
from tests.integration.running import find_model, running_bot

PARTS = ("gateway", "stock", "language")
BEGIN, END = "<!-- tables of make bench -->", "<!-- end of tables -->"


def main() -> None:
    arguments = _read_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    parts = arguments.parts or PARTS
    plan = QUICK if arguments.quick else Plan()
    results = Results(load_before=os.getloadavg()[0])
    with tempfile.TemporaryDirectory(prefix="puente-bench-") as folder, running_carrier(Path(folder)) as carrier:
        tables = ""
        for known in _measure(parts, Path(folder), carrier, plan, arguments.stock_bot, results):
            tables = render(known)
            if arguments.out:  # after each step: what is measured stays when a later step fails
                write_tables(arguments.out, tables)
    print(tables)


def _measure(
    parts: Sequence[str], folder: Path, carrier: Carrier, plan: Plan, stock_bot: Path | None, results: Results
) -> Iterator[Results]:
    """Yield what is known, more after each step."""
    if "language" in parts:
        yield (results := replace(results, language=_measure_language()))
    if "stock" in parts:
        kept = stock_bot or folder / "stock"
        kept.mkdir(parents=True, exist_ok=True)
        yield (results := replace(results, stock=measure_stock(kept.resolve(), carrier, plan)))
    if "gateway" in parts:
        results = replace(results, empty=measure_empty_route(folder, carrier, plan))
        for ours in _measure_ours(folder, carrier, plan):
            results = replace(results, ours=[*results.ours, *ours], training_s=read_training_s(find_model()))
            yield results
    yield replace(results, judged=carrier.judge())


def write_tables(file: Path, tables: str) -> None:
    """Write the tables to a file; into its place between the two marks where it has them (docs/performance.md)."""
    before, begin, rest = file.read_text(encoding="utf-8").partition(BEGIN) if file.exists() else ("", "", "")
    _, end, after = rest.partition(END)
    whole = f"{before}{begin}\n\n{tables}\n{end}{after}" if begin and end else tables
    file.write_text(whole, encoding="utf-8")


@contextmanager
def running_carrier(folder: Path) -> Iterator[Carrier]:
    """Run the stand-in of the carrier in a process of its own."""
    (port,) = find_free_ports(1)
    url = f"http://127.0.0.1:{port}"
    process = OwnProcess("carrier", [sys.executable, "-m", "bench.carrier", str(port)], os.environ, folder)
    try:
        process.start(lambda: answers(f"{url}/bench/violations"))
        yield Carrier(url, process.pid)
    finally:
        process.end(signal.SIGKILL)


def _measure_ours(folder: Path, carrier: Carrier, plan: Plan) -> Iterator[list[Measured]]:
    for name in ("bot", "sqlite", "postgres"):
        Path(folder, name).mkdir()
    with running_bot(folder / "bot") as bot:
        yield measure_on_sqlite(folder / "sqlite", bot, carrier, plan)
        try:
            yield measure_on_postgres(folder / "postgres", bot, carrier, plan)
        except pytest.skip.Exception as missing:
            say(f"PostgreSQL is left out: {missing}")


def read_training_s(model: Path) -> float | None:
    """Return the seconds of training that the card beside an archive tells; None when it does not."""
    card = model.with_suffix("").with_suffix(".md")
    words = card.read_text(encoding="utf-8").partition(" in ")[2].split() if card.exists() else []
    return float(words[0]) if words and words[0].isdigit() else None


def _measure_language() -> Mapping[str, Mapping[str, float]]:
    say("language identification")
    command = [sys.executable, "-m", "bench.language"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=300, check=True)
    rows: Mapping[str, Mapping[str, float]] = json.loads(done.stdout.strip().splitlines()[-1])
    return rows


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure, and print Markdown tables.")
    parser.add_argument("parts", nargs="*", help=f"what to measure: {', '.join(PARTS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="less of everything: to see that it works")
    parser.add_argument("--out", type=Path, help="file to write the tables to as well, or to put them in")
    parser.add_argument("--stock-bot", type=Path, help="folder to keep the stock bot in; it is trained once")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"{', '.join(sorted(unknown))}: no such part; there are {', '.join(PARTS)}")
    return arguments


if __name__ == "__main__":
    main()
