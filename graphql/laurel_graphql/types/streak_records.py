"""Streaks as the staff see them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import strawberry

from engine.game.facts import Game
from engine.streaks.definitions import StreakDefinition as StreakFacts
from laurel_graphql.game_sentences import unit_how_text
from laurel_graphql.inputs.streaks import MilestoneRecurrence
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS
from laurel_graphql.types.badge_records import Artwork, artwork_of
from laurel_graphql.types.game_records import EarnedRecord, StaffDesk, record_fields
from laurel_graphql.types.game_values import GameCounter, GameUnit, counter_of


@strawberry.type(description="What a length of a streak gives.")
class StreakDefinitionMilestone:
    length: int = strawberry.field(description="How many units in a row.")
    title: str = strawberry.field(description="Its title; empty for none.")
    points: Points = strawberry.field(description="Points that it gives.")
    experience: Points = strawberry.field(description="Experience that it gives.")


@strawberry.type(description="How many freezes a streak begins with for members of a tier.")
class TierFreezes:
    tier: str = strawberry.field(description="The tier's handle.")
    freezes: int = strawberry.field(description="How many.")


@strawberry.type(description="A streak with everything that its newest version says.")
class StreakDefinition(EarnedRecord):
    title: str = strawberry.field(description="Its title.")
    description: str = strawberry.field(description="What it is; empty for nothing.")
    artwork: Artwork = strawberry.field(description="Its picture.")
    counter: GameCounter = strawberry.field(description="What is counted.")
    per_unit: Decimal = strawberry.field(description="How much of it in a unit keeps the streak.")
    unit: GameUnit = strawberry.field(description="DAY, WEEK or MONTH.")
    freezes_maximum: int = strawberry.field(description="How many freezes a member can have.")
    freeze_every: int | None = strawberry.field(description="How many kept units earn a freeze, null: none is earned.")
    freezes_by_tier: list[TierFreezes] = strawberry.field(description="With how many freezes a streak begins.")
    repair_hours: int = strawberry.field(description="For how many hours a missed unit can be repaired.")
    repairs_per_year: int = strawberry.field(description="How often a year.")
    quiet_units_per_year: int = strawberry.field(description="How many units a year may be a planned absence.")
    milestones: list[StreakDefinitionMilestone] = strawberry.field(description="What its lengths give, shortest first.")
    recurrence: MilestoneRecurrence = strawberry.field(description="How often they are given.")
    points_days: int | None = strawberry.field(description="For how many days points can be spent, null for good.")
    plateau_every: int | None = strawberry.field(description="After them, every so many units give points.")
    plateau_points: Points = strawberry.field(description="So many.")


def streak_definition_of(game: Game[Any], staff: StaffDesk) -> StreakDefinition:
    """The streak of an engine's record."""
    definition: StreakFacts = game.newest.definition
    return StreakDefinition(
        **record_fields(game, staff, _summary(definition, staff.language)),
        title=definition.title,
        description=definition.description,
        artwork=artwork_of(definition.artwork, staff.desk),
        counter=counter_of(definition.counter, staff.language),
        per_unit=definition.per_unit,
        unit=GameUnit[definition.unit.upper()],
        freezes_maximum=definition.freezes_maximum,
        freeze_every=definition.freeze_every,
        freezes_by_tier=[TierFreezes(tier=one.tier, freezes=one.freezes) for one in definition.freezes_by_tier],
        repair_hours=definition.repair_hours,
        repairs_per_year=definition.repairs_per_year,
        quiet_units_per_year=definition.quiet_units_per_year,
        milestones=[
            StreakDefinitionMilestone(
                length=one.length, title=one.title, points=Points(one.points), experience=Points(one.experience)
            )
            for one in definition.milestones
        ],
        recurrence=MilestoneRecurrence[definition.recurrence.upper()],
        points_days=definition.points_days,
        plateau_every=definition.plateau_every,
        plateau_points=Points(definition.plateau_points),
    )


def _summary(definition: StreakFacts, language: str) -> Iterator[str]:
    texts = TEXTS[language]
    yield unit_how_text(definition.counter, definition.per_unit, definition.unit, language)
    if definition.freezes_maximum:
        form = "one" if definition.freezes_maximum == 1 else "other"
        yield texts[f"streak.rules.freezes.{form}"].format(count=definition.freezes_maximum)
    if definition.freeze_every is not None and definition.freezes_maximum:
        yield texts["streak.rules.freeze_every"].format(count=definition.freeze_every)
    if definition.repair_hours and definition.repairs_per_year:
        yield texts["streak.rules.repair"].format(hours=definition.repair_hours, count=definition.repairs_per_year)
    if definition.quiet_units_per_year:
        yield texts[f"streak.rules.quiet.{definition.unit}"].format(count=definition.quiet_units_per_year)
    if definition.milestones:
        yield texts[f"streak.rules.{definition.recurrence}"]
    yield texts["streak.rules.refund"]
