"""`artworkCreate`: the merchant brings a picture of their own."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.badges.artwork_store import create_artwork
from engine.badges.svg_parts import ArtworkRefused
from laurel_graphql.context import MerchantInfo
from laurel_graphql.inputs.texts import readable
from laurel_graphql.texts import TEXTS, language_of
from laurel_graphql.types.badge_records import Artwork, artwork_of
from laurel_graphql.types.game_desk import game_desk


@strawberry.enum(description="Why a picture was not taken.")
class ArtworkCreateErrorCode(Enum):
    TOO_LARGE = strawberry.enum_value("TOO_LARGE", description="Returned when the file is larger than 100 kB.")
    NOT_SVG = strawberry.enum_value("NOT_SVG", description="Returned when it is not an SVG.")
    UNSAFE = strawberry.enum_value("UNSAFE", description="Returned when it holds something that could harm.")
    TOO_MANY = strawberry.enum_value("TOO_MANY", description="Returned when there are as many as there can be.")
    INVALID = strawberry.enum_value("INVALID", description="Returned when the picture or its name cannot be used.")


@strawberry.type(description="One reason why a picture was not taken. Nothing changed.")
class ArtworkCreateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: ArtworkCreateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The picture.")
class ArtworkCreateInput:
    name: str = strawberry.field(description="Its name, 1 to 80 characters.")
    svg: str = strawberry.field(
        description="The SVG as text, at most 100 kB. Scripts, outside references and the like are not taken."
    )


@strawberry.type(description="What came of it.")
class ArtworkCreatePayload:
    artwork: Artwork | None = strawberry.field(description="The picture, null when refused.")
    user_errors: list[ArtworkCreateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def artwork_create(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        ArtworkCreateInput, strawberry.argument(description="The picture.")
    ],
) -> ArtworkCreatePayload:
    """The same picture again is the one that is kept already."""
    context = info.context
    name, svg = readable(input.name), readable(input.svg).encode()
    try:
        async with context.writing() as connection:
            made = await create_artwork(connection, context.program_id, name, svg, actor=context.actor)
            desk = await game_desk(connection, context)
    except ArtworkRefused as refusal:
        error = ArtworkCreateUserError(
            field=["input", "svg"],
            message=TEXTS[language_of(context.locale)][f"artwork.refused.{refusal.code.lower()}"],
            code=ArtworkCreateErrorCode[refusal.code],
        )
        return ArtworkCreatePayload(artwork=None, user_errors=[error])
    return ArtworkCreatePayload(artwork=artwork_of(made.reference, desk, made.name), user_errors=[])
