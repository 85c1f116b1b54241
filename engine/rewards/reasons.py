"""Why a reward cannot be had: typed codes with their numbers. The texts are made where a language is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Detail = str | int


class ReasonCode(StrEnum):
    """One thing that is in the way. The order is that in which they are told."""

    SIGNED_OUT = "SIGNED_OUT"
    ARCHIVED = "ARCHIVED"
    NOT_STARTED = "NOT_STARTED"
    ENDED = "ENDED"
    CURRENCY_NOT_OFFERED = "CURRENCY_NOT_OFFERED"
    TIER_LOCKED = "TIER_LOCKED"
    PLAN_LOCKED = "PLAN_LOCKED"
    SEGMENT_LOCKED = "SEGMENT_LOCKED"
    LIMIT_REACHED = "LIMIT_REACHED"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    INVALID_POINTS = "INVALID_POINTS"
    NOT_ENOUGH_POINTS = "NOT_ENOUGH_POINTS"
    BELOW_MINIMUM_SUBTOTAL = "BELOW_MINIMUM_SUBTOTAL"


class Cap(StrEnum):
    """What bounds the points of a quote."""

    BALANCE = "BALANCE"
    MAXIMUM_POINTS = "MAXIMUM_POINTS"
    MAXIMUM_MONEY = "MAXIMUM_MONEY"
    SUBTOTAL_SHARE = "SUBTOTAL_SHARE"
    SUBTOTAL = "SUBTOTAL"


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with its numbers.

    NOT_ENOUGH_POINTS: needed, available, missing · INVALID_POINTS: minimum, maximum (where there is one), step ·
    LIMIT_REACHED: limit, period · NOT_STARTED: starts_at · ENDED: ends_at (both ISO 8601) · TIER_LOCKED: tiers ·
    PLAN_LOCKED: plans · SEGMENT_LOCKED: tags (all parted by commas) · BELOW_MINIMUM_SUBTOTAL: minimum_minor, currency ·
    CURRENCY_NOT_OFFERED: currency.
    """

    code: ReasonCode
    details: Mapping[str, Detail] = field(default_factory=dict)


class RedemptionRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A redemption was not made, or not changed. Nothing was taken. `code` is a ReasonCode's value or one of
    REWARD_NOT_FOUND, REDEMPTION_NOT_FOUND, NOT_CANCELABLE, NOT_FULFILLABLE, NOTE_TOO_LONG, INVALID_IDEMPOTENCY_KEY,
    IDEMPOTENCY_KEY_REUSED."""

    def __init__(self, code: str, details: Mapping[str, Detail] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.details: Mapping[str, Detail] = details or {}
