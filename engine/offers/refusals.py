"""Why an offer is not made, not claimed or not voided: typed codes with their numbers; texts are made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Detail = str | int


class ReasonCode(StrEnum):
    """What is in the way of a claim. The order of the first ten is that in which they are told."""

    SIGNED_OUT = "SIGNED_OUT"
    OFFER_CLOSED = "OFFER_CLOSED"
    NOT_STARTED = "NOT_STARTED"
    ENDED = "ENDED"
    TIER_REQUIRED = "TIER_REQUIRED"
    PLAN_REQUIRED = "PLAN_REQUIRED"
    TAG_REQUIRED = "TAG_REQUIRED"
    MEMBER_LIMIT = "MEMBER_LIMIT"
    SOLD_OUT = "SOLD_OUT"
    BUDGET_USED_UP = "BUDGET_USED_UP"
    NOT_ENOUGH_POINTS = "NOT_ENOUGH_POINTS"
    CAP_REACHED = "CAP_REACHED"
    OFFER_NOT_FOUND = "OFFER_NOT_FOUND"
    QUOTE_REQUIRED = "QUOTE_REQUIRED"
    QUOTE_EXPIRED = "QUOTE_EXPIRED"
    POINTS_INVALID = "POINTS_INVALID"
    ACCOUNT_INVALID = "ACCOUNT_INVALID"
    RATE_LIMITED = "RATE_LIMITED"
    INVALID_IDEMPOTENCY_KEY = "INVALID_IDEMPOTENCY_KEY"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with its numbers.

    NOT_STARTED: starts_at · ENDED: ends_at (both ISO 8601) · TIER_REQUIRED: tiers · PLAN_REQUIRED: plans ·
    TAG_REQUIRED: tags (all parted by commas) · MEMBER_LIMIT: limit, period, and for an exchange unit = points ·
    NOT_ENOUGH_POINTS: needed, available, missing · POINTS_INVALID: minimum, maximum (where there is one) ·
    RATE_LIMITED: limit.
    """

    code: ReasonCode
    details: Mapping[str, Detail] = field(default_factory=dict)


class ClaimRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """An offer was not claimed, or not quoted. The transaction has to be rolled back: then nothing was taken."""

    def __init__(self, code: ReasonCode, details: Mapping[str, Detail] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.details: Mapping[str, Detail] = details or {}


class VoidRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A claim was not voided. `code`: CLAIM_NOT_FOUND, NOT_VOIDABLE, REASON_INVALID."""

    def __init__(self, code: str, details: Mapping[str, Detail] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.details: Mapping[str, Detail] = details or {}


class OfferRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """An offer was not made, changed or published.

    `code`: HANDLE_INVALID, HANDLE_TAKEN, TOO_MANY, OFFER_NOT_FOUND, ARCHIVED, VERSION_CONFLICT, INVALID, KIND_CHANGED,
    PARTNER_NOT_FOUND, PARTNER_ARCHIVED, NO_AGREEMENT, CURRENCY_MISMATCH, POOL_NOT_FOUND, POOL_CLOSED,
    ARTWORK_NOT_FOUND, BUDGET_BELOW_SPENT, BUDGET_UNIT_IN_USE, LIMIT_BELOW_CLAIMED, NOT_PUBLISHED, ENDED.
    """

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message
