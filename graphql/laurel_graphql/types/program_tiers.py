"""The ladder of tiers as everybody may read it: what each takes and does."""

from __future__ import annotations

import strawberry

from engine.tiers.definitions import TierProgram
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import Points
from laurel_graphql.tier_sentences import requirement_text
from laurel_graphql.types.perks import Perk, perks_of
from laurel_graphql.types.tier_values import TierRequirement, requirements_of


@strawberry.type(description="A tier of the program.")
class ProgramTier:
    handle: str = strawberry.field(description="Its handle.")
    name: str = strawberry.field(description="Its name, as the merchant wrote it.")
    color: str = strawberry.field(description="Its color, as `#rrggbb`.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    position: int = strawberry.field(description="How high it stands, 0 is the lowest.")
    requirement_text: str = strawberry.field(
        description="What it takes, such as `Spend $500.00`; empty for the lowest, which everybody has."
    )
    retain_text: str = strawberry.field(description="What it takes to stay; empty where nothing is asked.")
    requirements: list[TierRequirement] = strawberry.field(description="What it takes, part by part.")
    entry_points: Points = strawberry.field(description="Points for reaching it, 0 for none.")
    perks: list[Perk] = strawberry.field(description="What it does for its members.")


def program_tiers(program: TierProgram, words: Words) -> list[ProgramTier]:
    """The tiers, lowest first."""
    currency, language = program.currency, words.language
    lasting = program.term.kind == "never"
    return [
        ProgramTier(
            handle=tier.handle,
            name=tier.name,
            color=tier.color,
            description=tier.description,
            position=rank,
            requirement_text=requirement_text(tier.enter, currency, language),
            retain_text="" if lasting else requirement_text(tier.retain or tier.enter, currency, language),
            requirements=requirements_of(tier.enter, currency, language),
            entry_points=Points(tier.entry_points),
            perks=perks_of(tier.perks, words, currency),
        )
        for rank, tier in enumerate(program.tiers)
    ]
