"""How much experience a member has and which level that is: a pure function of facts, what was earned, and a moment.

experience = Σ floor(factor × what a rule counts) + Σ experience of what is earned and not revoked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from engine.game.counters import Counting
from engine.game.curves import Curve, Span, curve_of, reached
from engine.game.facts import Game, GameFacts
from engine.game.holding import Force, Held, plan_of, settle
from engine.game.standing import Earned
from engine.levels.definitions import ExperienceRule, LevelsDefinition
from engine.money import POINTS_MAXIMUM, exponent


@dataclass(frozen=True, slots=True)
class LevelStanding:
    """A member's level, from 1 on; 0 and no title below the first one, or where the program has no levels.

    `threshold` is the experience that the level takes, `next_threshold` what the next one takes and `missing` how much
    of that is missing, None where there is no higher one.
    """

    experience: int
    level: int
    title: str | None
    next_title: str | None
    missing: int | None
    threshold: int = 0
    next_threshold: int | None = None
    definition_id: int | None = None


class LevelFold(NamedTuple):
    """The levels that were reached, where the member stands, and when time alone changes that."""

    earned: tuple[Earned, ...]
    standing: LevelStanding
    review_at: datetime | None


def fold_levels(
    facts: GameFacts, earned: Iterable[Earned], now: datetime, counting: Counting | None = None
) -> LevelFold:
    """Experience and levels, the same in whatever order facts came; `earned` is what else was earned by then."""
    plan = plan_of(facts.games, "levels", now)
    known, gifts = counting or Counting(facts.activities, facts.zone), _gifts(earned, now)
    reached_levels: list[Earned] = []
    standing = LevelStanding(_bounded(sum(delta for _, delta in gifts)), 0, None, None, None)
    for game in plan.games:
        forces = plan.forces[game.handle]
        curves = [_experience(force, known, gifts, now) for force in forces]
        held = _held(forces, curves)
        reached_levels += [_earned(game, level, spans[-1]) for level, spans in held.items() if spans]
        if forces and forces[-1].until is None:
            standing = _standing(game, forces[-1], held, curves[-1].total)
    coming = (known.next_at(now), plan.next_version_at) if plan.games else ()
    reached_levels.sort(key=lambda one: (one.earned_at, one.key))
    return LevelFold(tuple(reached_levels), standing, min((at for at in coming if at is not None), default=None))


def _gifts(earned: Iterable[Earned], now: datetime) -> list[tuple[datetime, int]]:
    """What is earned gives its experience, and what is revoked takes it again."""
    found: list[tuple[datetime, int]] = []
    for one in earned:
        if one.experience and one.earned_at <= now:
            found.append((one.earned_at, one.experience))
            if one.revoked_at is not None and one.revoked_at <= now:
                found.append((one.revoked_at, -one.experience))
    return found


def _experience(force: Force, counting: Counting, gifts: list[tuple[datetime, int]], now: datetime) -> Curve:
    """Experience in time, as one version counts it."""
    definition: LevelsDefinition = force.version.definition
    deltas = list(gifts)
    for rule in definition.experience:
        deltas += _of_rule(rule, counting, now)
    deltas.sort(key=itemgetter(0))
    return curve_of([at for at, _ in deltas], [delta for _, delta in deltas])


def _of_rule(rule: ExperienceRule, counting: Counting, now: datetime) -> list[tuple[datetime, int]]:
    """The changes of what one rule gives; whole numbers throughout: the factor has at most four decimals."""
    counter = rule.counter
    decimals = exponent(counter.currency) if counter.metric == "spend" and counter.currency is not None else 0
    numerator, denominator = int(rule.factor.scaleb(4)), 10 ** (4 + decimals)
    found: list[tuple[datetime, int]] = []
    given = total = 0
    for change in counting.changes(counter):
        if change.at > now:
            break
        total += change.delta
        due = total * numerator // denominator
        if due != given:
            found.append((change.at, due - given))
            given = due
    return found


def _held(forces: Sequence[Force], curves: Sequence[Curve]) -> dict[int, list[Held]]:
    """When each level was held; one that takes no experience is everybody's and is not reached."""
    met: dict[int, list[tuple[Force, Sequence[Span]]]] = {}
    for force, curve in zip(forces, curves, strict=True):
        steps = force.version.definition.levels
        first = 0 if steps[0].threshold else 1
        times = reached(curve, [step.threshold for step in steps[first:]])
        for level, spans in enumerate(times, first + 1):
            if spans:
                met.setdefault(level, []).append((force, spans))
    return {level: settle(each) for level, each in met.items()}


def _standing(game: Game[Any], force: Force, held: dict[int, list[Held]], experience: int) -> LevelStanding:
    """The highest level that is held, also by an older version, and the way to the one above it."""
    steps = force.version.definition.levels
    level = bisect_right([step.threshold for step in steps], max(0, experience))
    holding = {number: spans[-1] for number, spans in held.items() if spans and spans[-1].end is None}
    level = max([level, *holding])
    titled = holding[level].version.definition.levels if level in holding else steps
    following = steps[level] if level < len(steps) else None
    return LevelStanding(
        experience=_bounded(experience),
        level=level,
        title=titled[level - 1].title if level else None,
        next_title=following.title if following is not None else None,
        missing=max(0, following.threshold - experience) if following is not None else None,
        threshold=titled[level - 1].threshold if level else 0,
        next_threshold=following.threshold if following is not None else None,
        definition_id=game.definition_id,
    )


def _earned(game: Game[Any], level: int, held: Held) -> Earned:
    step = held.version.definition.levels[level - 1]
    return Earned(
        game.definition_id, "levels", game.handle, step.title, level, "", held.version.version, held.start, held.end,
        step.points, step.points_days,
    )  # fmt: skip


def _bounded(experience: int) -> int:
    return max(0, min(experience, POINTS_MAXIMUM))
