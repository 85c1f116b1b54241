"""How far a member is from the next level of a badge, as people read it."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.badges.counting import BadgeKey, completions, value_at
from engine.badges.definitions import BadgeDefinition
from engine.game.counters import Change
from engine.game.facts import Game
from engine.game.holding import Force
from engine.game.windows import Between, Each, bounds, occasion_of


@dataclass(frozen=True, slots=True)
class BadgeProgress:
    """The way to the next level; spend in main units of the counter's currency, all else in whole numbers.

    `level` is the highest one that is held, 0 for none; `next_level` the one that `value` and `target` are about, None
    when nothing more can be earned (by now, in the running window). `times` says on how many occasions it is held.
    `locked_by` names badges that have to be earned as well. `window_ends_at` is when counting begins anew.
    """

    definition_id: int
    handle: str
    version: int
    level: int
    next_level: int | None
    value: Decimal
    target: Decimal
    missing: Decimal
    window_ends_at: datetime | None
    locked_by: tuple[str, ...]
    hidden: bool
    times: int


def progress_of(
    game: Game[Any], force: Force, changes: Sequence[Change], holding: Set[BadgeKey], locked_by: tuple[str, ...],
    today: date, zone: ZoneInfo,
) -> BadgeProgress:  # fmt: skip
    """The progress by the version in force, out of what it counts and the levels that are held."""
    definition: BadgeDefinition = force.version.definition
    counter = definition.counter
    assert counter is not None, "a badge that is given by hand has no progress"
    value = value_at(force, changes, today)
    done = completions(force, value)
    value -= done * definition.targets[-1]
    next_level = _next_level(definition, value, holding, occasion_of(definition.window, today))
    target = definition.targets[(next_level or len(definition.targets)) - 1]
    return BadgeProgress(
        definition_id=game.definition_id,
        handle=game.handle,
        version=force.version.version,
        level=max((key.level for key in holding), default=0),
        next_level=next_level,
        value=counter.amount(value),
        target=counter.amount(target),
        missing=counter.amount(max(0, target - value) if next_level is not None else 0),
        window_ends_at=_window_ends_at(definition, today, zone),
        locked_by=locked_by,
        hidden=definition.hidden,
        times=len({key.occasion for key in holding}),
    )


def _next_level(definition: BadgeDefinition, value: int, holding: Set[BadgeKey], window: str) -> int | None:
    """The lowest level that is still to be earned; None where there is none."""
    levels = range(1, len(definition.levels) + 1)
    if definition.recurrence == "on_completion":
        return next((level for level in levels if definition.targets[level - 1] > value), None)
    occasion = window if definition.recurrence == "each_window" else ""
    return next((level for level in levels if BadgeKey(level, occasion, occasion) not in holding), None)


def _window_ends_at(definition: BadgeDefinition, today: date, zone: ZoneInfo) -> datetime | None:
    window = definition.window
    return bounds(window, today, zone)[1] if isinstance(window, Each | Between) else None
