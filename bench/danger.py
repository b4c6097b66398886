"""Measure how danger is recognised by the rules alone, by the model alone and by both, and print Markdown tables.

    python -m bench.danger [--without-model]

Reads tests/unit/conversation/danger_*.yml and bench/nlu_test/<lang>.tsv (text, intent, also, register, lang); in the
latter a message is danger when a person is paged for its intent, harmless with the registers "harmless" and "off", and
ordinary with all others but those of a safety intent that can wait. The model is the real one, behind its own channel,
trained now if its data has changed. docs/understanding.md says what the figures mean.
"""

import argparse
import asyncio
import csv
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.client import HttpBot
from conversation.danger.crisis import believe
from conversation.danger.safety import DangerRules, Evidence
from conversation.danger.safety_file import PAGING, Grade
from conversation.ports import Understanding
from service import wiring
from tests.integration.running import running_bot

ROOT = Path(__file__).parents[1]
LISTS = ROOT / "tests/unit/conversation"
SPLIT = ROOT / "bench/nlu_test"
DANGER, ORDINARY = "danger", "ordinary"
_ALARMING = {"harmless": "harmless", "off": "off topic"}
Ranking = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Row:
    """A message: where it stands, whether it is danger, and the answer to it if so."""

    source: str
    language: str
    kind: str
    text: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules alone, the model alone and both make of a message: the danger to answer, or None."""

    row: Row
    rules: str | None
    model: str | None
    both: str | None


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--without-model", action="store_true")
    rows = [*read_lists(), *read_split()]
    texts = sorted({row.text for row in rows})
    rankings = {} if arguments.parse_args().without_model else rank(texts)
    seen = look(rows, rankings)
    print("\n".join(render(seen)))


def read_lists() -> Iterator[Row]:
    for path in sorted(LISTS.glob("danger_*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for language, answers in content["danger"].items():
            for answer, texts in answers.items():
                kind = DANGER if answer in PAGING else "same day"
                yield from (Row(path.stem, language, kind, text, answer) for text in texts)
        for language, texts in content["harmless"].items():
            yield from (Row(path.stem, language, "harmless", text) for text in texts)


def read_split() -> Iterator[Row]:
    for path in sorted(SPLIT.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                kind, intent = _read_kind(row), row["intent"]
                if kind:
                    yield Row("nlu_test", path.stem, kind, row["text"], intent if intent in PAGING else None)


def _read_kind(row: Mapping[str, str]) -> str | None:
    if row["intent"] in PAGING:
        return f"{DANGER}, {row['register']}"
    if row["register"] in _ALARMING:
        return _ALARMING[row["register"]]
    return None if row["intent"].startswith("safety.") else ORDINARY


def rank(texts: Sequence[str]) -> dict[str, Ranking]:
    """Return what the real model makes of each text."""
    with tempfile.TemporaryDirectory() as folder, running_bot(Path(folder)) as bot:
        token = wiring.read_token(bot.token_file)
        return asyncio.run(_ask(HttpBot((bot.url,), token=token, timeout_s=30.0), texts))


async def _ask(bot: HttpBot, texts: Sequence[str]) -> dict[str, Ranking]:
    try:
        heard = {text: await bot.understand(text) for text in texts}
    finally:
        await bot.close()
    silent = sum(not isinstance(one, Understanding) for one in heard.values())
    if silent:
        sys.exit(f"bench.danger: the bot was silent on {silent} of {len(texts)} messages")
    return {text: one.ranking for text, one in heard.items() if isinstance(one, Understanding)}


def look(rows: Sequence[Row], rankings: Mapping[str, Ranking]) -> list[Seen]:
    files = sorted((ROOT / "data/safety").glob("*.yml"))
    rules = DangerRules.from_data({path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in files})
    return [_look_at(row, rules.weigh(row.text), rankings.get(row.text, ())) for row in rows]


def _look_at(row: Row, evidence: Evidence, ranking: Ranking) -> Seen:
    named = evidence.danger.answer if evidence.danger and evidence.danger.answer in PAGING else None
    sure = named if evidence.grade is Grade.SURE else None
    return Seen(
        row=row,
        rules=named,  # what is believed where no model answers
        model=believe(Evidence(Grade.NOTHING), ranking),
        both=sure or believe(evidence, ranking),
    )


def render(seen: Sequence[Seen]) -> Iterator[str]:
    """Yield a table: of danger the share that was seen, of all else the share of false alarms; percent."""
    yield "| list | language | messages | number | rules | model | both | both, right text |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    groups = sorted({(one.row.source, one.row.language, one.row.kind) for one in seen})
    for group in groups:
        ones = [one for one in seen if (one.row.source, one.row.language, one.row.kind) == group]
        found = [[one.rules for one in ones], [one.model for one in ones], [one.both for one in ones]]
        shares = [sum(danger is not None for danger in some) for some in found]
        right = sum(one.both == one.row.answer for one in ones) if group[2].startswith(DANGER) else None
        cells = [f"{100 * share / len(ones):.1f}" for share in (*shares, *([right] if right is not None else []))]
        yield "| " + " | ".join([*group, str(len(ones)), *cells, *([] if right is not None else [""])]) + " |"


if __name__ == "__main__":
    main()
