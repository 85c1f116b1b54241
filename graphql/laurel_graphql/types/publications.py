"""A program as its merchant sees it: the draft, and the versions that were published from it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.program import Definition, ProgramVersion, PurchaseRule, SignUpRule
from engine.publishing import Draft
from laurel_graphql.gids import gid
from laurel_graphql.scalars import Points
from laurel_graphql.types.programs import purchase_rates
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


@strawberry.type(description="What a program says: data that the engine's formulas read, never code.")
class ProgramDefinition:
    name: str = strawberry.field(description="The program's name, as shoppers see it.")
    time_zone: str = strawberry.field(description="The zone of its days, as an IANA name.")
    purchase: PurchaseRuleFacts | None = strawberry.field(description="What purchases earn, null for nothing.")
    sign_up: SignUpRuleFacts | None = strawberry.field(description="What joining earns, null for nothing.")


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
    definition: ProgramDefinition = strawberry.field(description="What it says.")


@strawberry.type(description="The program: what is live and what is being drafted.")
class MerchantProgram:
    live_version: PublishedVersion | None = strawberry.field(description="Null before the first publication is live.")
    draft: ProgramDraft = strawberry.field(description="What the next publication takes.")


def version_of(version: ProgramVersion) -> PublishedVersion:
    """The version of an engine's record."""
    return PublishedVersion(
        id=strawberry.ID(gid("ProgramVersion", version.version)),
        version=version.version,
        effective_from=version.effective_from,
        definition=definition_of(version.definition),
    )


def draft_of(draft: Draft) -> ProgramDraft:
    """The draft of an engine's record."""
    return ProgramDraft(revision=draft.revision, definition=definition_of(draft.definition))


def definition_of(definition: Definition) -> ProgramDefinition:
    """What a definition says, rule by rule."""
    return ProgramDefinition(
        name=definition.name,
        time_zone=definition.time_zone,
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
