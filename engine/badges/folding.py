"""Which badges a member earned and how far the next ones are: a pure function of facts and a moment.

- A version decides from `effective_from` on, and goes on counting where the one before stood if it counts the same; a
  retroactive one decides as if it had always been in force. What was earned by a version stays with it.
- With `rollback` a badge is held while what was counted is enough, so a refund takes it back at the refund's own time.
  Time alone takes none: of the last 30 days, any 30 days in a row are enough.
- A badge after others is earned when they are held as well; one for a calendar unit needs them before the unit's end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from engine.badges.by_hand import levels_given, overruled, told_by_hand
from engine.badges.counting import BadgeKey, counted_by, times_reached
from engine.badges.definitions import BadgeDefinition
from engine.badges.prerequisites import in_order
from engine.badges.progress import BadgeProgress, progress_of
from engine.game.counters import Counting
from engine.game.curves import Span, intersection, union
from engine.game.facts import Game, GameFact, GameFacts
from engine.game.holding import Force, Held, forces_of, next_version_at, settle
from engine.game.standing import Earned
from engine.game.windows import bounds

_Holdings = dict[BadgeKey, list[Held]]


class BadgeFold(NamedTuple):
    """What was earned, how far one is, and when time alone changes what was earned."""

    earned: tuple[Earned, ...]
    progress: tuple[BadgeProgress, ...]
    review_at: datetime | None


@dataclass(slots=True)
class _Folding:
    """What all badges of a member are worked out from."""

    facts: GameFacts
    now: datetime
    counting: Counting
    told: dict[int, list[GameFact]]
    times_held: dict[str, list[Span]]


def fold_badges(facts: GameFacts, now: datetime, counting: Counting | None = None) -> BadgeFold:
    """Badges and the way to the next ones, the same in whatever order facts came."""
    games = facts.of("badge")
    folding = _Folding(
        facts, now, counting or Counting(facts.activities, facts.zone), told_by_hand(facts.facts, now), {}
    )
    forces = {game.handle: forces_of(game, now) for game in games}
    held: dict[str, _Holdings] = {game.handle: {} for game in games}
    by_handle = {game.handle: game for game in games}
    for handle in in_order({handle: _after(forces[handle]) for handle in by_handle}):
        held[handle] = _held(folding, by_handle[handle], forces[handle])
        folding.times_held[handle] = union(one[:2] for every in held[handle].values() for one in every)
    earned = [_earned(game, key, spans[-1]) for game in games for key, spans in held[game.handle].items() if spans]
    today = now.astimezone(facts.zone).date()
    progress = [
        _progress(folding, game, forces[game.handle][-1], held[game.handle], today)
        for game in games
        if forces[game.handle] and forces[game.handle][-1].until is None
        and not forces[game.handle][-1].version.definition.given_by_hand
    ]  # fmt: skip
    earned.sort(key=lambda one: (one.earned_at, one.key))
    return BadgeFold(tuple(earned), tuple(progress), _review_at(folding, games))


def _held(folding: _Folding, game: Game[Any], forces: Sequence[Force]) -> _Holdings:
    """When each level of a badge was held, on each occasion."""
    reached: dict[BadgeKey, list[tuple[Force, Sequence[Span]]]] = {}
    for force in forces:
        changes = counted_by(force, folding.counting, folding.now)
        for key, spans in times_reached(force, changes).items():
            allowed = _with_others(folding, force, key, spans)
            if allowed:
                reached.setdefault(key, []).append((force, allowed))
    held = {key: settle(each) for key, each in reached.items()}
    told = folding.told.get(game.definition_id, ())
    if told:
        for level in range(1, levels_given(game, told) + 1):
            held.setdefault(BadgeKey(level, "", ""), [])
        held = {key: overruled(game, key.level, key.occasion, spans, told) for key, spans in held.items()}
    return held


def _with_others(folding: _Folding, force: Force, key: BadgeKey, spans: list[Span]) -> list[Span]:
    """When the badges that come before were held, too."""
    definition: BadgeDefinition = force.version.definition
    for handle in definition.after:
        held = folding.times_held.get(handle, [])
        if key.window:
            end = _end(definition, key.window, folding.facts.zone)
            held = [one for one in held if end is None or one[0] < end]
        spans = intersection(spans, held)
    return spans


def _end(definition: BadgeDefinition, first_day: str, zone: ZoneInfo) -> datetime | None:
    return bounds(definition.window, date.fromisoformat(first_day), zone)[1]


def _after(forces: Sequence[Force]) -> tuple[str, ...]:
    """The badges that any version of a badge comes after."""
    return tuple(dict.fromkeys(handle for force in forces for handle in force.version.definition.after))


def _earned(game: Game[Any], key: BadgeKey, held: Held) -> Earned:
    definition: BadgeDefinition = held.version.definition
    level = definition.levels[key.level - 1]
    return Earned(
        game.definition_id, "badge", game.handle, definition.level_title(key.level), key.level, key.occasion,
        held.version.version, held.start, held.end, level.points, level.points_days, level.experience, level.score,
    )  # fmt: skip


def _progress(
    folding: _Folding, game: Game[Any], force: Force, held: Mapping[BadgeKey, Sequence[Held]], today: date
) -> BadgeProgress:
    changes = counted_by(force, folding.counting, folding.now)
    holding = {key for key, spans in held.items() if spans and spans[-1].end is None}
    locked = tuple(
        handle for handle in force.version.definition.after
        if not any(end is None for _, end in folding.times_held.get(handle, ()))
    )  # fmt: skip
    return progress_of(game, force, changes, holding, locked, today, folding.facts.zone)


def _review_at(folding: _Folding, games: Sequence[Game[Any]]) -> datetime | None:
    """The next version, and what is known to happen only later than now."""
    coming = [one.occurred_at for one in folding.facts.facts if one.occurred_at > folding.now]
    known = (folding.counting.next_at(folding.now), next_version_at(games, folding.now))
    return min([*coming, *(one for one in known if one is not None)], default=None)
