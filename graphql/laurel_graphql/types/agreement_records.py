"""What is agreed with a partner, as the staff see it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from engine.partners.facts import Agreement
from laurel_graphql.inputs.partners import PartnerBilling, PartnerCapKind, PartnerClick, PartnerPeriod
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.types.money import Money, money_of


@strawberry.type(description="The most points in a period.")
class PartnerCap:
    kind: PartnerCapKind = strawberry.field(description="Which points.")
    period: PartnerPeriod = strawberry.field(description="In which period.")
    points: Points = strawberry.field(description="How many.")


@strawberry.type(description="Which claim or click a purchase belongs to.")
class PartnerAttribution:
    window_days: int = strawberry.field(description="For how many days a click counts.")
    click: PartnerClick = strawberry.field(description="Which of several clicks.")
    code_wins: bool = strawberry.field(description="Whether a code counts before any click.")


@strawberry.type(
    description="A version of what is agreed with a partner. Everything that happens names the one it was by."
)
class PartnerAgreement:
    version: int = strawberry.field(description="Its number, from 1 on.")
    current: bool = strawberry.field(description="Whether it is in force now.")
    effective_from: datetime = strawberry.field(description="From when on it is in force.")
    created_at: datetime = strawberry.field(description="When it was made.")
    created_by: str = strawberry.field(description="Who made it, such as `staff:17`.")
    currency: CurrencyCode = strawberry.field(description="The currency of its rates and statements.")
    buy_rate: Decimal = strawberry.field(description="What the partner pays for one point that its customers get.")
    redeem_rate: Decimal = strawberry.field(description="What the shop pays for one point that is spent there.")
    billing: PartnerBilling = strawberry.field(description="Who pays first.")
    hold_days: int = strawberry.field(description="After how many days a purchase is approved by itself.")
    time_zone: str = strawberry.field(description="Whose days count, as an IANA name.")
    cycle: PartnerPeriod = strawberry.field(description="What a statement is for.")
    settle_days: int = strawberry.field(description="How many days a statement waits for late reports.")
    caps: list[PartnerCap] = strawberry.field(description="The most points in a period.")
    attribution: PartnerAttribution = strawberry.field(description="Which claim or click a purchase belongs to.")
    report_days: int = strawberry.field(description="How many days old a reported purchase may be.")
    tolerance: Money = strawberry.field(description="By how much a row of the partner's file may differ from ours.")


def agreement_of(record: Agreement, *, current: bool) -> PartnerAgreement:
    """The agreement of an engine's record."""
    said = record.definition
    rule = said.attribution
    return PartnerAgreement(
        version=record.version,
        current=current,
        effective_from=record.effective_from,
        created_at=record.created_at,
        created_by=record.created_by,
        currency=CurrencyCode(said.currency),
        buy_rate=said.buy_rate,
        redeem_rate=said.redeem_rate,
        billing=PartnerBilling[said.billing.upper()],
        hold_days=said.hold_days,
        time_zone=said.time_zone,
        cycle=PartnerPeriod[said.cycle.upper()],
        settle_days=said.settle_days,
        caps=[
            PartnerCap(
                kind=PartnerCapKind[cap.kind.upper()], period=PartnerPeriod[cap.period.upper()],
                points=Points(cap.points),
            )
            for cap in said.caps
        ],
        attribution=PartnerAttribution(
            window_days=rule.window_days, click=PartnerClick[rule.click.upper()], code_wins=rule.code_wins
        ),
        report_days=said.report_days,
        tolerance=money_of(said.tolerance_minor, said.currency),
    )  # fmt: skip
