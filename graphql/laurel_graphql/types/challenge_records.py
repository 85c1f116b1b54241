"""Challenges as the staff see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from engine.challenges.definitions import ChallengeDefinition as ChallengeFacts
from engine.challenges.definitions import ChallengeStep
from engine.game.facts import Game
from engine.game.windows import Always, Between, Each
from laurel_graphql.game_sentences import counted_text, how_text, window_text
from laurel_graphql.inputs.challenges import ChallengeJoin, ChallengeOrder, ChallengePeriodKind
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS
from laurel_graphql.types.badge_records import Artwork, artwork_of
from laurel_graphql.types.challenge_values import ChallengeScope
from laurel_graphql.types.game_desk import GameDesk
from laurel_graphql.types.game_records import EarnedRecord, StaffDesk, record_fields
from laurel_graphql.types.game_values import GameCounter, GameUnit, counter_of


@strawberry.type(description="One step of a challenge.")
class ChallengeDefinitionStep:
    handle: str = strawberry.field(description="Its handle.")
    title: str = strawberry.field(description="Its title.")
    counter: GameCounter = strawberry.field(description="What is counted.")
    target: Decimal = strawberry.field(description="How much it takes.")
    text: str = strawberry.field(description="The same in the caller's language.")


@strawberry.type(description="When a challenge runs. What does not fit its kind is null.")
class ChallengePeriod:
    kind: ChallengePeriodKind = strawberry.field(description="How often.")
    unit: GameUnit | None = strawberry.field(description="The unit of EACH.")
    starts_at: datetime | None = strawberry.field(description="The first moment of ONCE, null: of its first version.")
    ends_at: datetime | None = strawberry.field(description="The first moment after ONCE, null: it has no end.")
    text: str = strawberry.field(description="The same in the caller's language.")


@strawberry.type(description="A challenge with everything that its newest version says.")
class ChallengeDefinition(EarnedRecord):
    title: str = strawberry.field(description="Its title.")
    description: str = strawberry.field(description="What it is; empty for nothing.")
    hidden: bool = strawberry.field(description="Whether it is shown only once it is finished.")
    artwork: Artwork = strawberry.field(description="Its picture.")
    steps: list[ChallengeDefinitionStep] = strawberry.field(description="Its steps.")
    order: ChallengeOrder = strawberry.field(description="In which order they are done.")
    join: ChallengeJoin = strawberry.field(description="Who takes part.")
    scope: ChallengeScope = strawberry.field(description="For whom it is.")
    period: ChallengePeriod = strawberry.field(description="When it runs.")
    points: Points = strawberry.field(description="Points for finishing it.")
    points_days: int | None = strawberry.field(description="For how many days they can be spent, null for good.")
    experience: Points = strawberry.field(description="Experience that it gives.")
    score: Points = strawberry.field(description="What it counts on boards of challenge scores.")
    minimum_contribution: Decimal = strawberry.field(description="What a member must have given to the community's.")
    settle_hours: int = strawberry.field(description="How long after its end the community's takes what was before.")
    rollback: bool = strawberry.field(description="Whether a refund takes back what it was finished by.")


def challenge_definition_of(game: Game[Any], staff: StaffDesk) -> ChallengeDefinition:
    """The challenge of an engine's record."""
    definition: ChallengeFacts = game.newest.definition
    return ChallengeDefinition(
        **record_fields(game, staff, _summary(definition, staff.desk)),
        title=definition.title,
        description=definition.description,
        hidden=definition.hidden,
        artwork=artwork_of(definition.artwork, staff.desk),
        steps=[_step(step, staff.language) for step in definition.steps],
        order=ChallengeOrder[definition.order.upper()],
        join=ChallengeJoin[definition.join.upper()],
        scope=ChallengeScope[definition.scope.upper()],
        period=_period(definition, staff.desk.words),
        points=Points(definition.points),
        points_days=definition.points_days,
        experience=Points(definition.experience),
        score=Points(definition.score),
        minimum_contribution=definition.minimum_contribution,
        settle_hours=definition.settle_hours,
        rollback=definition.rollback,
    )


def period_text(definition: ChallengeFacts, words: Words) -> str:
    """When a challenge runs, in words."""
    period = definition.period
    if isinstance(period, Each):
        return window_text(period, words)
    if period.starts_at is not None and period.ends_at is not None:
        return window_text(Between(starts_at=period.starts_at, ends_at=period.ends_at), words)
    return window_text(Always(), words)


def _step(step: ChallengeStep, language: str) -> ChallengeDefinitionStep:
    return ChallengeDefinitionStep(
        handle=step.handle,
        title=step.title,
        counter=counter_of(step.counter, language),
        target=step.target,
        text=counted_text(step.counter, step.target, language),
    )


def _period(definition: ChallengeFacts, words: Words) -> ChallengePeriod:
    period = definition.period
    each = period if isinstance(period, Each) else None
    return ChallengePeriod(
        kind=ChallengePeriodKind[period.kind.upper()],
        unit=None if each is None else GameUnit[each.unit.upper()],
        starts_at=None if isinstance(period, Each) else period.starts_at,
        ends_at=None if isinstance(period, Each) else period.ends_at,
        text=period_text(definition, words),
    )


def _summary(definition: ChallengeFacts, desk: GameDesk) -> Iterator[str]:
    texts = TEXTS[desk.language]
    for step in definition.steps:
        yield f"{step.title}: {how_text(step.counter, step.target, Always(), desk.words)}"
    if len(definition.steps) > 1:
        yield texts[f"challenge.order.{definition.order}"]
    yield texts[f"challenge.join.{definition.join}"]
    if definition.scope == "community":
        least = counted_text(definition.steps[0].counter, definition.minimum_contribution, desk.language)
        yield texts["challenge.community"].format(least=least)
    yield texts["badge.rollback" if definition.rollback else "badge.no_rollback"]
    if definition.hidden:
        yield texts["challenge.hidden"]
