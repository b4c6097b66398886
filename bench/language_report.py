"""Tables of what language identification has heard, in Markdown. All figures are percent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conversation.language.detection import SURE, Detection, choose
from conversation.language.voices import MAYAN, TAGS

CORE = TAGS[:9]
_STOCK_TAGS = {"zh-cn": "zh", "zh-tw": "zh"}
_NUMBERS = ((1, 1, "1"), (2, 2, "2"), (3, 5, "3 to 5"), (6, 12, "6 to 12"), (13, 10_000, "more"))


@dataclass(frozen=True, slots=True)
class Heard:
    """A message, its language, and what was heard: by both voices, the second one alone and stock langdetect."""

    tag: str
    text: str
    detection: Detection
    second: str | None
    stock: str | None


def render(
    heard: Mapping[str, Sequence[Heard]], ends: Mapping[tuple[str, int], Sequence[tuple[str, str]]]
) -> Iterator[str]:
    yield "\n".join(_compare_languages(heard["clean"], heard["noisy"]))
    yield "\n".join(_count_words(heard))
    yield "\n".join(_tell_group(heard["clean"], heard["noisy"]))
    yield "\n".join(_tell_mixed(heard))
    yield "\n".join(_tell_conversations(ends))


def _compare_languages(clean: Sequence[Heard], noisy: Sequence[Heard]) -> Iterator[str]:
    yield "| right | " + " | ".join(TAGS) + " | core 9 | es en quc | all 18 |"
    yield "|" + " --- |" * (len(TAGS) + 4)
    rows: tuple[tuple[str, Callable[[Heard], bool]], ...] = (
        ("both voices", _is_right),
        ("second voice alone", lambda one: one.second == one.tag),
        ("stock langdetect", lambda one: _STOCK_TAGS.get(str(one.stock), one.stock) == one.tag),
        ("asked which language", _is_asked),
    )
    for name, count in rows:
        for noise, heard in (("clean", clean), ("noisy", noisy)):
            shares = {tag: _percent([one for one in heard if one.tag == tag], count) for tag in TAGS}
            means = [sum(shares[tag] for tag in tags) / len(tags) for tags in (CORE, TAGS[:3], TAGS)]
            yield f"| {name}, {noise} | " + " | ".join(f"{share:.1f}" for share in [*shares.values(), *means]) + " |"


def _count_words(heard: Mapping[str, Sequence[Heard]]) -> Iterator[str]:
    yield "| right, by number of words | " + " | ".join(name for *_, name in _NUMBERS) + " | all | messages |"
    yield "|" + " --- |" * (len(_NUMBERS) + 3)
    core = [(f"core 9, {name}", [one for one in heard[name] if one.tag in CORE]) for name in ("clean", "noisy")]
    own = [
        (f"{name}: {tag}", [one for one in heard[name] if one.tag == tag])
        for name in ("our own, clean", "our own, noisy")
        for tag in CORE
    ]
    for name, ones in core + [(name, ones) for name, ones in own if ones]:
        cells = [
            _show([one for one in ones if least <= len(one.text.split()) <= most], _is_right)
            for least, most, _ in _NUMBERS
        ]
        yield f"| {name} | " + " | ".join([*cells, _show(ones, _is_right), str(len(ones))]) + " |"


def _tell_group(clean: Sequence[Heard], noisy: Sequence[Heard]) -> Iterator[str]:
    yield "| | clean | noisy |\n| --- | --- | --- |"
    rows: tuple[tuple[str, Callable[[Heard], bool], Callable[[Heard], bool]], ...] = (
        ("Spanish taken for Mayan", lambda one: one.tag == "es", _is_mayan),
        ("Mayan recognised as Mayan", lambda one: one.tag in MAYAN, _is_mayan),
        (f"margin of {SURE:.0f} or more", _is_anything, _is_sure),
        (f"right with a margin of {SURE:.0f} or more", _is_sure, _is_right),
        ("voices agree", _is_anything, lambda one: one.detection.agreed),
        ("right where they agree", lambda one: one.detection.agreed, _is_right),
    )
    for name, among, count in rows:
        cells = [f"{_percent([one for one in heard if among(one)], count):.2f}" for heard in (clean, noisy)]
        yield f"| {name} | " + " | ".join(cells) + " |"


def _tell_mixed(heard: Mapping[str, Sequence[Heard]]) -> Iterator[str]:
    yield "| code-switched | right | taken for Mayan | marked mixed |\n| --- | --- | --- | --- |"
    for name, ones in heard.items():
        if name.startswith("K'iche'"):
            counts = (_is_right, _is_mayan, lambda one: one.detection.mixed)
            yield f"| {name} | " + " | ".join(f"{_percent(ones, count):.1f}" for count in counts) + " |"


def _tell_conversations(ends: Mapping[tuple[str, int], Sequence[tuple[str, str]]]) -> Iterator[str]:
    yield "| answered in the right language after | core 9 | K'iche' |\n| --- | --- | --- |"
    for (noise, length), pairs in ends.items():
        shares = {
            tag: [answered == tag for spoken, answered in pairs if spoken == tag]
            for tag in CORE
        }  # fmt: skip
        percents = {tag: 100 * sum(right) / max(1, len(right)) for tag, right in shares.items()}
        yield f"| {length} {noise} | {sum(percents.values()) / len(CORE):.1f} | {percents['quc']:.1f} |"


def _is_anything(one: Heard) -> bool:
    return bool(one.tag)


def _is_right(one: Heard) -> bool:
    return one.detection.language == one.tag


def _is_mayan(one: Heard) -> bool:
    return one.detection.group == "mayan"


def _is_sure(one: Heard) -> bool:
    return one.detection.margin >= SURE


def _is_asked(one: Heard) -> bool:
    return choose(stated=None, votes={}, detection=one.detection).ask


def _show(heard: Sequence[Heard], count: Callable[[Heard], bool]) -> str:
    return f"{_percent(heard, count):.1f}" if heard else ""


def _percent(heard: Sequence[Heard], count: Callable[[Heard], bool]) -> float:
    return 100 * sum(map(count, heard)) / len(heard) if heard else 0.0
