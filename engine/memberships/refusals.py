"""What is not done about plans and memberships, with a typed code."""

from __future__ import annotations

from typing import Literal

RefusalCode = Literal[
    "HANDLE_TAKEN", "HANDLE_INVALID", "TOO_MANY", "PRODUCT_TAKEN", "SELLING_PLAN_TAKEN", "PLAN_NOT_FOUND", "ARCHIVED",
    "VERSION_CONFLICT", "MEMBER_NOT_FOUND", "MEMBER_CLOSED", "ALREADY_MEMBER", "NOT_A_MEMBER", "NOT_PAUSED",
    "ALREADY_PAUSED", "CANCELED_ALREADY", "NOT_CANCELED", "MINIMUM_CYCLES", "UNTIL_INVALID", "DAYS_INVALID",
    "REASON_INVALID", "ACTOR_INVALID", "NOT_SOLD", "QUANTITY_INVALID", "SAME_PLAN", "CURRENCY_NOT_OFFERED",
    "NO_CONTRACT", "ONLY_AT_END", "IDEMPOTENCY_KEY_INVALID", "IDEMPOTENCY_KEY_REUSED",
]  # fmt: skip


class MembershipRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """Nothing was changed. `field` is the argument that is to blame, None where it is none."""

    def __init__(self, code: RefusalCode, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code: RefusalCode = code
        self.field = field
        self.message = message
