"""What points buy: rewards as a shopper sees them, locked ones included, each with the reason why it is locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from engine.rewards.catalog import Reward as RewardRecord
from engine.rewards.definitions import CODE_KINDS
from engine.rewards.standing import QuoteDesk
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut, number_after
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import Points
from laurel_graphql.types.money import MoneyInput
from laurel_graphql.types.reward_values import (
    RewardAvailability,
    RewardCost,
    RewardKind,
    RewardQuote,
    RewardValue,
    cost_of,
    obstacle_of,
    quote_of,
    value_of,
)


@strawberry.type(description="Something that points buy.")
class Reward:
    number: strawberry.Private[int]
    record: strawberry.Private[RewardRecord]
    desk: strawberry.Private[QuoteDesk]
    words: strawberry.Private[Words]
    id: strawberry.ID = strawberry.field(description="The reward's global id.")
    handle: str = strawberry.field(description="Its handle, unique in the program.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    kind: RewardKind = strawberry.field(description="What it gives.")
    cost: RewardCost = strawberry.field(description="What it costs.")
    value: RewardValue = strawberry.field(description="What it is worth.")
    stock_left: int | None = strawberry.field(description="How many are left, null where there is no end to them.")
    code_days: int | None = strawberry.field(
        description="For how many days its code can be used, null where it gives no code."
    )
    terms: str = strawberry.field(description="Terms, as the merchant wrote them; empty for none.")
    starts_at: datetime | None = strawberry.field(description="From when on it can be had, null for always.")
    ends_at: datetime | None = strawberry.field(description="The first moment at which it is over, null for never.")

    @computed("Whether this shopper can have it now, and if not, why.")
    def availability(self) -> RewardAvailability:
        """The quote for its price, or for the most points that are possible, without a cart."""
        reason = next(iter(self.desk.quote(self.record).reasons), None)
        if reason is None:
            return RewardAvailability(allowed=True, reason=None, message=None)
        found = obstacle_of(reason, self.words)
        return RewardAvailability(allowed=False, reason=found.code, message=found.message)

    @computed("What it would give for some points and a cart, and what is in the way. Spends nothing.")
    def quote(
        self,
        points: Annotated[
            Points | None,
            strawberry.argument(description="How many points; null for its fixed price, or the most possible."),
        ] = None,
        subtotal: Annotated[
            MoneyInput | None,
            strawberry.argument(
                description="What the cart holds, before this reward. In another currency than the shop's it cannot be "
                "judged and counts as unknown."
            ),
        ] = None,
    ) -> RewardQuote:
        """Worked out by the same function that decides a redemption."""
        known = subtotal is not None and subtotal.currency_code == self.desk.currency
        quote = self.desk.quote(self.record, points, subtotal.minor() if subtotal is not None and known else None)
        return quote_of(quote, self.record.definition, self.words)


@strawberry.type(description="A reward on a page.")
class RewardEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: Reward = strawberry.field(description="The reward.")


@strawberry.type(description="A page of rewards.")
class RewardConnection:
    nodes: list[Reward] = strawberry.field(description="The rewards, in the merchant's order.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The rewards, each with its cursor.")
    def edges(self) -> list[RewardEdge]:
        """Made only where they are asked for."""
        return [RewardEdge(cursor=cursor_of("Reward", node.number), node=node) for node in self.nodes]


def reward_of(record: RewardRecord, desk: QuoteDesk, words: Words) -> Reward:
    """The reward of an engine's record, with what its quotes need."""
    definition = record.definition
    return Reward(
        number=record.reward_id,
        record=record,
        desk=desk,
        words=words,
        id=strawberry.ID(gid("Reward", record.reward_id)),
        handle=record.handle,
        title=definition.title,
        description=definition.description,
        kind=RewardKind[definition.kind.upper()],
        cost=cost_of(definition),
        value=value_of(definition, desk.currency),
        stock_left=record.stock_left,
        code_days=definition.code_days if definition.kind in CODE_KINDS else None,
        terms=definition.terms,
        starts_at=definition.starts_at,
        ends_at=definition.ends_at,
    )


def connection_of(
    records: Sequence[RewardRecord], desk: QuoteDesk, words: Words, first: int, after: str | None
) -> RewardConnection:
    """A page of `first` out of all rewards, which are few and in the merchant's own order."""
    number = number_after(after, "Reward")
    start = 0
    if number is not None:
        start = 1 + next((at for at, record in enumerate(records) if record.reward_id == number), len(records))
    found = [reward_of(record, desk, words) for record in records[start : start + first + 1]]
    return RewardConnection(nodes=found[:first], page_info=cut(found, "Reward", first, after))
