"""Programs elsewhere whose partner this one is, as the staff see them: what was reported, and how far it is settled."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.hosts.store import Host
from laurel_graphql.gids import gid


@strawberry.type(description="A connection to a program elsewhere, whose partner this one is.")
class PartnerHost:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The connection's global id.")
    handle: str = strawberry.field(description="What this program calls it.")
    name: str = strawberry.field(description="Its name.")
    base_url: str = strawberry.field(description="Where its app is.")
    key_id: str = strawberry.field(description="The name of the key that it made for this program.")
    created_at: datetime = strawberry.field(description="When it was connected.")
    created_by: str = strawberry.field(description="Who connected it.")
    ended_at: datetime | None = strawberry.field(description="When it was ended, null while it goes on.")
    last_call_at: datetime | None = strawberry.field(description="When it was last called, null for never.")
    failures: int = strawberry.field(description="How many calls in a row failed.")
    last_error: str | None = strawberry.field(description="Why the last one failed, null where it did not.")


def host_record_of(record: Host) -> PartnerHost:
    """The connection of an engine's record, without its secret."""
    return PartnerHost(
        number=record.host_id,
        id=strawberry.ID(gid("PartnerHost", record.host_id)),
        handle=record.handle,
        name=record.name,
        base_url=record.base_url,
        key_id=record.key_id,
        created_at=record.created_at,
        created_by=record.created_by,
        ended_at=record.ended_at,
        last_call_at=record.last_call_at,
        failures=record.failures,
        last_error=record.last_error,
    )
