"""What a member finished and how far they are, as a pure function of facts and a moment.

- What was done counts in the period of its day, whenever it is told of, from the first version on; where members join,
  from joining until leaving. An edit goes on counting where the challenge stood, and decides from its own beginning
  on; what was finished before keeps the version that it was finished by.
- Each period is finished once. With `rollback` it is lost at the moment at which a refund leaves too little, and won
  again when there is enough; without, it stays. From the archiving on nothing new is finished.
- A goal of the community is finished when it was settled, by all who gave enough to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.challenges.attempts import Interval
from engine.challenges.definitions import ChallengeDefinition
from engine.challenges.periods import has_period, running_period
from engine.challenges.progress import ChallengeProgress, Running, progress_of
from engine.challenges.trying import Trying
from engine.game.counters import Counting
from engine.game.facts import CommunityPeriod, Game, GameFacts
from engine.game.slices import Slice, next_start, slices
from engine.game.standing import Earned

Contribution = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class ChallengeFold:
    """All challenges of a member. `contributions` are (definition, period, amount) of what is not settled yet, spend in
    minor units; `review_at` is when time alone changes what was finished."""

    earned: tuple[Earned, ...]
    progress: tuple[ChallengeProgress, ...]
    contributions: tuple[Contribution, ...]
    review_at: datetime | None


def fold_challenges(
    facts: GameFacts, now: datetime, counting: Counting | None = None, *, progress: bool = True
) -> ChallengeFold:
    """What follows from the facts at a moment, the same in whatever order they came.

    Without `progress` only what is kept is worked out, not what people read.
    """
    counted = counting or Counting(facts.activities, facts.zone)
    earned: list[Earned] = []
    shown: list[ChallengeProgress | None] = []
    contributions: list[Contribution] = []
    moments = [counted.next_at(now)]
    for game in facts.of("challenge"):
        one = _Challenge(game, facts, now, counted)
        mine = one.earned()
        earned += mine
        contributions += one.contributions()
        moments.append(next_start(game, now))
        if progress:
            shown.append(one.progress(mine))
    review_at = min((one for one in moments if one is not None), default=None)
    return ChallengeFold(tuple(earned), tuple(one for one in shown if one is not None), tuple(contributions), review_at)


class _Challenge:
    """One challenge of one member, with all its versions."""

    def __init__(self, game: Game[ChallengeDefinition], facts: GameFacts, now: datetime, counting: Counting) -> None:
        self.game, self.facts, self.now = game, facts, now
        self._slices = slices(game, now)
        archived = game.archived_at is not None and game.archived_at <= now
        self._archived_at = game.archived_at if archived else None
        self._trying = Trying(game, facts, now, counting)

    def earned(self) -> list[Earned]:
        """Each period that was finished, oldest first, those that were lost again among them."""
        periods = {period for one in self._slices if _alone(one) for period in self._trying.periods(one.definition)}
        found = [self._finished(period) for period in sorted(periods)]
        return [one for one in found if one is not None] + self._shared()

    def contributions(self) -> list[Contribution]:
        """What the member gave to each period of the community that was not settled yet.

        A period is played by the version that is in force at its end.
        """
        settled = self._settled()
        found: list[Contribution] = []
        for one in self._slices:
            for period, tried in self._trying.periods(one.definition).items() if not _alone(one) else ():
                ends_at = self._trying.bounds(one.definition, period)[1]
                if tried.steps and period not in settled and one.starts_at < ends_at <= one.ends_at:
                    found.append((self.game.definition_id, period, tried.steps[0].units))
        return sorted(found)

    def progress(self, earned: Iterable[Earned]) -> ChallengeProgress | None:
        """How far the member is in the running period; None for a challenge that there is not yet, or no more."""
        if not self._slices or self._archived_at is not None:
            return None
        version = self._slices[-1].version
        definition = version.definition
        period = running_period(definition, self.facts.zone, self.now)
        finished = next((one for one in earned if one.occasion == period and one.revoked_at is None), None)
        since = next((one for one in self._trying.spans(definition) if one.goes_on), None)
        bounds, tried = self._trying.bounds(definition, period), self._trying.periods(definition).get(period)
        judged = _alone(self._slices[-1]) or period in self._settled()
        return progress_of(self.game, version, Running(period, bounds, tried, finished, since, judged), self.now)

    def _settled(self) -> set[str]:
        return {one.period for one in self.facts.communities if one.definition_id == self.game.definition_id}

    def _finished(self, period: str) -> Earned | None:
        """A period of a challenge that is played alone: finished by the version in force then, held by its terms."""
        held: tuple[Slice[ChallengeDefinition], Interval] | None = None
        for one in self._slices:
            plays = _alone(one) and has_period(one.definition, period)
            if not plays or one.starts_at >= self._trying.bounds(one.definition, period)[1]:
                continue
            for span in self._intervals(one, period):
                lost_at = held[1].ends_at if held is not None else None
                starts_at = max(moment for moment in (span.starts_at, one.starts_at, lost_at) if moment is not None)
                if starts_at >= min(one.ends_at, self._archived_at or one.ends_at):
                    break
                if span.ends_at is not None and span.ends_at <= starts_at:
                    continue
                if span.ends_at is None or not one.definition.rollback:
                    return self._earned(one, period, Interval(starts_at, None))
                held = one, Interval(starts_at, span.ends_at)
        return self._earned(held[0], period, held[1]) if held is not None else None

    def _shared(self) -> list[Earned]:
        """Settled periods of the community that reached their target, where the member gave enough."""
        found: list[Earned] = []
        for one in self.facts.communities:
            part = next((part for part in self._slices if part.version.version == one.version), None)
            mine = one.definition_id == self.game.definition_id and part is not None and not _alone(part)
            if not mine or part is None or one.reached_at is None or one.reached_at > self.now:
                continue
            held = next((span for span in reversed(self._intervals(part, one.period)) if _lasts(span, one)), None)
            if held is not None:
                lost_at = held.ends_at if part.definition.rollback else None
                found.append(self._earned(part, one.period, Interval(max(held.starts_at, one.reached_at), lost_at)))
        return sorted(found, key=lambda one: one.occasion)

    def _intervals(self, part: Slice[ChallengeDefinition], period: str) -> tuple[Interval, ...]:
        tried = self._trying.periods(part.definition).get(period)
        return tried.intervals if tried is not None else ()

    def _earned(self, part: Slice[ChallengeDefinition], period: str, held: Interval) -> Earned:
        definition = part.definition
        return Earned(
            self.game.definition_id, "challenge", self.game.handle, definition.title, 0, period, part.version.version,
            held.starts_at, held.ends_at, definition.points, definition.points_days, definition.experience,
            definition.score,
        )  # fmt: skip


def _alone(part: Slice[ChallengeDefinition]) -> bool:
    return part.definition.scope == "individual"


def _lasts(span: Interval, settled: CommunityPeriod) -> bool:
    """Whether enough was given still when the goal was reached."""
    return span.ends_at is None or (settled.reached_at is not None and span.ends_at > settled.reached_at)
