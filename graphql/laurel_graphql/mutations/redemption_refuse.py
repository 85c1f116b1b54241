"""`redemptionRefuse`: the staff cannot give what a redemption promised; its points come back."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.rewards.ending import refuse_manual
from engine.rewards.reasons import RedemptionRefused
from laurel_graphql.caller import words_for
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.texts import readable
from laurel_graphql.refusals import refusal_text
from laurel_graphql.types.redemption_records import RedemptionRecord, redemption_of


@strawberry.enum(description="Why a redemption was not refused.")
class RedemptionRefuseErrorCode(Enum):
    REDEMPTION_NOT_FOUND = strawberry.enum_value(
        "REDEMPTION_NOT_FOUND", description="Returned when the program has no such redemption."
    )
    NOT_FULFILLABLE = strawberry.enum_value(
        "NOT_FULFILLABLE", description="Returned when it does not wait for the staff (any more)."
    )
    NOTE_TOO_LONG = strawberry.enum_value(
        "NOTE_TOO_LONG", description="Returned for a note of more than 1,000 characters."
    )


@strawberry.type(description="One reason why a redemption was not refused. Nothing changed.")
class RedemptionRefuseUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: RedemptionRefuseErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which redemption, with what to say to the member.")
class RedemptionRefuseInput:
    redemption_id: strawberry.ID = strawberry.field(description="The redemption's global id.")
    note: str | None = strawberry.field(default=None, description="What the member reads about it.")


@strawberry.type(description="What came of it.")
class RedemptionRefusePayload:
    redemption: RedemptionRecord | None = strawberry.field(
        description="The redemption as it stands now, null when refused."
    )
    user_errors: list[RedemptionRefuseUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def redemption_refuse(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        RedemptionRefuseInput, strawberry.argument(description="Which redemption, with what to say to the member.")
    ],
) -> RedemptionRefusePayload:
    """All points come back to the lots that they came from."""
    context = info.context
    redemption_id = number_of(input.redemption_id, "Redemption")
    note = None if input.note is None else readable(input.note)
    try:
        async with context.writing() as connection:
            redemption = await refuse_manual(
                connection, context.program_id, redemption_id, actor=context.actor, note=note
            )
    except RedemptionRefused as refusal:
        error = RedemptionRefuseUserError(
            field=["input", "note" if refusal.code == "NOTE_TOO_LONG" else "redemptionId"],
            message=refusal_text(refusal.code, refusal.details, await words_for(context, refusal.code)),
            code=RedemptionRefuseErrorCode[refusal.code],
        )
        return RedemptionRefusePayload(redemption=None, user_errors=[error])
    return RedemptionRefusePayload(redemption=redemption_of(redemption), user_errors=[])
