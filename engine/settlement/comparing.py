"""Two sides' lists of the rows of one statement, against each other: which row is altered, and which one has whom.

Pure. Where both have the same root there is nothing to compare; `merkle.first_difference` finds the first place from
the nodes of two trees alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from typing import Literal

Problem = Literal["altered", "missing_here", "missing_there"]
Reason = Literal["unknown_agreement", "wrong_amount", "unknown_order", "taken_back_twice"]
"""Why a side disputes a row whose bytes it has: what its own records say against it."""
DIFFERENCES_MAXIMUM = 1_000


@dataclass(frozen=True, slots=True)
class Leaf:
    """A row by the id of its event, digits as signed texts have it, and the hash of its bytes."""

    event: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Difference:
    """A row on which two sides do not agree; `position` is where it stands here, from 0, None where it is missing.

    `reason` says more of a row that is "altered" in what it should say, while both sides have the same bytes.
    """

    problem: Problem
    event: str
    position: int | None
    reason: Reason | None = None


def in_order(leaves: Iterable[Leaf]) -> list[Leaf]:
    """Leaves in the order of a statement: by their events' ids as numbers."""
    return sorted(leaves, key=_order)


def compare(here: Sequence[Leaf], there: Sequence[Leaf], most: int = DIFFERENCES_MAXIMUM) -> tuple[Difference, ...]:
    """On which rows two lists differ, at most so many, in the order of the statement; they may come in any order.

    A row that one side has twice differs from one that the other has once.
    """
    mine = [(_order(leaf), 0, position, leaf) for position, leaf in enumerate(in_order(here))]
    others = [(_order(leaf), 1, position, leaf) for position, leaf in enumerate(in_order(there))]
    found: list[Difference] = []
    for _, entries in groupby(merge(mine, others, key=lambda entry: entry[:3]), key=lambda entry: entry[0]):
        row = list(entries)
        ours, theirs = [one for one in row if one[1] == 0], [one for one in row if one[1] == 1]
        if [one[3].hash for one in ours] != [one[3].hash for one in theirs]:
            problem: Problem = "altered" if ours and theirs else "missing_there" if ours else "missing_here"
            found.append(Difference(problem, row[0][3].event, ours[0][2] if ours else None))
            if len(found) == most:
                break
    return tuple(found)


def _order(leaf: Leaf) -> tuple[int, str]:
    """By number; what is none comes last, so that a list with nonsense in it can be compared, too."""
    digits = leaf.event if leaf.event.isascii() and leaf.event.isdigit() else ""
    return len(digits.lstrip("0")) if digits else 1_000_000, leaf.event
