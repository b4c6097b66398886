"""What can be measured: counts and ages from the database, durations and outcomes of this process.

Every process shows the same figures of the database; what it did itself since its start it alone can tell. No label
tells of people.
"""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from conversation.ports import Bot, BotSilence, Refused, RetryLater, Sender, Unknown
from service.watching.surroundings import Surroundings
from store.state import State, Waiting

type Labelled[T] = dict[tuple[str, ...], T]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FAST = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Meters:
    """The instruments of one process; `read` shows them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.webhooks = self._histogram("webhook_seconds", "time to answer the carrier", _FAST, "path", "status")
        self.decisions = self._histogram("decide_seconds", "time to decide one message", _SLOW, "ending")
        self.turns = self._histogram("bot_seconds", "time of the bot for one message", _FAST, "call", "ending")
        self.sends = self._histogram("send_seconds", "time of the carrier for one text", _SLOW)
        self.outcomes = Counter(
            "puente_sends", "texts offered to the carrier", ["outcome", "code"], registry=self.registry
        )

    def read(self) -> str:
        return generate_latest(self.registry).decode()

    def timed_decide(self, decide: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
        """Measure each call of a decider."""

        async def measured(inbox_id: str) -> None:
            begun, ending = time.perf_counter(), "failed"
            try:
                await decide(inbox_id)
                ending = "done"
            finally:
                self.decisions.labels(ending).observe(time.perf_counter() - begun)

        return measured

    def _histogram(self, name: str, tells: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"puente_{name}", tells, labels, buckets=buckets, registry=self.registry)


class MeasuredBot:
    """A bot whose two calls are measured."""

    def __init__(self, bot: Bot, meters: Meters) -> None:
        self._bot, self._meters = bot, meters

    async def understand(self, text: str) -> Any:
        return await self._measure("understand", self._bot.understand(text))

    async def converse(self, text: str, **more: Any) -> Any:
        return await self._measure("converse", self._bot.converse(text, **more))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bot, name)

    async def _measure(self, call: str, answer: Awaitable[Any]) -> Any:
        begun = time.perf_counter()
        said = await answer
        ending = said.reason if isinstance(said, BotSilence) else "heard"
        self._meters.turns.labels(call, ending).observe(time.perf_counter() - begun)
        return said


class MeasuredSender:
    """A sender whose offers are measured and counted by what the carrier said."""

    def __init__(self, sender: Sender, meters: Meters) -> None:
        self._sender, self._meters = sender, meters

    async def send(self, **letter: Any) -> Any:
        with self._meters.sends.time():
            outcome = await self._sender.send(**letter)
        self._meters.outcomes.labels(type(outcome).__name__.lower(), _code_of(outcome)).inc()
        return outcome

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sender, name)


def render_state(state: State | None, around: Surroundings) -> str:
    """Return what the database and the machine tell, as Prometheus reads it. None: the database does not answer."""
    registry = CollectorRegistry()
    registry.register(_Figures(state, around))
    return generate_latest(registry).decode()


class _Figures:
    """Collected once."""

    def __init__(self, state: State | None, around: Surroundings) -> None:
        self._state, self._around = state, around

    def collect(self) -> Iterator[Metric]:
        yield _gauge("database_up", "1 when the database answers", float(self._state is not None))
        yield _gauge("keys_usable", "1 when the key file can be used", float(self._around.keys_usable))
        yield _gauge("disk_free_bytes", "free room where PUENTE_VAR is", float(self._around.disk_free_bytes))
        if self._around.backup_age_s is not None:
            yield _gauge("backup_age_seconds", "age of the newest backup", self._around.backup_age_s)
        if self._state is not None:
            yield from _collect_state(self._state)


def _collect_state(state: State) -> Iterator[Metric]:
    yield _gauge("inbox_waiting", "messages without a decision", float(state.inbox.count))
    yield _gauge("inbox_oldest_seconds", "wait of the oldest of them", state.inbox.oldest_s)
    texts: Labelled[Waiting] = {(status,): one for status, one in state.texts.items()}
    yield _gauges("outbox_waiting", "texts on their way to the carrier", ["status"], _counts(texts))
    yield _gauges("outbox_oldest_seconds", "age of the oldest of them", ["status"], _ages(texts))
    bad: Labelled[float] = {(status,): float(count) for status, count in state.ended_badly.items()}
    yield _gauges("texts_ended_badly", "texts unsettled or failed within the last hour", ["status"], bad)
    yield _gauges("cases_open", "open cases", ["status", "urgency"], _counts(state.cases))
    yield _gauges("case_oldest_seconds", "age of the oldest of them", ["status", "urgency"], _ages(state.cases))
    reminders: Labelled[Waiting] = {(status,): one for status, one in state.reminders.items()}
    yield _gauges("reminders", "reminders not at their end; late: due for half an hour", ["status"], _counts(reminders))
    waiting: Labelled[float] = {(place,): float(count) for place, count in state.erasures.items()}
    yield _gauges("erasures_waiting", "orders to erase that are not carried out", ["place"], waiting)
    yield _gauge("workers_known", "workers with a lease", float(len(state.workers)))
    if state.workers:
        yield _gauge("worker_silence_seconds", "since the most recent sign of a worker", state.workers[0])
    yield _gauges("alert", "1 for each alert that holds", ["code"], {(code,): 1.0 for code in state.alerts})


def _counts(waiting: Mapping[Any, Waiting]) -> Labelled[float]:
    return {key: float(one.count) for key, one in waiting.items()}


def _ages(waiting: Mapping[Any, Waiting]) -> Labelled[float]:
    return {key: one.oldest_s for key, one in waiting.items()}


def _gauge(name: str, tells: str, value: float) -> Metric:
    return GaugeMetricFamily(f"puente_{name}", tells, value=value)


def _gauges(name: str, tells: str, labels: list[str], values: Labelled[float]) -> Metric:
    family = GaugeMetricFamily(f"puente_{name}", tells, labels=labels)
    for key, value in values.items():
        family.add_metric(list(key), value)
    return family


def _code_of(outcome: Any) -> str:
    match outcome:
        case Refused(code=code) | RetryLater(code=code):
            return str(code)
        case Unknown(reason=reason):
            return reason
        case _:
            return ""
