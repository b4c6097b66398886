"""The inbox with many cases: its pages beside an empty route in the same run, live news to many, and memory.

    python -m bench.inbox [cases] [messages]

Prints a table and a line of JSON. The pages come from a web process of its own, on a SQLite file in a temporary folder.
One reader asks again and again; the empty route says how fast the machine itself is at that moment.
"""

import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median, quantiles

import requests
from sqlalchemy import insert

from bench.empty_route import EmptyRoute
from bench.inbox_stock import Stock, fill, make_event
from bench.processes import memory_mb
from service import wiring
from service.settings import to_environment
from store.tables import CaseEvent
from tests.integration.own_process import OwnProcess, answers, until

CASES, MESSAGES = 10_000, 200_000
WORKERS = 200  # with an open page
REQUESTS = 50
CHANGES = 5


def main() -> None:
    cases, messages = [int(one) for one in sys.argv[1:3]] or [CASES, MESSAGES]
    with tempfile.TemporaryDirectory(prefix="puente-bench-") as folder:
        stock = fill(Path(folder), cases=cases, messages=messages)
        empty, web = EmptyRoute(Path(folder)), _web(stock, Path(folder))
        empty.start()
        try:
            web.start(lambda: answers(f"{stock.settings.public_url}/health/live"))
            rows, memory = measure_pages(stock, empty.webhook.removesuffix("webhook"), web), memory_mb(web.pid)
            news = measure_news(stock)
            memory_live = memory_mb(web.pid)
        finally:
            web.end()
            empty.end()
    print(f"{cases} open cases, {messages} messages, {REQUESTS} requests each\n")
    print("| page | median ms | p95 ms |\n|---|---|---|")
    for name, times in rows.items():
        print(f"| {name} | {median(times):.1f} | {quantiles(times, n=20)[-1]:.1f} |")
    print(f"\nnews to {WORKERS} open pages: last one told after {max(news):.2f} s (of {CHANGES} changes)")
    print(f"memory of the web process: {memory:.0f} MB, with {WORKERS} open pages {memory_live:.0f} MB")
    found = {name: round(quantiles(times, n=20)[-1], 1) for name, times in rows.items()}
    print(json.dumps({**found, "news_s": round(max(news), 3), "mb": round(memory), "mb_live": round(memory_live)}))


def measure_pages(stock: Stock, empty: str, web: OwnProcess) -> dict[str, list[float]]:
    """Return milliseconds by page; the pages are asked for in turn, so that all meet the same machine."""
    at = stock.settings.public_url
    asked = {
        "empty route": ("worker", empty),
        "list of one's own, worker": ("worker", f"{at}/inbox"),
        "all cases, worker": ("worker", f"{at}/inbox?queue=all"),
        "all cases, supervisor": ("supervisor", f"{at}/inbox?queue=all"),
        "unclaimed, filtered by language": ("supervisor", f"{at}/inbox?queue=unclaimed&language=quc"),
        "a case, its owner": ("worker", f"{at}/inbox/{stock.owned}"),
        "a case, supervisor": ("supervisor", f"{at}/inbox/{stock.owned}"),
    }
    readers = {login: _reader(token) for login, token in stock.tokens.items()}
    times: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(REQUESTS + 1):
        for name, (login, url) in asked.items():
            begun = time.perf_counter()
            answer = readers[login].get(url, allow_redirects=False, timeout=60)
            took_ms = (time.perf_counter() - begun) * 1000
            if answer.status_code != 200:
                raise SystemExit(f"{name}: {answer.status_code}\n{web.output()[-2000:]}")
            if turn:  # the first of each finds nothing in memory yet
                times[name].append(took_ms)
    return times


def measure_news(stock: Stock) -> list[float]:
    """Return, for each change of a case, the seconds until the last of all open pages was told of it."""
    url = f"{stock.settings.public_url}/inbox/live"
    told: list[float] = []
    ready = threading.Semaphore(0)

    def listen() -> None:
        with _reader(stock.tokens["worker"]).get(url, stream=True, timeout=120) as stream:
            for line in stream.iter_lines(chunk_size=1):
                if line.startswith(b"retry"):
                    ready.release()
                elif line.startswith(b"data"):
                    told.append(time.perf_counter())

    for _ in range(WORKERS):
        threading.Thread(target=listen, daemon=True).start()
    for _ in range(WORKERS):
        ready.acquire(timeout=60)
    until(lambda: len(told) >= WORKERS, "all pages have their first mark")
    found = []
    database = wiring.build_database(stock.settings)
    try:
        for _ in range(CHANGES):
            time.sleep(1.0)
            told.clear()
            begun = time.perf_counter()
            database.run_sync(lambda session: session.execute(insert(CaseEvent).values(make_event(stock.owned_id))))
            until(lambda: len(told) >= WORKERS, "all open pages were told")
            found.append(max(told) - begun)
    finally:
        database.close()
    return found


def _web(stock: Stock, folder: Path) -> OwnProcess:
    environment = {**os.environ, **to_environment(stock.settings)}
    return OwnProcess("web", [sys.executable, "-m", "service", "serve", "web"], environment, folder)


def _reader(token: str) -> requests.Session:
    reader = requests.Session()
    reader.cookies.set("puente_session", token)
    return reader


if __name__ == "__main__":
    main()
