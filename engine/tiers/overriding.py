"""Tiers given by hand, laid over those that were earned: what members and staff see of both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from engine.tiers.facts import Override, TierFacts, TierVersion, in_force
from engine.tiers.standing import Reason, TierChange


def override_at(facts: TierFacts, moment: datetime, now: datetime) -> Override | None:
    """The override that holds at a moment, as is known now: of several the one that was given last.

    One that names a tier which there is no longer holds nothing.
    """
    version = _version_at(in_force(facts.versions), moment)
    holding = [
        one
        for one in facts.overrides
        if one.starts_at <= moment
        and _before(moment, one.end(now))
        and version is not None
        and one.tier in version.definition.ranks
    ]
    return max(holding, key=lambda one: (one.starts_at, one.override_id), default=None)


def shown_changes(
    facts: TierFacts, earned: Sequence[TierChange], first: str, begins_at: datetime, now: datetime
) -> tuple[TierChange, ...]:
    """The changes that were seen: those of what was earned, but for the times in which a tier was given by hand."""
    if not any(one.starts_at <= now for one in facts.overrides):
        return tuple(earned)
    moments = {begins_at, *(change.at for change in earned), *(one.effective_from for one in facts.versions)}
    moments |= {edge for one in facts.overrides for edge in (one.starts_at, one.end(now)) if edge is not None}
    shown: list[TierChange] = []
    held: Override | None = None
    seen = below = first
    for moment in sorted(at for at in moments if begins_at <= at <= now):
        before, held = held, override_at(facts, moment, now)
        steps = [change for change in earned if change.at == moment]
        below = steps[-1].to if steps else below
        if before is None and held is None:
            shown += steps
        elif (held.tier if held else below) != seen:
            shown.append(TierChange(moment, seen, held.tier if held else below, _reason(held)))
        seen = held.tier if held else below
    return tuple(shown)


def _reason(held: Override | None) -> Reason:
    return "override" if held else "override_ended"


def _before(moment: datetime, end: datetime | None) -> bool:
    return end is None or moment < end


def _version_at(versions: Sequence[TierVersion], moment: datetime) -> TierVersion | None:
    return next((one for one in reversed(versions) if one.effective_from <= moment), None)
