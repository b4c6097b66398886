"""Small numbers are not told: a count of persons under 11 may point at one. Pure; docs/decisions/0046.

The line of 11 is that of the CMS Cell Size Suppression Policy: no cell of 1 to 10, and none from which such a cell can
be derived (https://resdac.org/node/1506, version of 2024-01-26). We hide 0 too: that there is nobody is news as well.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

LEAST = 11  # the smallest number that is told


@dataclass(frozen=True, slots=True)
class Parts:
    """A whole divided into parts, as it may be told.

    Attributes:
        told: (label, count), the largest first; each is LEAST or more.
        hidden: labels of the others, sorted; some may be LEAST or more, and which cannot be seen.
        total: of all parts; None when it is less than LEAST.
    """

    told: tuple[tuple[str, int], ...]
    hidden: tuple[str, ...]
    total: int | None

    def find(self, label: str) -> int | None:
        """Return what may be told of one part."""
        return dict(self.told).get(label)


def tell(count: int) -> int | None:
    """Return a count that stands alone, if it may be told: one of which no other number here makes a sum."""
    return count if count >= LEAST else None


def divide(counts: Mapping[str, int], labels: Collection[str], *, rest: str = "other") -> Parts:
    """Hide the small parts of a whole, and as many more as it takes that no small one can be worked out.

    Whoever reads it is taken to know the total, what each told part is, and this rule. Hidden parts all look the same:
    a mark of their own for those hidden beside the small ones would give these away.

    Args:
        labels: all parts there can be, those without a count too: to be missing would tell that a part is 0.
        rest: the part that takes in counts of other labels.
    """
    whole = dict.fromkeys(labels, 0)
    for label, count in counts.items():
        place = label if label in whole else rest
        whole[place] = whole.get(place, 0) + count
    ordered = sorted(whole.items(), key=lambda part: (part[1], part[0]))
    hidden = sum(count < LEAST for _, count in ordered)
    while 0 < hidden < len(ordered) and not _is_safe([count for _, count in ordered], hidden):
        hidden += 1
    return Parts(
        told=tuple(sorted(ordered[hidden:], key=lambda part: (-part[1], part[0]))),
        hidden=tuple(sorted(label for label, _ in ordered[:hidden])),
        total=tell(sum(whole.values())),
    )


def _is_safe(counts: list[int], hidden: int) -> bool:
    """Tell whether each of the hidden parts, given their sum, may still be anything from 0 to 10.

    One is as large as 10 only if they are that much together, and as small as 0 only if the others, none of them larger
    than the smallest that is told, can make up the sum.
    """
    together, smallest_told = sum(counts[:hidden]), counts[hidden]
    return hidden > 1 and LEAST - 1 <= together <= (hidden - 1) * smallest_told
