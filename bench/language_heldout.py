"""Accuracy of language identification on training text held out: one line in ten of every language, by a fixed seed.

    python -m bench.language_heldout TRAINING_FOLDER [--messages 300]

Builds table and profiles from the other nine tenths, cuts 2 to 12 words out of the held-out lines, and listens to them
clean and noisy (capitals, accents or apostrophes off, slips of the finger). The lines come from the same books as the
training text, so real messages are harder than these.
"""

import argparse
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.build_language_table import PHRASES, build, read_corpus, read_phrases
from bench.language_spellings import drop_accents, drop_apostrophes
from conversation.language import Detection, choose, remember
from conversation.language_text import CHINESE, clean
from conversation.language_voices import MAYAN, TAGS, Voices

CORE = TAGS[:9]
SHORTEST, LONGEST = 2, 12  # words
SPANISH_SHARES = (0.2, 0.35, 0.5)  # of the words of a code-switched message
_SLIP = 0.03
_FEWEST_LINES = 10

Lines = Mapping[str, Sequence[str]]
Message = tuple[str, str]  # tag, text


@dataclass(frozen=True, slots=True)
class Heard:
    tag: str
    detection: Detection
    second: str | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("training_folder", type=Path)
    parser.add_argument("--messages", type=int, default=300, help="per language")
    arguments = parser.parse_args()
    training, held_out = split(read_corpus(arguments.training_folder))
    with TemporaryDirectory() as folder:
        build(training, read_phrases(PHRASES), folder=Path(folder))
        voices = Voices.load(Path(folder))
    plain = cut_messages(held_out, arguments.messages)
    noisy = [(tag, make_noisy(random.Random(f"{place} {text}"), text)) for place, (tag, text) in enumerate(plain)]
    print("| | " + " | ".join(TAGS) + " | core 9 | es en quc | all 18 |\n|" + " --- |" * (len(TAGS) + 4))
    for name, messages in (("clean", plain), ("noisy", noisy)):
        report(name, [listen(voices, tag, text) for tag, text in messages])
    for name, messages in (("clean", plain), ("noisy", noisy)):
        report_conversations(name, voices, messages)
    for share in SPANISH_SHARES:
        mixed = [listen(voices, "quc", text) for text in switch_code(held_out, share, arguments.messages)]
        print(
            f"K'iche' with {share:.0%} Spanish words: {_percent(mixed, _is_right):.1f} % right,",
            end=" ",
        )
        print(f"{_percent(mixed, _is_mayan):.1f} % taken for Mayan,", end=" ")
        print(f"{_percent(mixed, lambda heard: heard.detection.mixed):.1f} % marked mixed")


def split(corpus: Lines) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return (training lines, held-out lines) per tag; a tenth, but not under ten lines, is held out."""
    training, held_out = {}, {}
    for tag, lines in corpus.items():
        shuffled = random.Random(f"held out {tag}").sample(lines, len(lines))
        size = max(_FEWEST_LINES, len(lines) // 10)
        held_out[tag], training[tag] = shuffled[:size], shuffled[size:]
    return training, held_out


def cut_messages(lines: Lines, count: int) -> list[Message]:
    """Return `count` messages per language of 2 to 12 words; a Chinese word counts as two characters."""
    messages = []
    for tag, texts in lines.items():
        draw = random.Random(f"messages {tag}")
        long_enough = [text for text in texts if " " in text or CHINESE in text]
        messages += [(tag, _cut(draw, draw.choice(long_enough), SHORTEST)) for _ in range(count)]
    return messages


def _cut(draw: random.Random, text: str, shortest: int) -> str:
    chinese = CHINESE in text
    words = list(text.replace(" ", "")) if chinese else text.split()
    size = draw.randint(shortest, LONGEST) * (2 if chinese else 1)
    start = draw.randrange(max(1, len(words) - size + 1))
    return ("" if chinese else " ").join(words[start : start + size])


def make_noisy(draw: random.Random, text: str) -> str:
    """Return a message as typed in haste: half without accents and apostrophes, a quarter each with one of the two."""
    kind = draw.random()
    text = drop_accents(text) if kind < 0.75 else text
    text = drop_apostrophes(text) if not 0.5 <= kind < 0.75 else text
    text = "".join(_slip(draw, text)) if draw.random() < 0.5 else text
    return draw.choice((text, text, text.capitalize(), text.upper()))


def _slip(draw: random.Random, text: str) -> Iterator[str]:
    for letter, following in pairwise(text + " "):
        slip = draw.random() if letter != " " else 1
        if slip >= _SLIP / 3:
            yield letter
        if slip < _SLIP:
            yield "" if slip < _SLIP / 3 else letter if slip < _SLIP * 2 / 3 else following.strip()


def switch_code(lines: Lines, share: float, count: int) -> list[str]:
    """Return K'iche' messages of 3 to 12 words with a share of their words replaced by Spanish ones."""
    draw = random.Random(f"code-switched {share}")
    spanish = [word for line in lines["es"] for word in line.split()]
    long_enough = [line for line in lines["quc"] if line.count(" ") > 1]
    messages = []
    for _ in range(count):
        words = _cut(draw, draw.choice(long_enough), 3).split()
        for place in draw.sample(range(len(words)), max(1, round(share * len(words)))):
            words[place] = draw.choice(spanish)
        messages.append(" ".join(words))
    return messages


def listen(voices: Voices, tag: str, text: str) -> Heard:
    return Heard(tag, voices.detect(text), voices.second.find_language(clean(text)))


def report(name: str, heard: Sequence[Heard]) -> None:
    """Print accuracy per language and what is done about doubts, in percent."""
    _print_row(f"{name}, both voices", heard, _is_right)
    _print_row(f"{name}, second voice alone", heard, lambda one: one.second == one.tag)
    _print_row(f"{name}, asked which language", heard, _is_asked)
    sure = [one for one in heard if one.detection.margin >= 5]
    agreed = [one for one in heard if one.detection.agreed]
    spanish = [one for one in heard if one.tag == "es"]
    mayan = [one for one in heard if one.tag in MAYAN]
    print(f"\n{name}: margin of 5 or more {_share(sure, heard):.1f} %, right then {_percent(sure, _is_right):.1f} %;")
    print(f"voices agree {_share(agreed, heard):.1f} %, right then {_percent(agreed, _is_right):.1f} %;")
    print(f"Spanish taken for Mayan {_percent(spanish, _is_mayan):.2f} %;")
    print(f"Mayan recognised as Mayan {_percent(mayan, _is_mayan):.2f} %\n")


def report_conversations(name: str, voices: Voices, messages: Sequence[Message]) -> None:
    """Print how often the language to answer in is right after one, two and three messages of one language."""
    for length in (1, 2, 3):
        shares = {
            tag: _converse(voices, tag, [text for other, text in messages if other == tag], length) for tag in CORE
        }
        mean = sum(shares.values()) / len(shares)
        print(f"{name}, conversations of {length}: core 9 {mean:.1f} %, K'iche' {shares['quc']:.1f} %")


def _converse(voices: Voices, tag: str, texts: Sequence[str], length: int) -> float:
    """Return the percentage of conversations that end with the right choice."""
    ends = [_choose_last(voices, texts[start : start + length]) for start in range(0, len(texts) - length + 1, length)]
    return 100 * ends.count(tag) / len(ends)


def _choose_last(voices: Voices, texts: Sequence[str]) -> str:
    votes: dict[str, float] = {}
    language = ""
    for detection in map(voices.detect, texts):
        language = choose(stated=None, votes=votes, detection=detection).language
        votes = remember(votes, detection)
    return language


def _is_right(one: Heard) -> bool:
    return one.detection.language == one.tag


def _is_mayan(one: Heard) -> bool:
    return one.detection.group == "mayan"


def _is_asked(one: Heard) -> bool:
    return choose(stated=None, votes={}, detection=one.detection).ask


def _print_row(name: str, heard: Sequence[Heard], count: Callable[[Heard], bool]) -> None:
    shares = {tag: _percent([one for one in heard if one.tag == tag], count) for tag in TAGS}
    means = [sum(shares[tag] for tag in tags) / len(tags) for tags in (CORE, TAGS[:3], TAGS)]
    print(f"| {name} | " + " | ".join(f"{share:.1f}" for share in [*shares.values(), *means]) + " |")


def _share(some: Sequence[Heard], heard: Sequence[Heard]) -> float:
    return 100 * len(some) / len(heard)


def _percent(heard: Sequence[Heard], count: Callable[[Heard], bool]) -> float:
    return 100 * sum(map(count, heard)) / len(heard) if heard else 0.0


if __name__ == "__main__":
    main()
