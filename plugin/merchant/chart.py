"""Charts: whole numbers in, geometry out, for inline SVGs that need no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 600
HEIGHT = 160
_TOP = 22
_BASELINE = 136
_GAP = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's bar in the chart's own units."""

    day: date
    issued: int
    taken_back: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars, and what a reader who does not see them is told."""

    bars: tuple[Bar, ...]
    total: int
    most: int
    best_day: date | None
    width: int = WIDTH
    height: int = HEIGHT
    top: int = _TOP
    baseline: int = _BASELINE


def chart_of(days: Sequence[tuple[date, int, int]]) -> Chart:
    """The chart of (day, issued, taken back), oldest first. A day on which anything was issued has a visible bar."""
    issued = [day[1] for day in days]
    most = max(issued, default=0)
    step = WIDTH // max(len(days), 1)
    bars = []
    for index, (day, points, taken_back) in enumerate(days):
        height = max(3, points * (_BASELINE - _TOP) // most) if points > 0 else 0
        bars.append(
            Bar(day, points, taken_back, index * step + _GAP // 2, _BASELINE - height, max(step - _GAP, 1), height)
        )
    best = days[issued.index(most)][0] if most > 0 else None
    return Chart(tuple(bars), sum(issued), most, best)


def widths_of(counts: Sequence[int], widest: int) -> list[int]:
    """How wide the bar of each count is, the largest one `widest`. What is more than nothing can be seen."""
    most = max(counts, default=0)
    return [max(3, count * widest // most) if count > 0 else 0 for count in counts]
