"""How far a member is in a challenge, as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from engine.challenges.attempts import Interval, Reached
from engine.challenges.definitions import ChallengeDefinition, ChallengeStep
from engine.challenges.participation import Stretch
from engine.challenges.periods import PeriodBounds
from engine.game.counters import Counter
from engine.game.facts import Game, GameVersion
from engine.game.standing import Earned
from engine.rules.days import LAST_MOMENT

ChallengeState = Literal["upcoming", "open", "joined", "completed", "missed"]


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step: amounts in main units of the currency for spend, `missing` 0 when it is done.

    `locked` until the step before it is finished, in a sequence.
    """

    handle: str
    title: str
    counter: Counter
    value: Decimal
    target: Decimal
    missing: Decimal
    done_at: datetime | None
    locked: bool


@dataclass(frozen=True, slots=True)
class ChallengeProgress:
    """A challenge in the period that runs; of one that runs one time, that one.

    It is open to join or, where everybody takes part, being played; joined; completed; or missed, when it ended before.
    `hidden` ones are not shown. `ends_at` is None for no end.

    A goal of the community stays open until it was settled. `contribution` is what this member gave to it, in the unit
    of its step, and the step is how far that is: what all gave is known elsewhere.
    """

    definition_id: int
    handle: str
    version: int
    definition: ChallengeDefinition
    state: ChallengeState
    hidden: bool
    period: str
    starts_at: datetime
    ends_at: datetime | None
    steps: tuple[StepProgress, ...]
    joined_at: datetime | None
    completed_at: datetime | None
    contribution: Decimal | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What was made of a period: when it was finished, and how far the running attempt is."""

    intervals: tuple[Interval, ...]
    steps: tuple[Reached, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """The period that progress is about; `since` is the stretch in which the member takes part now.

    It is `judged` from its end on or, where the community plays, from when it was settled.
    """

    period: str
    bounds: PeriodBounds
    tried: Tried | None
    finished: Earned | None
    since: Stretch | None
    judged: bool


def progress_of(
    game: Game[ChallengeDefinition], version: GameVersion[ChallengeDefinition], running: Running, now: datetime
) -> ChallengeProgress:
    """How far a member is at a moment."""
    definition = version.definition
    steps = _steps(definition, running)
    together = definition.scope == "community"
    ends_at = running.bounds[1]
    joined_at = running.since.starts_at if running.since is not None and definition.join == "joined" else None
    return ChallengeProgress(
        game.definition_id, game.handle, version.version, definition, _state(definition, running, now),
        definition.hidden and running.finished is None, running.period, running.bounds[0],
        ends_at if ends_at < LAST_MOMENT else None, steps, joined_at,
        running.finished.earned_at if running.finished is not None else None, steps[0].value if together else None,
    )  # fmt: skip


def _state(definition: ChallengeDefinition, running: Running, now: datetime) -> ChallengeState:
    if running.finished is not None:
        return "completed"
    if now < running.bounds[0]:
        return "upcoming"
    if now >= running.bounds[1] and running.judged:
        return "missed"
    return "joined" if definition.join == "joined" and running.since is not None else "open"


def _steps(definition: ChallengeDefinition, running: Running) -> tuple[StepProgress, ...]:
    reached = running.tried.steps if running.tried is not None else ()
    found: list[StepProgress] = []
    for number, step in enumerate(definition.steps):
        one = reached[number] if number < len(reached) else Reached(0, None)
        if definition.scope == "community":  # what finishes it is what all give
            one = Reached(one.units, running.finished.earned_at if running.finished is not None else None)
        locked = definition.order == "sequence" and number > 0 and found[-1].done_at is None
        found.append(_step(step, one, locked))
    return tuple(found)


def _step(step: ChallengeStep, reached: Reached, locked: bool) -> StepProgress:
    value, missing = step.counter.amount(reached.units), step.counter.amount(max(0, step.units - reached.units))
    return StepProgress(
        step.handle, step.title, step.counter, value, step.target, missing, reached.done_at, locked
    )  # fmt: skip
