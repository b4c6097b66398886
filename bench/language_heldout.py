"""Accuracy of language identification on text that the table has not seen, five times with another fifth held out.

    python -m bench.language_heldout TRAINING_FOLDER WORDS_FOLDER [--messages 60] [--folds 5] [--out FILE]

A file of training text lists its sources one after the other, so a fifth in one piece is mostly a source, a book or a
run of stories of its own; of our own utterances every fifth file is held out. The held-out lines are cut to messages of
2 to 12 words and listened to clean and noisy (capitals, accents or apostrophes off, slips of the finger).
Takes six minutes; `--out` puts the tables between the marks of a Markdown file, or writes a new one.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.build_language_table import PHRASES, UTTERANCES, build, read_sources
from bench.language import Finder, load_stock, measure_speed, render_speed
from bench.language_cuts import Message, cut_messages, make_noisy, switch_code
from bench.language_report import Heard, render
from bench.language_sources import Sources, clean_utterances, read_utterances
from conversation.language.detection import Detection, choose, remember
from conversation.language.letters import clean
from conversation.language.voices import Voices

FOLDS = 5
LENGTHS = (1, 2, 4)  # messages of a conversation
SPANISH_SHARES = (0.2, 0.35, 0.5)  # of the words of a code-switched message
BEGIN, END = "<!-- tables of make bench-language -->", "<!-- end of tables -->"


@dataclass
class Results:
    """What was heard, by name: "clean", "noisy", "our own", "K'iche' with 20% Spanish"; and ends of conversations."""

    heard: dict[str, list[Heard]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[tuple[str, int], list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("training_folder", type=Path)
    parser.add_argument("words_folder", type=Path)
    parser.add_argument("--messages", type=int, default=60, help="per language and fold")
    parser.add_argument("--folds", type=int, default=FOLDS, help="fewer is quicker")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    sources = read_sources(arguments.training_folder, arguments.words_folder)
    results = Results()
    for fold in range(arguments.folds):
        training, lines, utterances = hold_out(sources, read_utterances(UTTERANCES), fold)
        with TemporaryDirectory() as folder:
            build(training, folder=Path(folder))
            Path(folder, PHRASES.name).write_bytes(PHRASES.read_bytes())
            listen_to_all(Voices.load(Path(folder)), lines, utterances, count=arguments.messages, results=results)
    text = "\n\n".join([*render(results.heard, results.ends), render_speed(measure_speed())])
    print(text)
    if arguments.out:
        write(arguments.out, text)


def hold_out(
    sources: Sources, utterances: Mapping[str, Sequence[tuple[str, str]]], fold: int
) -> tuple[Sources, dict[str, list[str]], list[Message]]:
    """Return the sources without a fifth, the lines and the utterances that were held out."""
    lines, held = {}, {}
    for tag, texts in sources.lines.items():
        start, end = len(texts) * fold // FOLDS, len(texts) * (fold + 1) // FOLDS
        lines[tag], held[tag] = [*texts[:start], *texts[end:]], list(texts[start:end])
    kept: dict[str, list[tuple[str, str]]] = defaultdict(list)
    unheard: list[Message] = []
    for tag, pairs in utterances.items():
        files = sorted({file for file, _ in pairs})
        held_files = set(files[fold::FOLDS])
        kept[tag] = [(file, text) for file, text in pairs if file not in held_files]
        unheard += [(tag, text) for file, text in pairs if file in held_files]
    return replace(sources, lines=lines, utterances=clean_utterances(kept)), held, unheard


def listen_to_all(
    voices: Voices, lines: Mapping[str, Sequence[str]], utterances: Sequence[Message], *, count: int, results: Results
) -> None:
    """Add to the results what the voices hear in the held-out text."""
    stock = load_stock()
    plain = cut_messages(lines, count)
    for name, messages in (("clean", plain), ("noisy", make_noisy(plain))):
        results.heard[name] += [listen(voices, stock, message) for message in messages]
        for length in LENGTHS:
            results.ends[name, length] += converse(voices, messages, length)
    for share in SPANISH_SHARES:
        mixed = switch_code(lines, share, count)
        results.heard[f"K'iche' with {share:.0%} Spanish words"] += [listen(voices, None, one) for one in mixed]
    results.heard["our own, clean"] += [listen(voices, None, one) for one in utterances]
    results.heard["our own, noisy"] += [listen(voices, None, one) for one in make_noisy(utterances)]


def listen(voices: Voices, stock: Finder | None, message: Message) -> Heard:
    tag, text = message
    second = voices.second.find_language(clean(text)) if stock else None
    return Heard(tag, text, voices.detect(text), second, stock(text) if stock else None)


def converse(voices: Voices, messages: Sequence[Message], length: int) -> Iterator[tuple[str, str]]:
    """Yield (language, language answered in last) of conversations of `length` messages in one language each."""
    texts: dict[str, list[str]] = defaultdict(list)
    for tag, text in messages:
        texts[tag].append(text)
    for tag, own in texts.items():
        for start in range(0, len(own) - length + 1, length):
            yield tag, _choose_last([voices.detect(text) for text in own[start : start + length]])


def _choose_last(detections: Sequence[Detection]) -> str:
    votes: dict[str, float] = {}
    language = ""
    for detection in detections:
        language = choose(stated=None, votes=votes, detection=detection).language
        votes = remember(votes, detection)
    return language


def write(path: Path, text: str) -> None:
    """Put the tables between the marks of a file, or into a new one."""
    page = path.read_text(encoding="utf-8") if path.exists() else f"# Language identification\n\n{BEGIN}\n{END}\n"
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
