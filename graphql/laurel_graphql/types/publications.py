"""A program as its merchant sees it: the draft, and the versions that were published from it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from engine.program import Definition, ProgramVersion, PurchaseRule, SignUpRule
from engine.publishing import Draft, Publication
from laurel_graphql.gids import gid
from laurel_graphql.inputs.rule_enums import GroupMode, RefundShortfall, RefundTaking
from laurel_graphql.scalars import Points
from laurel_graphql.types.programs import purchase_rates
from laurel_graphql.types.rules import Rule, rule_of
from laurel_graphql.types.ways import CurrencyRate


@strawberry.type(name="PurchaseRule", description="Points for money paid for goods.")
class PurchaseRuleFacts:
    handle: str = strawberry.field(description="The rule's handle, which its awards keep.")
    rates: list[CurrencyRate] = strawberry.field(description="Points per unit of money, by currency.")
    test_orders: bool = strawberry.field(description="Whether test orders earn.")
    expires_after_days: int | None = strawberry.field(description="Days until its points expire, null for never.")


@strawberry.type(name="SignUpRule", description="A fixed number of points, once per customer, for joining.")
class SignUpRuleFacts:
    handle: str = strawberry.field(description="The rule's handle, which its awards keep.")
    points: Points = strawberry.field(description="How many points.")
    expires_after_days: int | None = strawberry.field(description="Days until its points expire, null for never.")


@strawberry.type(description="Rules that stand for each other.")
class RuleGroup:
    handle: str = strawberry.field(description="Its handle, which its rules name.")
    mode: GroupMode = strawberry.field(description="How they stand for each other.")


@strawberry.type(description="What a refund does.")
class RefundPolicy:
    taking: RefundTaking = strawberry.field(description="From which points it takes, after those of its own order.")
    shortfall: RefundShortfall = strawberry.field(description="What happens when there are too few.")
    restore_minimum_days: int = strawberry.field(description="Points that come back live at least so many days more.")


@strawberry.type(description="Whether members may give points to each other.")
class TransferPolicy:
    enabled: bool = strawberry.field(description="Whether they may.")
    points_per_day: Points = strawberry.field(description="At most how many a day, each member.")
    minimum: Points = strawberry.field(description="At least how many at once.")


@strawberry.type(description="What a program says: data that the engine's formulas read, never code.")
class ProgramDefinition:
    name: str = strawberry.field(description="The program's name, as shoppers see it.")
    time_zone: str = strawberry.field(description="The zone of its days, as an IANA name.")
    rules: list[Rule] = strawberry.field(description="Its rules, at most 100.")
    groups: list[RuleGroup] = strawberry.field(description="How rules stand for each other.")
    multiplier_ceiling: Decimal | None = strawberry.field(
        description="No line is worth more than so many times its points, whatever multiplies it; null: no ceiling."
    )
    refunds: RefundPolicy = strawberry.field(description="What refunds do.")
    transfers: TransferPolicy = strawberry.field(description="Whether members may give points to each other.")
    reminder_days: list[int] = strawberry.field(description="How many days ahead members are told what expires.")
    tags_excluded: list[str] = strawberry.field(description="Customers with one of these tags earn nothing.")
    purchase: PurchaseRuleFacts | None = strawberry.field(
        description="What purchases earn, where that is one plain rule; null otherwise."
    )
    sign_up: SignUpRuleFacts | None = strawberry.field(
        description="What joining earns, where that is one plain rule; null otherwise."
    )


@strawberry.type(description="The definition that the next publication takes.")
class ProgramDraft:
    revision: int = strawberry.field(description="Counts the draft's changes.")
    definition: ProgramDefinition = strawberry.field(description="What it says.")


@strawberry.type(
    name="ProgramVersion", description="A published definition. It never changes; awards name it for good."
)
class PublishedVersion:
    id: strawberry.ID = strawberry.field(description="The version's global id.")
    version: int = strawberry.field(description="Its number, from 1 on.")
    effective_from: datetime = strawberry.field(
        description="The first moment that it decides, by the time at which orders were paid."
    )
    published_at: datetime | None = strawberry.field(description="When it was published; told by `programVersions`.")
    published_by: str | None = strawberry.field(description="By whom, such as `staff:17`; told by `programVersions`.")
    definition: ProgramDefinition = strawberry.field(description="What it says.")


@strawberry.type(description="The program: what is live and what is being drafted.")
class MerchantProgram:
    live_version: PublishedVersion | None = strawberry.field(description="Null before the first publication is live.")
    draft: ProgramDraft = strawberry.field(description="What the next publication takes.")


def version_of(version: ProgramVersion, publication: Publication | None = None) -> PublishedVersion:
    """The version of an engine's record, with who published it where that is known."""
    return PublishedVersion(
        id=strawberry.ID(gid("ProgramVersion", version.version)),
        version=version.version,
        effective_from=version.effective_from,
        published_at=publication.published_at if publication else None,
        published_by=publication.published_by if publication else None,
        definition=definition_of(version.definition),
    )


def draft_of(draft: Draft) -> ProgramDraft:
    """The draft of an engine's record."""
    return ProgramDraft(revision=draft.revision, definition=definition_of(draft.definition))


def definition_of(definition: Definition) -> ProgramDefinition:
    """What a definition says, rule by rule."""
    refunds, transfers = definition.refunds, definition.transfers
    return ProgramDefinition(
        name=definition.name,
        time_zone=definition.time_zone,
        rules=[rule_of(rule) for rule in definition.rules],
        groups=[RuleGroup(handle=one.handle, mode=GroupMode[one.mode.upper()]) for one in definition.groups],
        multiplier_ceiling=definition.multiplier_ceiling,
        refunds=RefundPolicy(
            taking=RefundTaking[refunds.taking.upper()],
            shortfall=RefundShortfall[refunds.shortfall.upper()],
            restore_minimum_days=refunds.restore_minimum_days,
        ),
        transfers=TransferPolicy(
            enabled=transfers.enabled,
            points_per_day=Points(transfers.points_per_day),
            minimum=Points(transfers.minimum),
        ),
        reminder_days=list(definition.reminder_days),
        tags_excluded=list(definition.tags_excluded),
        purchase=_purchase_of(definition, definition.purchase),
        sign_up=_sign_up_of(definition.sign_up),
    )


def _purchase_of(definition: Definition, rule: PurchaseRule | None) -> PurchaseRuleFacts | None:
    if rule is None:
        return None
    return PurchaseRuleFacts(
        handle=rule.handle,
        rates=purchase_rates(definition),
        test_orders=rule.test_orders,
        expires_after_days=rule.expires_after_days,
    )


def _sign_up_of(rule: SignUpRule | None) -> SignUpRuleFacts | None:
    if rule is None:
        return None
    return SignUpRuleFacts(handle=rule.handle, points=Points(rule.points), expires_after_days=rule.expires_after_days)
