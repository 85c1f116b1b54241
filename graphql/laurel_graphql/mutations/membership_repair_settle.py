"""`membershipRepairSettle`: a person says how something was repaired."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.billing.repairs import RepairRefused, settle_repair
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.texts import TEXTS, language_of
from laurel_graphql.types.membership_repairs import MembershipRepair, MembershipRepairResolution, repair_of


@strawberry.enum(description="Why a repair was not settled.")
class MembershipRepairSettleErrorCode(Enum):
    REPAIR_NOT_FOUND = strawberry.enum_value(
        "REPAIR_NOT_FOUND", description="Returned when the program has no such repair."
    )
    REPAIR_SETTLED = strawberry.enum_value(
        "REPAIR_SETTLED", description="Returned when it was settled in another way before."
    )


@strawberry.type(description="One reason why a repair was not settled. Nothing changed.")
class MembershipRepairSettleUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: MembershipRepairSettleErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which repair, and how it was made.")
class MembershipRepairSettleInput:
    repair_id: strawberry.ID = strawberry.field(description="The repair's global id.")
    resolution: MembershipRepairResolution = strawberry.field(description="How it was repaired.")


@strawberry.type(description="What came of it.")
class MembershipRepairSettlePayload:
    repair: MembershipRepair | None = strawberry.field(description="The repair as it stands now, null when refused.")
    user_errors: list[MembershipRepairSettleUserError] = strawberry.field(
        description="Why it was refused, empty otherwise."
    )


async def membership_repair_settle(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MembershipRepairSettleInput, strawberry.argument(description="Which repair, and how it was made.")
    ],
) -> MembershipRepairSettlePayload:
    """Said again in the same way, nothing changes."""
    context, language = info.context, language_of(info.context.locale)
    number = number_of(input.repair_id, "MembershipRepair")
    try:
        async with context.writing() as connection:
            settled = await settle_repair(
                connection, context.program_id, number, input.resolution.name.lower(), context.actor
            )
    except RepairRefused as refusal:
        error = MembershipRepairSettleUserError(
            field=["input", "repairId"],
            message=TEXTS[language][f"repair.refused.{refusal.code.lower()}"],
            code=MembershipRepairSettleErrorCode[refusal.code],
        )
        return MembershipRepairSettlePayload(repair=None, user_errors=[error])
    return MembershipRepairSettlePayload(repair=repair_of(settled, language), user_errors=[])
