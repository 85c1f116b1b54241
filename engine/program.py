"""A program's definition: immutable, versioned data that the pure functions of `rules` read.

Nothing in it is ever code.

The numbers of `default_definition` are those that a new shop starts with; they are public and shown to shoppers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.rules.bounds import Frozen
from engine.rules.definitions import Definition
from engine.rules.expiries import ExpiresIdle
from engine.rules.rule import Fixed, PerMoney, Rule
from engine.rules.summaries import PurchaseRule, SignUpRule

__all__ = [
    "BEGINNING_OF_TIME",
    "Definition",
    "ProgramVersion",
    "PurchaseRule",
    "SignUpRule",
    "default_definition",
    "standing_zone",
    "version_at",
]

BEGINNING_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""`effective_from` of a version that covers every order there ever was."""


class ProgramVersion(Frozen):
    """A published definition. `effective_from` is the first instant of business time that it decides."""

    program_id: int
    version: int
    effective_from: datetime
    definition: Definition

    @property
    def has_idle_ends(self) -> bool:
        """Whether any of its points end by the member's silence."""
        return any(isinstance(rule.expiry, ExpiresIdle) for rule in self.definition.rules)


def default_definition(*, test_orders: bool = False) -> Definition:
    """The program that a shop starts with: a point per dollar, 100 points for joining, a year to use them."""
    rates = {
        "USD": "1", "EUR": "1", "GBP": "1", "AUD": "1", "CAD": "1",
        "HKD": "0.1", "CNY": "0.1", "PLN": "0.25", "JPY": "0.01",
    }  # fmt: skip
    purchase = Rule(
        handle="purchase",
        title="Purchases",
        trigger="order_paid",
        formula=PerMoney(rates={code: Decimal(rate) for code, rate in rates.items()}),
        test_orders=test_orders,
    )
    joining = Rule(handle="sign-up", title="Joining", trigger="sign_up", scope="event", formula=Fixed(points=100))
    return Definition(name="Laurel Rewards", rules=(purchase, joining))


def version_at(versions: Sequence[ProgramVersion], moment: datetime) -> ProgramVersion | None:
    """The version that was live at a moment of business time, or None before the first one."""
    live = [version for version in versions if version.effective_from <= moment]
    return max(live, key=lambda version: (version.effective_from, version.version), default=None)


def standing_zone(versions: Sequence[ProgramVersion]) -> ZoneInfo:
    """The zone of the days that tiers and memberships count by: that of what was published last, UTC before.

    It is one for all of a member's history, so a new zone counts from its publication on, whenever it decides events.
    """
    newest = max(versions, key=lambda version: version.version, default=None)
    return newest.definition.zone if newest is not None else ZoneInfo("UTC")
