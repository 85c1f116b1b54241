"""What follows a payment that failed: a pure function of why, when and how often.

Soft failures and those that ask the shopper to confirm are tried again on the plan's days. A card that was refused for
good, or has expired, is never tried again as it is: a new way to pay is waited for until the last of those days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

FailureClass = Literal["soft", "hard", "authentication", "expired_card"]
FinalAction = Literal["skip", "pause", "cancel"]

ATTEMPTS_MAXIMUM = 12
"""How often one cycle is tried at most, new ways to pay included."""
_GAP = timedelta(hours=12)

_AUTHENTICATION = frozenset({
    "AUTHENTICATION_ERROR", "AUTHENTICATION_FAILED", "AUTHENTICATION_REQUIRED", "EXPIRED_BUYER_ACTION",
    "OFF_SESSION_REJECTED", "CONFIRMATION_REJECTED",
})  # fmt: skip
_EXPIRED = frozenset({"EXPIRED_CARD", "EXPIRED_PAYMENT_METHOD", "INVALID_EXPIRY_DATE"})
_HARD = frozenset({
    "BUYER_CANCELED_PAYMENT_METHOD", "CANCELLED_PAYMENT", "CARD_NUMBER_INCORRECT", "CUSTOMER_INVALID",
    "CUSTOMER_NOT_FOUND", "DO_NOT_HONOR", "FRAUD_SUSPECTED", "FREE_GIFT_CARD_NOT_ALLOWED", "INCORRECT_ADDRESS",
    "INCORRECT_CVC", "INCORRECT_NUMBER", "INCORRECT_PIN", "INCORRECT_ZIP", "INVALID_BILLING_ADDRESS",
    "INVALID_CUSTOMER_BILLING_AGREEMENT", "INVALID_CVC", "INVALID_NUMBER", "INVALID_PAYMENT_METHOD",
    "INVALID_PURCHASE_TYPE", "INVALID_SHIPPING_ADDRESS", "PAYMENT_METHOD_INCOMPATIBLE_WITH_GATEWAY_CONFIG",
    "PAYMENT_METHOD_NOT_FOUND", "PAYMENT_METHOD_NOT_SPECIFIED", "PAYMENT_METHOD_UNSUPPORTED",
    "PURCHASE_TYPE_NOT_SUPPORTED",
})  # fmt: skip


def failure_class(error_code: str | None) -> FailureClass:
    """Which kind of failure an error code of Shopify's is; one that is not known may pass by itself."""
    if error_code in _AUTHENTICATION:
        return "authentication"
    if error_code in _EXPIRED:
        return "expired_card"
    return "hard" if error_code in _HARD else "soft"


@dataclass(frozen=True, slots=True)
class Ladder:
    """On which days after the first attempt others follow (the first is 0), and what is done when none is left."""

    days: tuple[int, ...] = (0, 3, 5, 7)
    final_action: FinalAction = "cancel"


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that is known to have failed."""

    kind: FailureClass
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class Again:
    """Try again at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a new way to pay, until `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No attempt is left."""

    action: FinalAction


Step = Again | Wait | GiveUp


def next_step(
    ladder: Ladder, first_at: datetime, failures: Sequence[Failure], now: datetime, renewed_at: datetime | None
) -> Step:
    """What follows the failures of one cycle, oldest first and at least one.

    `first_at` is when the first attempt was due; `renewed_at` when the shopper last gave another way to pay.
    """
    last = failures[-1]
    if len(failures) >= ATTEMPTS_MAXIMUM:
        return GiveUp(ladder.final_action)
    if renewed_at is not None and renewed_at > last.failed_at:
        return Again(renewed_at)
    deadline = first_at + timedelta(days=max(ladder.days, default=0))
    if last.kind in ("hard", "expired_card"):
        return Wait(deadline) if now < deadline else GiveUp(ladder.final_action)
    if len(failures) >= len(ladder.days):
        return GiveUp(ladder.final_action)
    return Again(max(first_at + timedelta(days=ladder.days[len(failures)]), last.failed_at + _GAP))
