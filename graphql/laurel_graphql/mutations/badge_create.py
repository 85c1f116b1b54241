"""`badgeCreate`: one more badge can be earned."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_created
from laurel_graphql.inputs.badges import BadgeInput
from laurel_graphql.types.badge_records import BadgeDefinition, badge_definition_of
from laurel_graphql.types.game_records import staff_desk


@strawberry.enum(description="Why no badge was made.")
class BadgeCreateErrorCode(Enum):
    HANDLE_TAKEN = strawberry.enum_value(
        "HANDLE_TAKEN", description="Returned when another one has the handle, or had it."
    )
    HANDLE_INVALID = strawberry.enum_value(
        "HANDLE_INVALID", description="Returned unless the handle is a–z, 0–9 and `-`, at most 64 characters."
    )
    TOO_MANY = strawberry.enum_value(
        "TOO_MANY", description="Returned when the program has as many as it may at a time."
    )
    INVALID = strawberry.enum_value("INVALID", description="Returned when it is wrong.")


@strawberry.type(description="One reason why no badge was made. Nothing changed.")
class BadgeCreateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: BadgeCreateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The badge to make.")
class BadgeCreateInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, at most 64, unique among its kind.")
    position: int | None = strawberry.field(
        default=None, description="Its place in the list, from 0 on; null: the last."
    )
    badge: BadgeInput = strawberry.field(description="The badge as a whole; what is left out gets its default.")


@strawberry.type(description="What came of it.")
class BadgeCreatePayload:
    badge: BadgeDefinition | None = strawberry.field(description="The badge as it stands now, null when refused.")
    user_errors: list[BadgeCreateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def badge_create(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        BadgeCreateInput, strawberry.argument(description="The badge to make.")
    ],
) -> BadgeCreatePayload:
    """It counts from now on; a retroactive one decides as if it had always been in force."""
    try:
        made = await game_created(info.context, "badge", input.handle, input.badge, input.position)
    except GameChangeRefused as refusal:
        errors = [
            BadgeCreateUserError(field=fault.field, message=fault.message, code=BadgeCreateErrorCode[code])
            for code, fault in refusal.errors
        ]
        return BadgeCreatePayload(badge=None, user_errors=errors)
    return BadgeCreatePayload(badge=badge_definition_of(made, await staff_desk(info.context, [made])), user_errors=[])
