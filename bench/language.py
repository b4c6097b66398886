"""Language identification against stock langdetect, in one run: time, accuracy and memory.

    python -m bench.language

Prints a table and a line of JSON. Times are medians over rounds in turn; what counts are the ratios. The messages are
short on purpose, as people write; for accuracy per language see bench/language_heldout.py.
"""

import json
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter

from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from conversation.language.detection import RESOURCES
from conversation.language.letters import read_phrases
from conversation.language.second_voice import SecondVoice
from conversation.language.table import LanguageTable
from conversation.language.voices import Voices

MESSAGES = Path(__file__).with_name("language_messages.tsv")
ROUNDS = 5

Finder = Callable[[str], str | None]


class _Deaf(SecondVoice):
    """In the place of the second voice, to time the first one alone."""

    def find_language(self, text: str) -> str | None:
        return None


def main() -> None:
    rows = measure_speed()
    print(render_speed(rows))
    print(json.dumps({name: {key: round(value, 3) for key, value in row.items()} for name, row in rows.items()}))


def measure_speed() -> dict[str, dict[str, float]]:
    """Return per voice: right, right_short (percent), ms, of_stock (ratio), mb."""
    messages = read_messages(MESSAGES)
    tracemalloc.start()
    table, table_mb = _weigh(lambda: LanguageTable.load(RESOURCES / "language_table.npz"))
    second, second_mb = _weigh(lambda: SecondVoice.load(RESOURCES / "profiles"))
    stock, stock_mb = _weigh(load_stock)
    tracemalloc.stop()
    phrases = read_phrases(RESOURCES / "phrases.txt")
    profiles = [path.read_text(encoding="utf-8") for path in sorted((RESOURCES / "profiles").glob("e?.json"))]
    both, table_alone = Voices(table, second, phrases), Voices(table, _Deaf(profiles), phrases)
    finders: dict[str, Finder] = {
        "stock langdetect": stock,
        "second voice": second.find_language,
        "table voice": lambda text: table_alone.detect(text).language,
        "both voices": lambda text: both.detect(text).language,
    }
    memory = dict(zip(finders, (stock_mb, second_mb, table_mb, table_mb + second_mb), strict=True))
    times = _time(finders, [text for _, text in messages])
    rows = {name: _judge(finder, messages) for name, finder in finders.items()}
    for name, row in rows.items():
        row |= {"ms": times[name], "of_stock": times[name] / times["stock langdetect"], "mb": memory[name]}
    return rows


def read_messages(path: Path) -> list[tuple[str | None, str]]:
    """Return (tag, message) of each line; None where no language can be told."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    pairs = [line.split("\t") for line in lines]
    return [(None if tag == "-" else tag, text) for tag, text in pairs]


def load_stock() -> Finder:
    """langdetect as it comes, 55 languages, but with a seed so that a run can be repeated."""
    factory = DetectorFactory()
    factory.set_seed(0)
    factory.load_profile(PROFILES_DIRECTORY)

    def find(text: str) -> str | None:
        detector = factory.create()
        detector.append(text)
        try:
            return str(detector.detect())
        except LangDetectException:
            return None

    return find


def _weigh[Loaded](load: Callable[[], Loaded]) -> tuple[Loaded, float]:
    """Return what was loaded and the megabytes it keeps."""
    before, _ = tracemalloc.get_traced_memory()
    loaded = load()
    return loaded, (tracemalloc.get_traced_memory()[0] - before) / 1e6


def _time(finders: dict[str, Finder], texts: list[str]) -> dict[str, float]:
    """Return milliseconds per message."""
    rounds: dict[str, list[float]] = {name: [] for name in finders}
    for _ in range(ROUNDS):
        for name, find in finders.items():
            start = perf_counter()
            for text in texts:
                find(text)
            rounds[name].append((perf_counter() - start) / len(texts) * 1000)
    return {name: median(times) for name, times in rounds.items()}


def _judge(find: Finder, messages: list[tuple[str | None, str]]) -> dict[str, float]:
    """Return the share of right answers in percent: all, and Spanish and English of one or two words."""
    right = {text: find(text) == tag for tag, text in messages}
    short = [text for tag, text in messages if tag in ("es", "en") and len(text.split()) < 3]
    return {
        "right": 100 * sum(right.values()) / len(right),
        "right_short": 100 * sum(right[text] for text in short) / len(short),
    }


def render_speed(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Return a Markdown table."""
    lines = ["| voice | right % | es, en of 1-2 words % | ms a message | of stock | memory MB |", "|" + " --- |" * 6]
    for name, row in rows.items():
        figures = f"{row['right']:.1f} | {row['right_short']:.1f} | {row['ms']:.3f} | {row['of_stock']:.3f}"
        lines.append(f"| {name} | {figures} | {row['mb']:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
