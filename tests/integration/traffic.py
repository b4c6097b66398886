"""People who write, the network that brings their messages until they are taken, and the counts of what went wrong."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from tests.integration.own_process import until
from tests.integration.running import Puente

WRITTEN = """
    SELECT inbox.provider_message_id, inbox.status, answer.id, answer.answer, answer.language,
        outbox.id, outbox.provider_message_id, outbox.seq
    FROM inbox LEFT JOIN message answer ON answer.in_reply_to = inbox.message_id
    LEFT JOIN outbox ON outbox.message_id = answer.id
"""
WITH_PEOPLE = "SELECT DISTINCT inbox.provider_message_id FROM case_file JOIN inbox USING (conversation_id)"
UNFINISHED = (
    "SELECT count(*) FROM inbox WHERE status = 'new'",
    "SELECT count(*) FROM outbox WHERE status IN ('queued', 'waiting', 'sending')",
    "SELECT count(*) FROM workflow_status WHERE status <> 'SUCCESS'",
)


class Network:
    """What stands between people and the web process: one message after the other, each until it was taken.

    Attributes:
        taken: the forms that got our 200, in the order in which they were written.
        refused: how often we said 5xx.
        repeats: deliveries beyond the first of each message.
        before_each: called with the number of the message that is about to be written.
        forget_every: of so many messages one is delivered again, as if our 200 had not been heard.
    """

    def __init__(
        self, puente: Puente, messages: Sequence[tuple[str, str]], *,
        pace_s: float, before_each: Callable[[int], None] = lambda _: None, forget_every: int = 10,
    ) -> None:  # fmt: skip
        self.taken: list[dict[str, str]] = []
        self.refused = self.repeats = 0
        self._puente, self._messages, self._pace_s = puente, messages, pace_s
        self._before_each, self._forget_every = before_each, forget_every
        self._thread = threading.Thread(target=self._deliver_all, daemon=True)
        self._closed = False

    def start(self) -> None:
        self._thread.start()

    def until_taken(self, count: int) -> None:
        until(lambda: len(self.taken) >= count, f"{count} messages are taken")

    def wait(self) -> None:
        self._thread.join(timeout=300)
        assert len(self.taken) == len(self._messages)

    def close(self) -> None:
        self._closed = True

    def _deliver_all(self) -> None:
        for number, (person, question) in enumerate(self._messages):
            self._before_each(number)
            form = self._puente.carrier.take_message(person, question)
            while not self._was_taken(form):
                if self._closed:
                    return
                self.repeats += 1
                time.sleep(0.3)
            self.taken.append(form)
            if number % self._forget_every == 0:
                self.repeats += 1
                self._was_taken(form)
            time.sleep(self._pace_s)

    def _was_taken(self, form: dict[str, str]) -> bool:
        try:
            status = self._puente.post(form)
        except requests.RequestException:
            return False
        self.refused += status >= 500
        return status == 200


@dataclass(frozen=True)
class Tally:
    """What went wrong, as counts. `lost`: neither a text at the carrier nor a person who was asked."""

    lost: int
    doubled: int
    out_of_order: int
    stuck: int


def unfinished(puente: Puente) -> int:
    """How much is not done: messages undecided, texts unsettled, pieces of work in line."""
    return sum(int(puente.rows(query)[0][0]) for query in UNFINISHED)


def until_settled(puente: Puente, *, limit_s: float) -> None:
    """Wait until nothing is left to do; what is left at the end is counted as stuck."""
    deadline = time.monotonic() + limit_s
    while unfinished(puente) and time.monotonic() < deadline:
        time.sleep(0.3)


@dataclass(frozen=True)
class Outcome:
    """One run, told. `texts`: those at the carrier; `left_to_people`: messages that have no text but a case."""

    messages: int
    texts: int
    tally: Tally
    left_to_people: int


def judge(puente: Puente, taken: Sequence[dict[str, str]]) -> Outcome:
    """Compare what was taken with what the carrier has."""
    number = {form["MessageSid"]: place for place, form in enumerate(taken)}
    written = [row for row in puente.rows(WRITTEN) if row[0] in number]
    ours = {row[5] for row in written if row[5]}
    at_carrier = [message for message in puente.carrier.messages() if message["outbox_id"] in ours]
    unanswered = _find_unanswered(number, written, {message["sid"] for message in at_carrier})
    left_to_people = unanswered & {row[0] for row in puente.rows(WITH_PEOPLE)}
    tally = Tally(
        lost=len(unanswered - left_to_people),
        doubled=_count_doubled(written, at_carrier),
        out_of_order=_count_disorder(number, written, at_carrier),
        stuck=unfinished(puente),
    )
    return Outcome(len(taken), len(at_carrier), tally, len(left_to_people))


def _find_unanswered(number: dict[str, int], written: Sequence[tuple[Any, ...]], arrived: set[str]) -> set[str]:
    """Return the messages without a text, or with one that the carrier does not have."""
    answered = {row[0] for row in written if row[5]}
    missing = {row[0] for row in written if row[5] and row[6] not in arrived}
    return (set(number) - answered) | missing


def _count_doubled(written: Sequence[tuple[Any, ...]], at_carrier: Sequence[dict[str, Any]]) -> int:
    """Count texts the carrier has twice, and texts that answer one message twice."""
    sent = Counter(message["outbox_id"] for message in at_carrier)
    replies = Counter((row[0], row[3], row[4]) for row in {row[:5] for row in written if row[2]})
    return sum(times - 1 for times in (*sent.values(), *replies.values()))


def _count_disorder(
    number: dict[str, int], written: Sequence[tuple[Any, ...]], at_carrier: Sequence[dict[str, Any]]
) -> int:
    """Count texts at the carrier that answer an earlier message of their person than the text before them."""
    order = {row[5]: (number[row[0]], row[7]) for row in written if row[5]}
    latest: dict[str, tuple[int, int]] = {}
    disorder = 0
    for message in at_carrier:
        place, before = order[message["outbox_id"]], latest.get(message["to"], (-1, -1))
        disorder += place < before
        latest[message["to"]] = max(place, before)
    return disorder
