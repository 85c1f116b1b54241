"""What a member finished, found the slow way: everything is worked out anew at every moment at which anything changes.

At each moment all that was done counts as if it had never been worth more than it was from then on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from engine.challenges.definitions import ChallengeDefinition, ChallengeStep
from engine.game.facts import CHALLENGE_JOINED, CHALLENGE_LEFT, Game, GameFacts, GameVersion
from engine.game.windows import Each, first_day, following
from engine.rules.days import start_of_day
from engine.tiers.activities import Activity


class Held(NamedTuple):
    """A finished period: by which version, since when, and when it was lost again."""

    version: int
    earned_at: datetime
    revoked_at: datetime | None


def finished(game: Game[ChallengeDefinition], facts: GameFacts, now: datetime) -> dict[str, Held]:
    """Each period that was ever finished, by its last time."""
    period = game.newest.definition.period
    found: dict[str, Held] = {}
    days = [one.occurred_at.astimezone(facts.zone).date() for one in facts.activities if one.occurred_at <= now]
    firsts = sorted({first_day(period.unit, day) for day in days}) if isinstance(period, Each) else [date.min]
    for first in firsts:
        held = _period(game, facts, first, now)
        if held is not None:
            found[first.isoformat() if isinstance(period, Each) else ""] = held
    return found


def _period(game: Game[ChallengeDefinition], facts: GameFacts, first: date, now: datetime) -> Held | None:
    held: Held | None = None
    for moment in _moments(game, facts, now):
        version = max(
            (one for one in game.versions if one.effective_from <= moment),
            key=lambda one: (one.effective_from, one.version), default=None,
        )  # fmt: skip
        if held is not None and held.revoked_at is None and not _still(game, held, facts, first, moment):
            held = held._replace(revoked_at=moment)
        archived = game.archived_at is not None and moment >= game.archived_at
        if version is None or archived or (held is not None and held.revoked_at is None):
            continue
        if complete(game, version, facts, first, moment) and _in_time(version, facts, first):
            held = Held(version.version, moment, None)
    return held


def _still(game: Game[ChallengeDefinition], held: Held, facts: GameFacts, first: date, moment: datetime) -> bool:
    version = next(one for one in game.versions if one.version == held.version)
    return not version.definition.rollback or complete(game, version, facts, first, moment)


def _in_time(version: GameVersion[ChallengeDefinition], facts: GameFacts, first: date) -> bool:
    period = version.definition.period
    if not isinstance(period, Each):
        return period.ends_at is None or version.effective_from < period.ends_at
    return version.effective_from < start_of_day(following(period.unit, first), facts.zone)


def _moments(game: Game[ChallengeDefinition], facts: GameFacts, now: datetime) -> list[datetime]:
    steps = [max(step.at, one.occurred_at) for one in facts.activities for step in one.steps]
    return sorted(at for at in {*steps, *(one.effective_from for one in game.versions)} if at <= now)


def complete(
    game: Game[ChallengeDefinition], version: GameVersion[ChallengeDefinition], facts: GameFacts, first: date,
    moment: datetime,
) -> bool:  # fmt: skip
    """Whether, as of a moment, all steps are finished within one stretch of taking part."""
    definition = version.definition
    inside = [one for one in facts.activities if _inside(game, definition, facts, first, one.occurred_at)]
    return any(
        _steps(definition, facts, [one for one in inside if since <= one.occurred_at < until], moment)
        for since, until in _stretches(game, definition, facts, moment)
    )


def _stretches(
    game: Game[ChallengeDefinition], definition: ChallengeDefinition, facts: GameFacts, moment: datetime
) -> Iterable[tuple[datetime, datetime]]:
    least, most = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
    if definition.join == "automatic":
        return [(least, most)]
    joined = [one.occurred_at for one in facts.told(CHALLENGE_JOINED, game.definition_id)]
    left = [one.occurred_at for one in facts.told(CHALLENGE_LEFT, game.definition_id)]
    return [(at, min((end for end in left if end >= at), default=most)) for at in joined]


def _inside(
    game: Game[ChallengeDefinition], definition: ChallengeDefinition, facts: GameFacts, first: date, at: datetime
) -> bool:
    opens_at = min(one.effective_from for one in game.versions)
    if game.archived_at is not None and at >= game.archived_at:
        return False
    period = definition.period
    if isinstance(period, Each):
        return at >= opens_at and first_day(period.unit, at.astimezone(facts.zone).date()) == first
    return (period.starts_at or opens_at) <= at and (period.ends_at is None or at < period.ends_at)


def _steps(definition: ChallengeDefinition, facts: GameFacts, activities: Sequence[Activity], moment: datetime) -> bool:
    after: datetime | None = None
    for step in definition.steps:
        counted = [one for one in activities if after is None or one.occurred_at > after]
        done_at = _done_at(step, facts, counted, moment)
        if done_at is None:
            return False
        after = done_at if definition.order == "sequence" else None
    return True


def _done_at(
    step: ChallengeStep, facts: GameFacts, activities: Sequence[Activity], moment: datetime
) -> datetime | None:
    moments = sorted({max(one.at, activity.occurred_at) for activity in activities for one in activity.steps})
    known = [at for at in moments if at <= moment]
    for at in known:
        together: defaultdict[datetime, int] = defaultdict(int)
        for occurred_at in {one.occurred_at for one in activities}:
            same = [one for one in activities if one.occurred_at == occurred_at]
            together[occurred_at] = min(sum(_worth(step, one, seen) for one in same) for seen in known if seen >= at)
        days = {occurred_at.astimezone(facts.zone).date() for occurred_at, worth in together.items() if worth}
        if (len(days) if step.counter.metric == "days" else sum(together.values())) >= step.units:
            return at
    return None


def _worth(step: ChallengeStep, activity: Activity, moment: datetime) -> int:
    held = [one for one in activity.steps if max(one.at, activity.occurred_at) <= moment]
    if not held:
        return 0
    spend, orders, reviews = held[-1].spend_minor, held[-1].orders, held[-1].reviews
    return {"spend": spend, "orders": orders, "reviews": reviews, "days": int(bool(orders or reviews))}[
        step.counter.metric
    ]
