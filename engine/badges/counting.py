"""When each level of a badge was reached by counting alone, as one version of it counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from engine.badges.definitions import BadgeDefinition
from engine.game.counters import Change, Counting
from engine.game.curves import Curve, Span, curve_of, reached, reached_in_days, sum_of_days, union
from engine.game.holding import Force
from engine.game.windows import Between, Each, Last, first_day, following

COMPLETIONS_MAXIMUM = 1_000
"""How often a badge can be completed again and again."""
WINDOW_COMPLETIONS_MAXIMUM = 100
"""The same in one calendar unit."""


class BadgeKey(NamedTuple):
    """A level of a badge on an occasion; `window` is the first day of the calendar unit, "" where there is none."""

    level: int
    occasion: str
    window: str


def counted_by(force: Force, counting: Counting, now: datetime) -> Sequence[Change]:
    """What a version counts by a moment: what was done from its origin on and, where that is fixed, in its window."""
    definition: BadgeDefinition = force.version.definition
    if definition.counter is None:
        return ()
    window, since, before = definition.window, force.origin, None
    if isinstance(window, Between):
        since = window.starts_at if since is None else max(since, window.starts_at)
        before = window.ends_at
    return counting.counted(definition.counter, now, since, before)


def times_reached(force: Force, changes: Sequence[Change]) -> dict[BadgeKey, list[Span]]:
    """When the count of each level, on each occasion, was as much as it takes."""
    definition: BadgeDefinition = force.version.definition
    window, targets = definition.window, definition.targets
    if not changes or not targets:
        return {}
    if definition.recurrence == "once":
        return {
            BadgeKey(level, "", ""): spans for level, spans in enumerate(_ever(window, changes, targets), 1) if spans
        }
    found: dict[BadgeKey, list[Span]] = {}
    for first, within in by_window(window, changes).items():
        curve = _curve(within)
        if definition.recurrence == "each_window":
            keys = [BadgeKey(level, first, first) for level in range(1, len(targets) + 1)]
            asked: Sequence[int] = targets
        else:
            keys, asked = _again_and_again(force, first, max(curve.totals))
        found |= {key: spans for key, spans in zip(keys, reached(curve, asked), strict=True) if spans}
    return found


def value_at(force: Force, changes: Sequence[Change], today: date) -> int:
    """What is counted now: of the running calendar unit, of the last days, or in all."""
    window = force.version.definition.window
    if isinstance(window, Last):
        return sum_of_days(changes, today, window.days)
    if isinstance(window, Each):
        first = first_day(window.unit, today)
        return sum([delta for _, _, day, delta in changes if day >= first])
    return sum([change.delta for change in changes])


def completions(force: Force, value: int) -> int:
    """How often the highest level was completed by a count, as often as it can be."""
    definition: BadgeDefinition = force.version.definition
    if definition.recurrence != "on_completion":
        return 0
    return min(value // definition.targets[-1], _completions_maximum(definition))


def by_window(window: object, changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Changes by the calendar unit that they count in; all of them by "" where there is none."""
    if not isinstance(window, Each):
        return {"": list(changes)}
    found: dict[date, list[Change]] = {}
    since = until = date.min  # those of the change before: most are in one unit with it
    within: list[Change] = []
    for change in changes:
        day = change.day
        if not since <= day < until:
            since, until = first_day(window.unit, day), following(window.unit, day)
            within = found.setdefault(since, [])
        within.append(change)
    return {first.isoformat(): within for first, within in found.items()}


def _ever(window: object, changes: Sequence[Change], targets: Sequence[int]) -> list[list[Span]]:
    """When a badge that is earned once was met: by any of its windows."""
    if isinstance(window, Last):
        return reached_in_days(changes, window.days, targets)
    if not isinstance(window, Each):
        return reached(_curve(changes), targets)
    each = [reached(_curve(within), targets) for within in by_window(window, changes).values()]
    return [union(span for spans in each for span in spans[index]) for index in range(len(targets))]


def _again_and_again(force: Force, first: str, most: int) -> tuple[list[BadgeKey], list[int]]:
    """Each level of each completion that a count of so many comes to, and how much that takes."""
    definition: BadgeDefinition = force.version.definition
    cycle = definition.targets[-1]
    series = "" if force.series == 1 else f"v{force.series}"
    keys: list[BadgeKey] = []
    asked: list[int] = []
    for time in range(1, min(most // cycle + 1, _completions_maximum(definition)) + 1):
        occasion = "-".join(part for part in (first, series, str(time)) if part)
        keys += [BadgeKey(level, occasion, first) for level in range(1, len(definition.targets) + 1)]
        asked += [(time - 1) * cycle + target for target in definition.targets]
    return keys, asked


def _completions_maximum(definition: BadgeDefinition) -> int:
    return WINDOW_COMPLETIONS_MAXIMUM if isinstance(definition.window, Each) else COMPLETIONS_MAXIMUM


def _curve(changes: Sequence[Change]) -> Curve:
    return curve_of([change[0] for change in changes], [change[3] for change in changes])
