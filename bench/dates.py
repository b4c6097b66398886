"""How well days and hours are read: right, wrong and missed per language, false ones in messages without a day.

    python -m bench.dates [--show]

The messages of bench/dates_test/ were written before they were read: "seen" was there while the reader was made,
"unseen" and "later" were first read when it was done, and what they showed was mended after that. They are told on
Sunday, 22 November 2026. Expected: days ("|" between two that may be meant, "/" before the day of the
weekday told, " + " between several days), an hour, "~" when morning and evening are possible; nothing: no day is told.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from conversation.dates.reading import read_date, read_dates
from conversation.dates.values import DateReading
from conversation.dates.words import DateWords
from store.content import read_date_words

TODAY = date(2026, 11, 22)
LISTS = Path(__file__).parent / "dates_test"
LANGUAGES = ("en", "es", "pt", "fr", "ht")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true", help="print each message that was not read as expected")
    show = parser.parse_args().show
    words = read_date_words(Path(__file__).parents[1] / "data")
    print("| language | part | with a day | right | wrong | missed | without | false |")
    print("|---|---|---|---|---|---|---|---|")
    for language in LANGUAGES:
        for part in ("seen", "unseen", "later"):
            print(_measure(language, part, words, show=show))


def _measure(language: str, part: str, words: DateWords, *, show: bool) -> str:
    counts: Counter[str] = Counter()
    for row in read_rows(language, part):
        got = tell(row["expected"], row["text"], words, language)
        kind = judge(row["expected"], got)
        counts[kind] += 1
        counts["with" if row["expected"] else "without"] += 1
        if show and kind not in ("right", "quiet"):
            print(f"{kind}: {row['text']} -> {got or 'nothing'}, not {row['expected'] or 'nothing'}")
    return (
        f"| {language} | {part} | {counts['with']} | "
        + " | ".join(str(counts[name]) for name in ("right", "wrong", "missed", "without", "false"))
        + " |"
    )


def read_rows(language: str, part: str) -> Iterator[Mapping[str, str]]:
    """Yield the rows of a language, with the columns part, expected and text."""
    with (LISTS / f"{language}.tsv").open(encoding="utf-8", newline="") as lines:
        yield from (row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row["part"] == part)


def tell(expected: str, text: str, words: DateWords, language: str) -> str:
    """Return what is read, in the way in which it is expected."""
    several = " + " in expected
    if several:
        found = read_dates(text, words, language=language, today=TODAY)
    else:
        one = read_date(text, words, language=language, today=TODAY)
        found = (one,) if one else ()
    days = " + ".join(filter(None, map(_tell_days, found)))
    hours = [f"{reading.time:%H:%M}{'~' if reading.time_unclear else ''}" for reading in found if reading.time]
    return " ".join(filter(None, (days, *hours[:1])))


def _tell_days(reading: DateReading) -> str:
    if reading.weekday_conflict:
        return "/".join(map(str, reading.weekday_conflict))
    return "|".join(map(str, sorted(reading.candidates)))


def judge(expected: str, got: str) -> str:
    """Return right, wrong or missed for a message with a day; quiet or false for one without."""
    if not expected:
        return "false" if got else "quiet"
    return "right" if got == expected else "wrong" if got else "missed"


if __name__ == "__main__":
    main()
