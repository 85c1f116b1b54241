"""`badgeArchive`: a badge is no more."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_archived
from laurel_graphql.types.badge_records import BadgeDefinition, badge_definition_of
from laurel_graphql.types.game_records import staff_desk


@strawberry.enum(description="Why a badge was not archived.")
class BadgeArchiveErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when the program has no such one.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )


@strawberry.type(description="One reason why a badge was not archived. Nothing changed.")
class BadgeArchiveUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: BadgeArchiveErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which badge.")
class BadgeArchiveInput:
    badge_id: strawberry.ID = strawberry.field(description="Its global id.")
    expected_version: int = strawberry.field(description="The version that was read.")


@strawberry.type(description="What came of it.")
class BadgeArchivePayload:
    badge: BadgeDefinition | None = strawberry.field(description="The badge as it stands now, null when refused.")
    user_errors: list[BadgeArchiveUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def badge_archive(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        BadgeArchiveInput, strawberry.argument(description="Which badge.")
    ],
) -> BadgeArchivePayload:
    """Nobody earns it any more; who has it keeps it."""
    try:
        made = await game_archived(info.context, "badge", input.badge_id, input.expected_version)
    except GameChangeRefused as refusal:
        errors = [
            BadgeArchiveUserError(field=fault.field, message=fault.message, code=BadgeArchiveErrorCode[code])
            for code, fault in refusal.errors
        ]
        return BadgeArchivePayload(badge=None, user_errors=errors)
    return BadgeArchivePayload(badge=badge_definition_of(made, await staff_desk(info.context, [made])), user_errors=[])
