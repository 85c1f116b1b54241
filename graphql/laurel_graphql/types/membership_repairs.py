"""What the staff have to look at: orders that brought no contract, contracts of no plan, charges that should not be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import strawberry

from engine.billing.repairs import Repair
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.texts import TEXTS


@strawberry.enum(description="What is wrong.")
class MembershipRepairReason(Enum):
    ORDER_WITHOUT_CONTRACT = strawberry.enum_value(
        "ORDER_WITHOUT_CONTRACT", description="An order sold a plan and no contract came of it, as of draft orders."
    )
    CONTRACT_WITHOUT_PLAN = strawberry.enum_value(
        "CONTRACT_WITHOUT_PLAN", description="A contract sells nothing that is a plan here."
    )
    CONTRACT_WITHOUT_MEMBER = strawberry.enum_value(
        "CONTRACT_WITHOUT_MEMBER", description="A contract has no customer who is a member."
    )
    CHARGED_AFTER_END = strawberry.enum_value(
        "CHARGED_AFTER_END", description="A charge that was under way succeeded after its membership had ended."
    )
    PLAN_ARCHIVED = strawberry.enum_value(
        "PLAN_ARCHIVED", description="An order paid for a plan that is archived, and began no membership."
    )
    CHARGED_TWICE = strawberry.enum_value("CHARGED_TWICE", description="A period was paid for twice.")
    CHARGED_ELSEWHERE = strawberry.enum_value(
        "CHARGED_ELSEWHERE", description="A payment came that this app did not ask for."
    )


@strawberry.enum(description="How it was repaired.")
class MembershipRepairResolution(Enum):
    GRANTED = strawberry.enum_value("GRANTED", description="The membership was given by hand.")
    REFUNDED = strawberry.enum_value("REFUNDED", description="The money was given back.")
    CONTRACT_MADE = strawberry.enum_value("CONTRACT_MADE", description="A contract was made.")
    NOT_OURS = strawberry.enum_value("NOT_OURS", description="It belongs to another app.")
    NOTHING_TO_DO = strawberry.enum_value("NOTHING_TO_DO", description="There is nothing to do.")


@strawberry.type(description="An order or a contract that a person has to look at.")
class MembershipRepair:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="Its global id.")
    reason: MembershipRepairReason = strawberry.field(description="What is wrong.")
    message: str = strawberry.field(description="The same in the caller's language.")
    order_id: strawberry.ID | None = strawberry.field(description="The order, as `gid://shopify/Order/…`.")
    contract_id: strawberry.ID | None = strawberry.field(
        description="The contract, as `gid://shopify/SubscriptionContract/…`."
    )
    created_at: datetime = strawberry.field(description="When it was noticed.")
    settled_at: datetime | None = strawberry.field(description="When it was settled, null while it is open.")
    settled_by: str | None = strawberry.field(description="Who settled it; `program`: it answered itself.")
    resolution: MembershipRepairResolution | None = strawberry.field(description="How it was repaired.")


@strawberry.type(description="A repair on a page.")
class MembershipRepairEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: MembershipRepair = strawberry.field(description="The repair.")


@strawberry.type(description="A page of repairs.")
class MembershipRepairConnection:
    nodes: list[MembershipRepair] = strawberry.field(description="The repairs, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The repairs, each with its cursor.")
    def edges(self) -> list[MembershipRepairEdge]:
        """Made only where they are asked for."""
        return [MembershipRepairEdge(cursor=cursor_of("MembershipRepair", one.number), node=one) for one in self.nodes]


def repair_of(record: Repair, language: str) -> MembershipRepair:
    """The repair of an engine's record."""
    order, contract = record.order_id, record.contract_id
    return MembershipRepair(
        number=record.repair_id,
        id=strawberry.ID(gid("MembershipRepair", record.repair_id)),
        reason=MembershipRepairReason[record.reason.upper()],
        message=TEXTS[language][f"repair.{record.reason}"],
        order_id=None if order is None else strawberry.ID(f"gid://shopify/Order/{order}"),
        contract_id=None if contract is None else strawberry.ID(f"gid://shopify/SubscriptionContract/{contract}"),
        created_at=record.created_at,
        settled_at=record.settled_at,
        settled_by=record.settled_by,
        resolution=None if record.resolution is None else MembershipRepairResolution[record.resolution.upper()],
    )


def connection_of(
    records: Sequence[Repair], language: str, first: int, after: str | None
) -> MembershipRepairConnection:
    """A page of `first`, when `first + 1` repairs were asked for and these were found."""
    found = [repair_of(record, language) for record in records]
    return MembershipRepairConnection(nodes=found[:first], page_info=cut(found, "MembershipRepair", first, after))
