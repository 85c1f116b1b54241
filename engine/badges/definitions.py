"""What a badge is and how it is earned: immutable, versioned data, never code; see `folding` for what it means."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from engine.game.counters import Counter, Target
from engine.game.windows import Always, Each, Last, Window
from engine.money import POINTS_MAXIMUM
from engine.rules.bounds import Days, Frozen, Handle
from engine.tiers.definitions import Name

LEVELS_MAXIMUM = 5
GIFT_MAXIMUM = 1_000_000_000
"""The most experience or score for one thing that is reached."""


def plain(text: str) -> str:
    """A text for people, trimmed. Raises ValueError where it holds a control character."""
    if any(ord(character) < 32 and character != "\n" for character in text):
        raise ValueError("holds a control character")
    return text.strip()


Description = Annotated[str, AfterValidator(plain), Field(max_length=1_000)]
Artwork = Annotated[str, Field(pattern=r"^(builtin:[a-z0-9][a-z0-9-]{0,63}|artwork:[1-9][0-9]{0,18})$")]
"""A picture that is shipped, or one that the merchant brought."""
PointsGiven = Annotated[int, Field(ge=0, le=POINTS_MAXIMUM)]
Gift = Annotated[int, Field(ge=0, le=GIFT_MAXIMUM)]


class BadgeLevel(Frozen):
    """One level of a badge: how much it takes and what it gives; its points end after `points_days`."""

    name: Annotated[str, AfterValidator(plain), Field(max_length=40)] = ""
    target: Target = Decimal(1)
    points: PointsGiven = 0
    points_days: Days | None = 365
    experience: Gift = 0
    score: Gift = 0


class BadgeDefinition(Frozen):
    """A badge with its levels, lowest first.

    - `hidden`: not shown before it is earned. `given_by_hand`: only staff give it, nothing is counted.
    - `recurrence`: earned once, once in each window, or again and again, each time the highest level is completed.
    - `after`: badges that must be held as well. `retroactive`: it decides as if it had always been in force.
    - `rollback`: a refund takes it back.
    """

    title: Name
    description: Description = ""
    hidden: bool = False
    artwork: Artwork = "builtin:star"
    counter: Counter | None = None
    levels: Annotated[tuple[BadgeLevel, ...], Field(min_length=1, max_length=LEVELS_MAXIMUM)] = (BadgeLevel(),)
    window: Window = Always()
    recurrence: Literal["once", "each_window", "on_completion"] = "once"
    after: Annotated[tuple[Handle, ...], Field(max_length=10)] = ()
    retroactive: bool = False
    rollback: bool = True
    given_by_hand: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.given_by_hand != (self.counter is None):
            raise ValueError("a badge counts something, or it is given by hand")
        if self.given_by_hand and (self.recurrence != "once" or self.window != Always() or self.after):
            raise ValueError("a badge that is given by hand has no window, recurrence or badges before it")
        if self.recurrence == "each_window" and not isinstance(self.window, Each):
            raise ValueError("a badge for each window counts in calendar units")
        if self.recurrence == "on_completion" and isinstance(self.window, Last):
            raise ValueError("what is completed again and again does not count the last days")
        if len(set(self.after)) != len(self.after):
            raise ValueError("a badge is named twice among those before it")
        if self.counter is not None:
            _rising(self.targets)
        return self

    @cached_property
    def targets(self) -> tuple[int, ...]:
        """What each level takes, as it is counted; spend in minor units."""
        counter = self.counter
        return tuple(counter.units(level.target) for level in self.levels) if counter is not None else ()

    @cached_property
    def counted(self) -> tuple[object, ...]:
        """What counts at all: a version that agrees in it with the one before goes on counting where that one stood."""
        return self.counter, self.window, self.recurrence

    @cached_property
    def terms(self) -> str:
        """All that decides when it is reached: versions that agree in it are worked out once."""
        counter = self.counter.key if self.counter is not None else ""
        return f"{counter} {self.window.model_dump_json()} {self.recurrence} {self.targets}"

    @property
    def gives_points(self) -> bool:
        """Whether any points can come of it."""
        return any(level.points for level in self.levels)

    def level_title(self, level: int) -> str:
        """What a level, from 1 on, is called: the badge and, where it has one, the level's own name."""
        name = self.levels[level - 1].name
        return f"{self.title} · {name}" if name else self.title


def _rising(targets: Sequence[int]) -> None:
    if any(later <= earlier for earlier, later in pairwise(targets)):
        raise ValueError("each level takes more than the one below it")
