"""Badges that must be held before others: in which order they are worked out, and that no circle comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.badges.definitions import BadgeDefinition
from engine.game.facts import Game


def in_order(after: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Handles such that each comes after those that it names; who is in a circle, or names one, is left out.

    Handles that are named and not among the keys do not hold anybody up here.
    """
    done: dict[str, None] = {}
    waiting = dict(after)
    while waiting:
        ready = [
            handle for handle, names in waiting.items() if all(name in done or name not in after for name in names)
        ]
        if not ready:
            break
        for handle in ready:
            done[handle] = None
            del waiting[handle]
    return tuple(done)


def in_a_circle(games: Iterable[Game[BadgeDefinition]], handle: str, definition: BadgeDefinition) -> bool:
    """Whether a badge would come after itself by way of others.

    Versions of the past count, too: what was earned by them goes on to follow from the badges that they named.
    """
    after = {game.handle: {name for one in game.versions for name in one.definition.after} for game in games}
    after[handle] = after.get(handle, set()) | set(definition.after)
    return len(in_order({name: sorted(names) for name, names in after.items()})) < len(after)
