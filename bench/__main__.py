"""Measure the whole path on this machine and print a table and a line of JSON; about three minutes.

    python -m bench

Everything it writes is in a temporary folder. bench/language.py measures language identification.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench.gateway import LASTS_S, Run, measure, percentile
from tests.integration.running import running_bot

_PARTS = ("web", "worker", "rasa", "carrier", "load")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="puente-bench-") as folder:
        bot_folder, folder_of_puente = Path(folder, "bot"), Path(folder, "puente")
        for made in (bot_folder, folder_of_puente):
            made.mkdir()
        with running_bot(bot_folder) as bot:
            ours, empty, memory = measure(folder_of_puente, bot)
    _show(ours, empty, memory)


def _show(ours: Mapping[int, Run], empty: Mapping[int, Run], memory: Mapping[str, float]) -> None:
    rates = sorted(ours)
    rows: dict[str, list[float]] = {}
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        rows[f"webhook answered, {name}, ms"] = [percentile(ours[rate].webhook_ms, share) for rate in rates]
        rows[f"empty route, {name}, ms"] = [percentile(empty[rate].webhook_ms, share) for rate in rates]
        rows[f"ratio, {name}"] = [
            percentile(ours[rate].webhook_ms, share) / percentile(empty[rate].webhook_ms, share) for rate in rates
        ]
    for share, name in ((0.5, "p50"), (0.95, "p95")):
        rows[f"text in to reply at the carrier, {name}, s"] = [percentile(ours[rate].reply_s, share) for rate in rates]
    rows["messages answered a second"] = [ours[rate].per_s for rate in rates]
    rows["webhooks that failed"] = [ours[rate].failures for rate in rates]
    rows["messages without a reply"] = [ours[rate].unanswered for rate in rates]
    rows["messages left to a person"] = [ours[rate].handed_over for rate in rates]
    rows["texts for each message"] = [ours[rate].texts for rate in rates]
    for part in _PARTS:
        rows[f"CPU of {part}, ms a message"] = [ours[rate].cpu_ms[part] for rate in rates]
    rows["CPU of empty route, ms a message"] = [empty[rate].cpu_ms["web"] for rate in rates]
    print(f"\n{os.cpu_count()} cores, SQLite, {LASTS_S} s at each rate; load and carrier on the same cores;")
    print(f"each text brings two status callbacks, which are in web's part. Load average {os.getloadavg()[0]:.1f}\n")
    print(f"| what | {' | '.join(f'{rate}/s' for rate in rates)} |\n| --- |{' ---: |' * len(rates)}")
    for name, values in rows.items():
        print(f"| {name} | {' | '.join(f'{value:.2f}' for value in values)} |")
    print(f"| memory at the end, MB | {', '.join(f'{name} {value:.0f}' for name, value in memory.items())} |")
    named = {
        name: {f"{rate}/s": round(v, 3) for rate, v in zip(rates, values, strict=True)} for name, values in rows.items()
    }
    print(json.dumps({**named, "memory, MB": {name: round(value) for name, value in memory.items()}}))


if __name__ == "__main__":
    main()
