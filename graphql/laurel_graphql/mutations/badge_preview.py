"""`badgePreview`: a badge is thought about, and who would have it at once is counted."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.game.catalog import GameRefused
from engine.game.previewing import preview_game
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, checked_game, game_refused
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.badges import BadgeInput
from laurel_graphql.types.badge_previews import BadgePreview, preview_of


@strawberry.enum(description="Why nothing was counted.")
class BadgePreviewErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when the program has no such badge.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    INVALID = strawberry.enum_value("INVALID", description="Returned when the badge is wrong.")


@strawberry.type(description="One reason why nothing was counted.")
class BadgePreviewUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: BadgePreviewErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The badge that is thought about.")
class BadgePreviewInput:
    badge_id: strawberry.ID | None = strawberry.field(
        default=None, description="The badge that it would be the next version of; null: a new one."
    )
    badge: BadgeInput = strawberry.field(description="The badge as a whole; what is left out gets its default.")


@strawberry.type(description="What came of it.")
class BadgePreviewPayload:
    preview: BadgePreview | None = strawberry.field(description="What is counted so far, null when refused.")
    user_errors: list[BadgePreviewUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def badge_preview(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        BadgePreviewInput, strawberry.argument(description="The badge that is thought about.")
    ],
) -> BadgePreviewPayload:
    """Nothing changes for members. A big program's members are counted in the background: ask for it again."""
    context = info.context
    number = None if input.badge_id is None else number_of(input.badge_id, "Badge")
    try:
        definition = checked_game("badge", input.badge)
        try:
            async with context.writing() as connection:
                made = await preview_game(connection, context.program_id, "badge", definition, number, context.actor)
        except GameRefused as refusal:
            raise game_refused("badge", refusal, context.locale) from None
    except GameChangeRefused as refusal:
        errors = [
            BadgePreviewUserError(field=fault.field, message=fault.message, code=BadgePreviewErrorCode[code])
            for code, fault in refusal.errors
        ]
        return BadgePreviewPayload(preview=None, user_errors=errors)
    return BadgePreviewPayload(preview=preview_of(made), user_errors=[])
