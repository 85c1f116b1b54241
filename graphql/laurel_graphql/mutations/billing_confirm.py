"""`billingConfirm`: members are billed again after the app came back."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.billing.holding import billing_standing, confirm_billing
from laurel_graphql.context import MerchantInfo
from laurel_graphql.texts import TEXTS, language_of
from laurel_graphql.types.billing import Billing, billing_of


@strawberry.enum(description="Why billing was not resumed.")
class BillingConfirmErrorCode(Enum):
    NOT_CONFIRMED = strawberry.enum_value("NOT_CONFIRMED", description="Returned unless `confirm` is true.")
    NOT_INSTALLED = strawberry.enum_value("NOT_INSTALLED", description="Returned while the app is not installed.")


@strawberry.type(description="One reason why billing was not resumed. Nothing changed.")
class BillingConfirmUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: BillingConfirmErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The word that billing may go on.")
class BillingConfirmInput:
    confirm: bool = strawberry.field(description="True: members are billed again, for nothing of the time between.")


@strawberry.type(description="What came of it.")
class BillingConfirmPayload:
    billing: Billing | None = strawberry.field(description="How billing stands now, null when refused.")
    user_errors: list[BillingConfirmUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def billing_confirm(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        BillingConfirmInput, strawberry.argument(description="The word that billing may go on.")
    ],
) -> BillingConfirmPayload:
    """Said again, nothing changes."""
    context = info.context
    if not input.confirm:
        return _refused(info, "NOT_CONFIRMED")
    async with context.writing() as connection:
        before = await billing_standing(connection, context.program_id, context.shop_id)
        standing = await confirm_billing(connection, context.program_id, context.shop_id, context.actor)
    if before is None or standing is None or not before.installed:
        return _refused(info, "NOT_INSTALLED")
    return BillingConfirmPayload(billing=billing_of(standing), user_errors=[])


def _refused(info: MerchantInfo, code: str) -> BillingConfirmPayload:
    message = TEXTS[language_of(info.context.locale)][f"billing.refused.{code.lower()}"]
    field = ["input", "confirm"] if code == "NOT_CONFIRMED" else ["input"]
    error = BillingConfirmUserError(field=field, message=message, code=BillingConfirmErrorCode[code])
    return BillingConfirmPayload(billing=None, user_errors=[error])
