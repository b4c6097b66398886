"""What a model is made of: which files, their fingerprint, and how many utterances each language has. Both runtimes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.judging import Figures

BOT = Path(__file__).parent


@dataclass(frozen=True)
class TrainingFiles:
    """Folders of training data: nlu/<language>/<register>/<topic>.yml and rules."""

    nlu: Path
    rules: Path

    def sources(self) -> list[Path]:
        """Return every file that can change the model, in a fixed order."""
        return [
            BOT / "config.yml",
            *_files(BOT / "domain", "*.yml"),
            *_files(BOT / "components", "*.py"),
            *_files(BOT / "components", "*.tsv"),
            *_files(self.rules, "*.yml"),
            *_files(self.nlu, "*.yml"),
        ]

    def fingerprint(self, versions: Iterable[str]) -> str:
        """Return 12 hex digits that change when a source, its place, or one of the versions does."""
        digest = hashlib.sha256("\n".join(versions).encode())
        for source in self.sources():
            content = hashlib.sha256(source.read_bytes()).hexdigest()
            digest.update(f"\n{self._name(source)} {content}".encode())
        return digest.hexdigest()[:12]

    def _name(self, source: Path) -> str:
        """Name a file by its room, not by where this checkout lies."""
        rooms = {"nlu": self.nlu, "rules": self.rules, "bot": BOT}
        room, root = next((room, root) for room, root in rooms.items() if source.is_relative_to(root))
        return f"{room}/{source.relative_to(root).as_posix()}"

    def count_utterances(self) -> Mapping[str, Counter[str]]:
        """Return per language (the folder under nlu/) how many utterances each intent has."""
        counts: dict[str, Counter[str]] = {}
        for source in _files(self.nlu, "*.yml"):
            language = source.relative_to(self.nlu).parts[0]
            counts.setdefault(language, Counter()).update(_utterances(source))
        return counts


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.rglob(pattern) if path.is_file())


def _utterances(source: Path) -> Iterator[str]:
    """Yield the intent of each utterance of one Rasa NLU file."""
    content = yaml.safe_load(source.read_text("utf-8")) or {}
    for block in content.get("nlu") or []:
        examples = block.get("examples") or ""
        lines = examples.splitlines() if isinstance(examples, str) else ["- "] * len(examples)
        for line in lines:
            if "intent" in block and line.strip().startswith("-"):
                yield block["intent"]


@dataclass(frozen=True)
class ModelCard:
    """What a reader should know of one archive. Numbers only.

    Attributes:
        results: by language, how the model did on the messages of bench/nlu_test/; empty where they are not at hand.
    """

    name: str
    trained_at: str
    archive_bytes: int
    cpu_s: float
    versions: Sequence[str]
    counts: Mapping[str, Counter[str]]
    results: Mapping[str, Figures] = field(default_factory=dict)

    def render(self) -> str:
        intents = set().union(*self.counts.values())
        rows = [
            f"| {language} | {len(counts)} of {len(intents)} | {sum(counts.values())} | {min(counts.values())} |"
            for language, counts in sorted(self.counts.items())
            if counts
        ]
        return "\n".join(
            [
                f"# {self.name}",
                "",
                f"Trained {self.trained_at} with {', '.join(self.versions)} in {self.cpu_s:.0f} s "
                f"of one core. The archive has {self.archive_bytes / 1e6:.1f} MB.",
                "",
                f"{len(intents)} intents, one classifier over all languages (bot/config.yml, docs/decisions/0020).",
                "",
                "| language | intents | utterances | fewest for an intent |",
                "| --- | --- | --- | --- |",
                *rows,
                *self._render_results(),
                "",
            ]
        )

    def _render_results(self) -> list[str]:
        if not self.results:
            return ["", "Not judged: the messages of bench/nlu_test/ were not at hand."]
        return [
            "",
            "On messages of other authors (bench/nlu_test/; `make bench-nlu` tells more):",
            "",
            "| language | messages | right first | among three | answered | answered wrongly |",
            "| --- | --- | --- | --- | --- | --- |",
            *(
                f"| {language} | {f.count} | {f.first:.1%} | {f.among:.1%} | {f.answered:.1%} | {f.wrong:.1%} |"
                for language, f in sorted(self.results.items())
            ),
        ]
