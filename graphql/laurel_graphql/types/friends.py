"""Friends as members see them: by the name that they chose for a board, and nothing else."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.leaderboards.friends import Friend as FriendFacts


@strawberry.type(description="A friend of a member.")
class Friend:
    id: strawberry.ID = strawberry.field(description="Good for `friendRemove` only; it names the friend to nobody.")
    display_name: str | None = strawberry.field(
        description="The name that they chose for a board last, null where they are on none."
    )
    since: datetime = strawberry.field(description="Since when.")


def friend_of(one: FriendFacts) -> Friend:
    """The friend of an engine's record."""
    return Friend(id=strawberry.ID(one.friend_key), display_name=one.display_name, since=one.since)
