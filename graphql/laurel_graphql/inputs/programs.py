"""What a program says besides its rules, as merchants write it."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from laurel_graphql.inputs.rule_enums import GroupMode, RefundShortfall, RefundTaking
from laurel_graphql.scalars import Points


@strawberry.input(description="Rules that stand for each other.")
class RuleGroupInput:
    handle: str = strawberry.field(description="Its handle, which its rules name.")
    mode: GroupMode = strawberry.field(description="How they stand for each other.")


@strawberry.input(description="What a refund does; what is left out gets its default.")
class RefundPolicyInput:
    taking: RefundTaking | None = strawberry.field(default=None, description="By default LATEST_END_FIRST.")
    shortfall: RefundShortfall | None = strawberry.field(default=None, description="By default DEBT.")
    restore_minimum_days: int | None = strawberry.field(default=None, description="0 to 365, by default 30.")


@strawberry.input(description="Whether members may give points to each other; what is left out gets its default.")
class TransferPolicyInput:
    enabled: bool = strawberry.field(default=False, description="Whether they may.")
    points_per_day: Points | None = strawberry.field(
        default=None, description="At most how many a day. By default 1000."
    )
    minimum: Points | None = strawberry.field(default=None, description="At least how many at once. By default 1.")


@strawberry.input(description="What a program says besides its rules. What is left out or null stays as it is.")
class ProgramInput:
    name: str | None = strawberry.field(default=None, description="Its name, as shoppers see it; 1 to 80 characters.")
    time_zone: str | None = strawberry.field(default=None, description="The zone of its days, as an IANA name.")
    groups: list[RuleGroupInput] | None = strawberry.field(default=None, description="All groups, at most 100.")
    multiplier_ceiling: Decimal | None = strawberry.field(default=None, description="1 to 1000; see also below.")
    remove_multiplier_ceiling: bool = strawberry.field(default=False, description="True: no ceiling any more.")
    refunds: RefundPolicyInput | None = strawberry.field(default=None, description="What refunds do.")
    transfers: TransferPolicyInput | None = strawberry.field(default=None, description="Gifts between members.")
    reminder_days: list[int] | None = strawberry.field(default=None, description="Each 1 to 365, at most 10.")
    tags_excluded: list[str] | None = strawberry.field(
        default=None, description="Customers with one of these tags earn nothing."
    )
