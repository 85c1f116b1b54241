"""A badge that is thought about: who would have it at once, and what that would give."""

from __future__ import annotations

from enum import Enum

import strawberry

from engine.badges.definitions import BadgeDefinition
from engine.game.previewing import GamePreview
from laurel_graphql.gids import gid
from laurel_graphql.scalars import Points


@strawberry.enum(description="How far a preview is.")
class BadgePreviewState(Enum):
    COUNTING = strawberry.enum_value("COUNTING", description="Members are being counted.")
    READY = strawberry.enum_value("READY", description="All were counted.")
    DROPPED = strawberry.enum_value("DROPPED", description="It cannot be counted any more.")


@strawberry.type(description="One level of a badge that is thought about.")
class BadgePreviewLevel:
    number: int = strawberry.field(description="Its number, from 1 on.")
    name: str = strawberry.field(description="Its name; empty for none.")
    members: int = strawberry.field(description="How many members would reach it at once.")
    points: Points = strawberry.field(description="The points that they would get for it in all.")


@strawberry.type(description="A badge that is thought about: who would have it at once.")
class BadgePreview:
    id: strawberry.ID = strawberry.field(description="The preview's global id.")
    state: BadgePreviewState = strawberry.field(description="How far it is.")
    members_total: int = strawberry.field(description="How many members are to be looked at.")
    members_done: int = strawberry.field(description="How many of them were.")
    members: int = strawberry.field(description="How many would reach anything that they have not reached, so far.")
    points: Points = strawberry.field(description="The points that they would get in all, so far.")
    levels: list[BadgePreviewLevel] = strawberry.field(description="The same by level, lowest first.")


def preview_of(preview: GamePreview) -> BadgePreview:
    """The preview of an engine's record of a badge."""
    definition, counts = preview.definition, preview.counts
    assert isinstance(definition, BadgeDefinition), "only badges are asked for"
    return BadgePreview(
        id=strawberry.ID(gid("BadgePreview", preview.preview_id)),
        state=BadgePreviewState[preview.state.upper()],
        members_total=preview.members_total,
        members_done=preview.members_done,
        members=counts.members,
        points=Points(counts.points),
        levels=[
            BadgePreviewLevel(
                number=number,
                name=level.name,
                members=counts.members_by_level[number],
                points=Points(counts.points_by_level[number]),
            )
            for number, level in enumerate(definition.levels, 1)
        ],
    )
