"""`quarantineDecide`: the staff decide about an entry that looks like cheating."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.leaderboards.appeals import AppealRefused, Decision, decide
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.texts import TEXTS, language_of
from laurel_graphql.types.board_games import board_games
from laurel_graphql.types.quarantine_records import QuarantineRecord, record_of
from laurel_graphql.types.quarantines import QuarantineDecision
from laurel_graphql.types.tier_records import words_of

_DECISIONS: dict[QuarantineDecision, Decision] = {
    QuarantineDecision.UPHELD: "upheld",
    QuarantineDecision.CLEARED: "cleared",
}


@strawberry.enum(description="Why nothing was decided.")
class QuarantineDecideErrorCode(Enum):
    QUARANTINE_NOT_FOUND = strawberry.enum_value(
        "QUARANTINE_NOT_FOUND", description="Returned when there is no such entry, or its evidence is gone."
    )
    ALREADY_DECIDED = strawberry.enum_value(
        "ALREADY_DECIDED", description="Returned when it was cleared, which is not taken back."
    )


@strawberry.type(description="One reason why nothing was decided. Nothing changed.")
class QuarantineDecideUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: QuarantineDecideErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which entry, and what is decided.")
class QuarantineDecideInput:
    quarantine_id: strawberry.ID = strawberry.field(description="The entry's global id.")
    decision: QuarantineDecision = strawberry.field(
        description="UPHELD: it stays out of sight. CLEARED: it is seen again, and not found by the same evidence."
    )


@strawberry.type(description="What came of it.")
class QuarantineDecidePayload:
    quarantine: QuarantineRecord | None = strawberry.field(description="As it stands now, null when refused.")
    user_errors: list[QuarantineDecideUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def quarantine_decide(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        QuarantineDecideInput, strawberry.argument(description="Which entry, and what is decided.")
    ],
) -> QuarantineDecidePayload:
    """The same decision again changes nothing; what was upheld can be cleared later."""
    context = info.context
    number, decision = number_of(input.quarantine_id, "Quarantine"), _DECISIONS[input.decision]
    try:
        async with context.writing() as connection:
            found = await decide(connection, context.program_id, number, decision, actor=context.actor)
            games = await board_games(connection, context.program_id)
            words = await words_of(connection, context)
    except AppealRefused as refusal:
        error = QuarantineDecideUserError(
            field=["input", "quarantineId"],
            message=TEXTS[language_of(context.locale)][f"quarantine.refused.{refusal.code.lower()}"],
            code=QuarantineDecideErrorCode[refusal.code],
        )
        return QuarantineDecidePayload(quarantine=None, user_errors=[error])
    return QuarantineDecidePayload(quarantine=record_of(found, games, words), user_errors=[])
