"""Merges of members: who became one with whom, when, and whether they were parted again."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.member_records import MergeRecord
from laurel_graphql.gids import gid


@strawberry.type(description="Two members who became one.")
class MemberMerge:
    id: strawberry.ID = strawberry.field(description="The merge's global id.")
    kept_member_id: strawberry.ID = strawberry.field(description="The member who was kept.")
    merged_member_id: strawberry.ID = strawberry.field(description="The member who was merged into them.")
    merged_at: datetime = strawberry.field(description="When.")
    merged_by: str = strawberry.field(description="By whom: the staff, or the shop's own merge of customers.")
    unmerged_at: datetime | None = strawberry.field(description="When they were parted again, null while they are one.")
    unmerged_by: str | None = strawberry.field(description="By whom they were parted.")


def merge_of(record: MergeRecord) -> MemberMerge:
    """The merge of an engine's record."""
    return MemberMerge(
        id=strawberry.ID(gid("MemberMerge", record.merge_id)),
        kept_member_id=strawberry.ID(gid("Member", record.into_member_id)),
        merged_member_id=strawberry.ID(gid("Member", record.from_member_id)),
        merged_at=record.merged_at,
        merged_by=record.merged_by,
        unmerged_at=record.unmerged_at,
        unmerged_by=record.unmerged_by,
    )
