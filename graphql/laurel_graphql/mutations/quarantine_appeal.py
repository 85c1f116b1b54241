"""`quarantineAppeal`: a shopper says what is to be said about an entry of theirs in quarantine."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.joining import GameActRefused
from laurel_graphql.taking_part import quarantine_appealed
from laurel_graphql.types.members import Member
from laurel_graphql.types.quarantines import Quarantine


@strawberry.enum(description="Why nothing was said.")
class QuarantineAppealErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    QUARANTINE_NOT_FOUND = strawberry.enum_value(
        "QUARANTINE_NOT_FOUND", description="Returned when the member has no such entry."
    )
    ALREADY_APPEALED = strawberry.enum_value(
        "ALREADY_APPEALED", description="Returned when they have said something about it."
    )
    ALREADY_DECIDED = strawberry.enum_value("ALREADY_DECIDED", description="Returned when it is decided.")
    TEXT_INVALID = strawberry.enum_value(
        "TEXT_INVALID", description="Returned unless the text has 1 to 500 characters."
    )


@strawberry.type(description="One reason why nothing was said. Nothing changed.")
class QuarantineAppealUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: QuarantineAppealErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which entry, and what is to be said about it.")
class QuarantineAppealInput:
    quarantine_id: strawberry.ID = strawberry.field(description="The entry's global id.")
    text: str = strawberry.field(description="1 to 500 characters, which the staff read.")


@strawberry.type(description="What came of it.")
class QuarantineAppealPayload:
    quarantine: Quarantine | None = strawberry.field(description="The entry as it stands now, null when refused.")
    user_errors: list[QuarantineAppealUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def quarantine_appeal(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        QuarantineAppealInput, strawberry.argument(description="Which entry, and what is to be said about it.")
    ],
) -> QuarantineAppealPayload:
    """Once for each entry, before a person decides."""
    try:
        quarantine = await quarantine_appealed(info.context, input.quarantine_id, input.text)
    except GameActRefused as refusal:
        error = QuarantineAppealUserError(
            field=refusal.field, message=refusal.message, code=QuarantineAppealErrorCode[refusal.code]
        )
        return QuarantineAppealPayload(quarantine=None, user_errors=[error])
    return QuarantineAppealPayload(quarantine=quarantine, user_errors=[])
