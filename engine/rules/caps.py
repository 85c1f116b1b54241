"""Upper bounds on what a rule gives, per member or program and period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.rules.bounds import Frozen, Handle, Points

Period = Literal["day", "week", "month", "quarter", "year", "ever"]


class Cap(Frozen):
    """At most so many points in a period. Rules that name the same handle share the cap."""

    handle: Handle
    per: Literal["member", "program"] = "member"
    period: Period
    points: Points


@dataclass(frozen=True, slots=True)
class Granted:
    """What caps left of the points that a rule wanted; `cap` is the handle of the tightest, None where none cut."""

    points: int
    cap: str | None = None


def period_of(period: Period, day: date) -> str:
    """The name of the period that a day falls in, e.g. 2026-11-22, 2026-W47, 2026-11, 2026-Q4, 2026; "" for ever."""
    if period == "day":
        return day.isoformat()
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    if period == "month":
        return f"{day.year}-{day.month:02}"
    if period == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return str(day.year) if period == "year" else ""


def within_caps(caps: Iterable[Cap], desired: int, used: Mapping[str, int]) -> Granted:
    """What remains of `desired` under all caps, given the points used of each by its handle in the current period."""
    granted = Granted(desired)
    for cap in caps:
        left = max(0, cap.points - used.get(cap.handle, 0))
        if left < granted.points:
            granted = Granted(left, cap.handle)
    return granted
