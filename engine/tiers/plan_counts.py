"""What other tiers would do to whom: each member's standing now and as it would be, counted page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.tiers.definitions import TierProgram
from engine.tiers.facts import TierFacts, TierVersion
from engine.tiers.folding import fold
from engine.tiers.standing import TierStanding


@dataclass(slots=True)
class PlanCounts:
    """Members who go up, go down and stay; how many each tier has before and after; and the points for entering.

    `entry_points` are what the change costs in all. Their places count where tiers have new names: the second of three
    tiers stays the second.
    """

    up: int = 0
    down: int = 0
    same: int = 0
    entry_points: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> PlanCounts:
        """Counts as they were stored; none yet where nothing was."""
        numbers = {name: int(stored.get(name, 0)) for name in ("up", "down", "same", "entry_points")}
        return cls(**numbers, before=Counter(stored.get("before", {})), after=Counter(stored.get("after", {})))

    def to_json(self) -> dict[str, Any]:
        """The counts as they are stored."""
        return {
            "up": self.up, "down": self.down, "same": self.same, "entry_points": self.entry_points,
            "before": dict(self.before), "after": dict(self.after),
        }  # fmt: skip

    def add(self, members: Iterable[TierFacts], definition: TierProgram, now: datetime) -> None:
        """Count what a definition that begins now would do to these members."""
        for facts in members:
            version = TierVersion(max((one.version for one in facts.versions), default=0) + 1, now, definition)
            before, after = fold(facts, now), fold(replace(facts, versions=(*facts.versions, version)), now)
            if after is not None:
                self._add(before, after)

    def _add(self, before: TierStanding | None, after: TierStanding) -> None:
        self.after[after.tier.handle] += 1
        moved = 0
        if before is not None:
            self.before[before.tier.handle] += 1
            moved = _moved(before, after)
        elif after.tier.handle != after.version.definition.tiers[0].handle:
            moved = 1
        self.up += moved > 0
        self.down += moved < 0
        self.same += moved == 0
        had = {(one.tier, one.ordinal) for one in before.entries} if before is not None else set()
        self.entry_points += sum(one.points for one in after.entries if (one.tier, one.ordinal) not in had)


def _moved(before: TierStanding, after: TierStanding) -> int:
    """How many steps up (or, below 0, down) the member goes, on the new ladder if both tiers are on it."""
    old, new = before.version.definition.ranks, after.version.definition.ranks
    if before.tier.handle in new:
        return new[after.tier.handle] - new[before.tier.handle]
    if after.tier.handle in old:
        return old[after.tier.handle] - old[before.tier.handle]
    return new[after.tier.handle] - old[before.tier.handle]
