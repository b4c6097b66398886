"""Write the word lists that bench/build_language_table.py counts: CODE.tsv, used words with times in a million.

    python3 -m venv /tmp/words && /tmp/words/bin/pip install wordfreq==3.1.1
    /tmp/words/bin/python bench/export_word_lists.py FOLDER

wordfreq is no dependency of ours, neither to run nor to test: this needs a Python of its own. Its lists come from
subtitles, web text, Twitter, Wikipedia and books (Speer 2022, doi:10.5281/zenodo.7199437); data under CC BY-SA 4.0.
"""

import importlib
import sys
from pathlib import Path

LANGUAGES = ("es", "en", "pt", "fr", "uk", "de", "fil", "id", "it", "nl", "pl", "ro", "ru", "tr", "vi")
MOST = 30_000


def main() -> None:
    wordfreq = importlib.import_module("wordfreq")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        frequencies = wordfreq.get_frequency_dict(language, "best")
        most_used = sorted(frequencies.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]
        lines = [f"{word}\t{1e6 * frequency:.2f}\n" for word, frequency in most_used]
        (folder / f"{language}.tsv").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
