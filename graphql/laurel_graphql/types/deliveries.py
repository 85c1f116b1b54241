"""What the shop sent us: deliveries that wait for a person, and how many of each topic came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import strawberry

from engine.inbox import ParkedDelivery
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut


@strawberry.type(description="A delivery of the shop that could not be applied and waits for a person.")
class ParkedEvent:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The delivery's global id.")
    topic: str = strawberry.field(description="The webhook topic, such as `orders/paid`.")
    received_at: datetime = strawberry.field(description="When it was stored.")
    reason: str = strawberry.field(description="Why it could not be applied. Holds nothing personal.")
    attempts: int = strawberry.field(description="How often it was tried.")


@strawberry.type(description="A parked delivery on a page.")
class ParkedEventEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: ParkedEvent = strawberry.field(description="The parked delivery.")


@strawberry.type(description="A page of parked deliveries.")
class ParkedEventConnection:
    nodes: list[ParkedEvent] = strawberry.field(description="The parked deliveries, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The parked deliveries, each with its cursor.")
    def edges(self) -> list[ParkedEventEdge]:
        """Made only where they are asked for."""
        return [ParkedEventEdge(cursor=cursor_of("ParkedEvent", node.number), node=node) for node in self.nodes]


@strawberry.type(description="How many deliveries of one topic are in each state, among those that are still kept.")
class TopicCount:
    topic: str = strawberry.field(description="The webhook topic.")
    pending: int = strawberry.field(description="Stored, to be applied in a moment.")
    applied: int = strawberry.field(description="Applied.")
    parked: int = strawberry.field(description="Waiting for a person.")
    ignored: int = strawberry.field(description="Of a topic that nothing here handles.")


def connection_of(found: Sequence[ParkedDelivery], first: int, after: str | None) -> ParkedEventConnection:
    """A page of `first`, when `first + 1` deliveries were asked for and these were found."""
    events = [
        ParkedEvent(
            number=delivery.delivery_id,
            id=strawberry.ID(gid("ParkedEvent", delivery.delivery_id)),
            topic=delivery.topic,
            received_at=delivery.received_at,
            reason=delivery.reason,
            attempts=delivery.attempts,
        )
        for delivery in found
    ]
    return ParkedEventConnection(nodes=events[:first], page_info=cut(events, "ParkedEvent", first, after))


def topic_counts_of(counts: Mapping[str, Mapping[str, int]]) -> list[TopicCount]:
    """The counts of every topic, by its name."""
    states = ("pending", "applied", "parked", "ignored")
    return [
        TopicCount(topic=topic, **{state: counts[topic].get(state, 0) for state in states}) for topic in sorted(counts)
    ]
