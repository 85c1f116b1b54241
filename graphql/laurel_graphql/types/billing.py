"""Whether the shop's members are billed: after an uninstall and a return, not before the merchant says so."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.billing.holding import BillingStanding


@strawberry.type(description="How the billing of memberships stands in this shop.")
class Billing:
    held: bool = strawberry.field(description="Whether nobody is billed until the merchant confirms it.")
    held_since: datetime | None = strawberry.field(description="Since when, null while members are billed.")
    resumed_at: datetime | None = strawberry.field(description="When it was last confirmed, null for never.")
    contracts: int = strawberry.field(description="How many contracts it is about.")


def billing_of(standing: BillingStanding) -> Billing:
    """The standing of an engine's record."""
    return Billing(
        held=standing.held_since is not None,
        held_since=standing.held_since,
        resumed_at=standing.resumed_at,
        contracts=standing.contracts,
    )
