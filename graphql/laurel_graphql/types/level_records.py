"""Levels of experience as the staff see them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import strawberry

from engine.game.facts import Game
from engine.levels.definitions import ExperienceRule as RuleFacts
from engine.levels.definitions import LevelsDefinition as LevelsFacts
from engine.levels.definitions import LevelStep as StepFacts
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.game_sentences import counts_text, number_text
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS
from laurel_graphql.types.game_records import GameRecord, StaffDesk, record_fields
from laurel_graphql.types.game_values import GameCounter, counter_of


@strawberry.type(description="Experience for each one that is counted.")
class ExperienceRule:
    counter: GameCounter = strawberry.field(description="What is counted.")
    factor: Decimal = strawberry.field(description="How much experience for each.")
    text: str = strawberry.field(description="The same in the caller's language.")


@strawberry.type(description="One level.")
class LevelStep:
    staff: strawberry.Private[StaffDesk]
    level: int = strawberry.field(description="Its number, from 1 on.")
    title: str = strawberry.field(description="Its title.")
    threshold: Points = strawberry.field(description="From which experience on it is reached.")
    points: Points = strawberry.field(description="Points for reaching it.")
    points_days: int | None = strawberry.field(description="For how many days they can be spent, null for good.")

    @computed("How many members have reached it, those on higher levels, too.")
    async def members(self, info: MerchantInfo) -> int:
        """Counted for all levels at once."""
        return (await self.staff.counts.levels(info.context)).levels.get(self.level, 0)


@strawberry.type(description="The levels with everything that their newest version says.")
class LevelsDefinition(GameRecord):
    experience: list[ExperienceRule] = strawberry.field(description="Where experience comes from, besides games.")
    levels: list[LevelStep] = strawberry.field(description="The levels, lowest first.")

    @computed("How many members have reached any of them.")
    async def members(self, info: MerchantInfo) -> int:
        """As their standings were last worked out."""
        return (await self.staff.counts.levels(info.context)).members


def levels_definition_of(game: Game[Any], staff: StaffDesk) -> LevelsDefinition:
    """The levels of an engine's record."""
    definition: LevelsFacts = game.newest.definition
    rules = [_rule(rule, staff.language) for rule in definition.experience]
    return LevelsDefinition(
        **record_fields(game, staff, [rule.text for rule in rules]),
        experience=rules,
        levels=[_step(place, step, staff) for place, step in enumerate(definition.levels, 1)],
    )


def _rule(rule: RuleFacts, language: str) -> ExperienceRule:
    factor, counts = number_text(rule.factor, language), counts_text(rule.counter, language)
    return ExperienceRule(
        counter=counter_of(rule.counter, language),
        factor=rule.factor,
        text=TEXTS[language]["levels.rule"].format(factor=factor, counts=counts),
    )


def _step(place: int, step: StepFacts, staff: StaffDesk) -> LevelStep:
    return LevelStep(
        staff=staff,
        level=place,
        title=step.title,
        threshold=Points(step.threshold),
        points=Points(step.points),
        points_days=step.points_days,
    )
