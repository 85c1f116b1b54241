"""What a member made of each period of a challenge by the terms of its versions, each worked out once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from engine.challenges.attempts import Asked, Attempt, Interval, attempt
from engine.challenges.definitions import ChallengeDefinition, Period
from engine.challenges.participation import Stretch, stretches
from engine.challenges.periods import PeriodBounds, opens_at, period_bounds, period_of
from engine.challenges.progress import Tried
from engine.game.counters import Change, Counter, Counting
from engine.game.facts import Game, GameFacts

_Told = tuple[Change, Counter]


class Trying:
    """One member's attempts at one challenge, as far as is known at a moment."""

    def __init__(self, game: Game[ChallengeDefinition], facts: GameFacts, now: datetime, counting: Counting) -> None:
        self._game, self._facts, self._now, self._counting = game, facts, now, counting
        self._opens_at = opens_at(game)
        self._tried: dict[tuple[object, ...], dict[str, Tried]] = {}
        self._bounds: dict[tuple[Period, str], PeriodBounds] = {}

    def periods(self, definition: ChallengeDefinition) -> dict[str, Tried]:
        """What was made of each period in which anything was done."""
        found = self._tried.get(definition.terms)
        if found is None:
            self._tried[definition.terms] = found = self._try(definition)
        return found

    def bounds(self, definition: ChallengeDefinition, period: str) -> PeriodBounds:
        """The first moment that counts in a period, and the first one after it."""
        key = definition.period, period
        found = self._bounds.get(key)
        if found is None:
            self._bounds[key] = found = period_bounds(definition, period, self._facts.zone, self._opens_at)
        return found

    def spans(self, definition: ChallengeDefinition) -> tuple[Stretch, ...]:
        """When the member took part."""
        return stretches(self._facts, self._game.definition_id, definition, self._now)

    def _try(self, definition: ChallengeDefinition) -> dict[str, Tried]:
        asked = asked_of(definition)
        told: defaultdict[str, list[_Told]] = defaultdict(list)
        for counter in dict.fromkeys(one.counter for one in asked):
            for change in self._counting.events(counter):
                if change.at > self._now:
                    break
                told[period_of(definition, change.day)].append((change, counter))
        spans = self.spans(definition)
        return {period: self._look(definition, asked, period, changes, spans) for period, changes in told.items()}

    def _look(
        self, definition: ChallengeDefinition, asked: Sequence[Asked], period: str, told: list[_Told],
        spans: Sequence[Stretch],
    ) -> Tried:  # fmt: skip
        """One period. Each time of taking part is an attempt of its own; what is given to the community adds up."""
        told.sort(key=_at)
        starts_at, ends_at = self.bounds(definition, period)
        if self._game.archived_at is not None:
            ends_at = min(ends_at, self._game.archived_at)
        parts = [[one for one in told if span.holds(one[0].occurred_at, starts_at, ends_at)] for span in spans]
        if definition.scope == "community":
            parts = [sorted((one for part in parts for one in part), key=_at)]
        sequence = definition.order == "sequence"
        attempts = [attempt(asked, part, sequence=sequence) for part in parts if part]
        taking_part = bool(parts and parts[-1]) and (spans[-1].goes_on or definition.scope == "community")
        return Tried(_union(attempts), attempts[-1].steps if taking_part else ())


def asked_of(definition: ChallengeDefinition) -> tuple[Asked, ...]:
    """What each step takes; of a goal of the community, what each who has a part in it must have given."""
    if definition.scope == "community":
        return (Asked(definition.steps[0].counter, definition.least_units),)
    return tuple(Asked(step.counter, step.units) for step in definition.steps)


def _union(attempts: Sequence[Attempt]) -> tuple[Interval, ...]:
    """When any of several attempts was finished."""
    found: list[Interval] = []
    for one in sorted((span for made in attempts for span in made.intervals), key=_begins):
        last = found[-1] if found else None
        if last is None or (last.ends_at is not None and last.ends_at < one.starts_at):
            found.append(one)
        elif last.ends_at is not None and (one.ends_at is None or one.ends_at > last.ends_at):
            found[-1] = last._replace(ends_at=one.ends_at)
    return tuple(found)


def _begins(interval: Interval) -> datetime:
    return interval.starts_at


def _at(told: _Told) -> datetime:
    return told[0].at
