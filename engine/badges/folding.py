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
from functools import lru_cache
from itertools import chain
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
from engine.game.holding import Force, Held, Plan, plan_of, settle
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


def fold_badges(
    facts: GameFacts, now: datetime, counting: Counting | None = None, *, progress: bool = True
) -> BadgeFold:
    """Badges and the way to the next ones, the same in whatever order facts came; without `progress` only badges."""
    plan = plan_of(facts.games, "badge", now)
    known = counting or Counting(facts.activities, facts.zone)
    folding = _Folding(facts, now, known, told_by_hand(facts.facts, now), {})
    held: dict[str, _Holdings] = {}
    order, named = _order(plan)
    for game in order:
        found = _held(folding, game, plan.forces[game.handle])
        held[game.handle] = found
        if found and game.handle in named:
            folding.times_held[game.handle] = union(one[:2] for spans in found.values() for one in spans)
    earned = [
        _earned(game, key, spans[-1])
        for game in plan.games for key, spans in held.get(game.handle, {}).items() if spans
    ]  # fmt: skip
    earned.sort(key=lambda one: (one.earned_at, one.key))
    ahead = _progress(folding, plan, held) if progress else ()
    return BadgeFold(tuple(earned), ahead, _review_at(folding, plan))


@lru_cache(maxsize=64)
def _order(plan: Plan) -> tuple[tuple[Game[Any], ...], frozenset[str]]:
    """Badges such that each comes after those that any of its versions names, and the handles of those named."""
    games = {game.handle: game for game in plan.games}
    after = {name: _after(plan.forces[name]) for name in games}
    return tuple(games[handle] for handle in in_order(after)), frozenset(chain(*after.values()))


def _held(folding: _Folding, game: Game[Any], forces: Sequence[Force]) -> _Holdings:
    """When each level of a badge was held, on each occasion."""
    reached: dict[BadgeKey, list[tuple[Force, Sequence[Span]]]] = {}
    alike: dict[tuple[datetime | None, int, str], Mapping[BadgeKey, list[Span]]] = {}
    for force in forces:
        for key, spans in _reached(folding, force, alike).items():
            allowed = _with_others(folding, force, key, spans)
            if allowed:
                reached.setdefault(key, []).append((force, allowed))
    held = {key: settle(each) for key, each in reached.items()}
    told = folding.told.get(game.definition_id)
    if told is not None:
        for level in range(1, levels_given(game, told) + 1):
            held.setdefault(BadgeKey(level, "", ""), [])
        held = {key: overruled(game, key.level, key.occasion, spans, told) for key, spans in held.items()}
    return held


def _reached(
    folding: _Folding, force: Force, alike: dict[tuple[datetime | None, int, str], Mapping[BadgeKey, list[Span]]]
) -> Mapping[BadgeKey, list[Span]]:
    """When counting alone was enough; `alike` holds it for versions that differ in nothing that decides it."""
    terms = (force.origin, force.series, force.version.definition.terms)
    found = alike.get(terms)
    if found is None:
        changes = counted_by(force, folding.counting, folding.now)
        alike[terms] = found = times_reached(force, changes) if changes else {}
    return found


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


def _progress(folding: _Folding, plan: Plan, held: Mapping[str, _Holdings]) -> tuple[BadgeProgress, ...]:
    today = folding.now.astimezone(folding.facts.zone).date()
    found: list[BadgeProgress] = []
    for game in plan.games:
        force = plan.forces[game.handle][-1] if plan.forces[game.handle] else None
        if force is None or force.until is not None or force.version.definition.given_by_hand:
            continue
        changes = counted_by(force, folding.counting, folding.now)
        holding = {key for key, spans in held.get(game.handle, {}).items() if spans and spans[-1].end is None}
        locked = tuple(name for name in force.version.definition.after if not _is_held(folding, name))
        found.append(progress_of(game, force, changes, holding, locked, today, folding.facts.zone))
    return tuple(found)


def _is_held(folding: _Folding, handle: str) -> bool:
    return any(end is None for _, end in folding.times_held.get(handle, ()))


def _review_at(folding: _Folding, plan: Plan) -> datetime | None:
    """The next version, and what is known to happen only later than now."""
    coming = [one.occurred_at for one in folding.facts.facts if one.occurred_at > folding.now]
    known = (folding.counting.next_at(folding.now), plan.next_version_at)
    return min([*coming, *(one for one in known if one is not None)], default=None)
