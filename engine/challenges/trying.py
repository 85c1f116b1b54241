"""What a member made of each period of a challenge by the terms of its versions, each worked out once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from engine.challenges.attempts import Attempt, Interval, in_any_order
from engine.challenges.definitions import ChallengeDefinition, Once
from engine.challenges.participation import Stretch, stretches
from engine.challenges.periods import PeriodBounds, opens_at, period_bounds, period_of
from engine.challenges.progress import Tried
from engine.challenges.sequences import in_sequence
from engine.game.counters import Change, Counting
from engine.game.facts import Game, GameFacts

_Told = list[list[Change]]


class Trying:
    """One member's attempts at one challenge, as far as is known at a moment."""

    def __init__(self, game: Game[ChallengeDefinition], facts: GameFacts, now: datetime, counting: Counting) -> None:
        self._game, self._facts, self._now, self._counting = game, facts, now, counting
        self._opens_at = opens_at(game)
        self._tried: list[tuple[tuple[object, ...], dict[str, Tried]]] = []
        self._bounds: dict[tuple[int, str], PeriodBounds] = {}

    def periods(self, definition: ChallengeDefinition) -> dict[str, Tried]:
        """What was made of each period in which anything was done."""
        for terms, found in self._tried:
            if terms is definition.terms or terms == definition.terms:
                return found
        self._tried.append((definition.terms, self._try(definition)))
        return self._tried[-1][1]

    def bounds(self, definition: ChallengeDefinition, period: str) -> PeriodBounds:
        """The first moment that counts in a period, and the first one after it."""
        key = id(definition), period
        found = self._bounds.get(key)
        if found is None:
            self._bounds[key] = found = period_bounds(definition, period, self._facts.zone, self._opens_at)
        return found

    def spans(self, definition: ChallengeDefinition) -> tuple[Stretch, ...]:
        """When the member took part."""
        return stretches(self._facts, self._game.definition_id, definition, self._now)

    def _try(self, definition: ChallengeDefinition) -> dict[str, Tried]:
        known = [self._known(self._counting.events(counter)) for counter in definition.ways]
        if not any(known):
            return {}
        spans = self.spans(definition)
        if isinstance(definition.period, Once):
            return {"": self._look(definition, "", known, spans)}
        told: defaultdict[str, _Told] = defaultdict(lambda: [[] for _ in known])
        for way, changes in enumerate(known):
            for change in changes:
                told[period_of(definition, change.day)][way].append(change)
        return {period: self._look(definition, period, changes, spans) for period, changes in told.items()}

    def _known(self, changes: Sequence[Change]) -> list[Change]:
        if not changes or changes[-1].at <= self._now:
            return list(changes)
        return [change for change in changes if change.at <= self._now]

    def _look(self, definition: ChallengeDefinition, period: str, told: _Told, spans: Sequence[Stretch]) -> Tried:
        """One period. Each time of taking part is an attempt of its own; what is given to the community adds up."""
        starts_at, ends_at = self.bounds(definition, period)
        if self._game.archived_at is not None:
            ends_at = min(ends_at, self._game.archived_at)
        edges = [(max(span.starts_at, starts_at), min(span.ends_at, ends_at)) for span in spans]
        together = definition.scope == "community"
        if together:
            parts = [[[one for one in way if _within(one, edges)] for way in told]]
        else:
            parts = [[[one for one in way if since <= one[1] < until] for way in told] for since, until in edges]
        attempt = in_sequence if definition.order == "sequence" else in_any_order
        attempts = [attempt(definition.asked, part) for part in parts if any(part)]
        taking_part = bool(parts) and any(parts[-1]) and (together or spans[-1].goes_on)
        return Tried(_union(attempts), attempts[-1].steps if taking_part else ())


def _within(change: Change, edges: Sequence[tuple[datetime, datetime]]) -> bool:
    return any(since <= change.occurred_at < until for since, until in edges)


def _union(attempts: Sequence[Attempt]) -> tuple[Interval, ...]:
    """When any of several attempts was finished."""
    if len(attempts) == 1:
        return attempts[0].intervals
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
