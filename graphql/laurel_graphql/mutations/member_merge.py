"""`memberMerge`: two members become one."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.ledger import MemberKey
from engine.member_records import member_record, merge_record
from engine.merging import MergeRefused, merge_members
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.texts import TEXTS, language_of
from laurel_graphql.types.member_merges import MemberMerge, merge_of
from laurel_graphql.types.member_records import MemberRecord, member_of


@strawberry.enum(description="Why members were not merged.")
class MemberMergeErrorCode(Enum):
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the program has no such member."
    )
    SAME_MEMBER = strawberry.enum_value("SAME_MEMBER", description="Returned when both are the same member.")


@strawberry.type(description="One reason why members were not merged. Nothing changed.")
class MemberMergeUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: MemberMergeErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Who becomes part of whom.")
class MemberMergeInput:
    from_member_id: strawberry.ID = strawberry.field(
        description="The member who goes: points, redemptions and customers become the other's."
    )
    into_member_id: strawberry.ID = strawberry.field(description="The member who stays.")


@strawberry.type(description="What came of a merge.")
class MemberMergePayload:
    merge: MemberMerge | None = strawberry.field(
        description="The merge, by whose id it can be undone; null when refused."
    )
    member: MemberRecord | None = strawberry.field(description="The member who stayed, null when refused.")
    user_errors: list[MemberMergeUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def member_merge(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MemberMergeInput, strawberry.argument(description="Who becomes part of whom.")
    ],
) -> MemberMergePayload:
    """Let everything that one has be the other's, by transactions; nothing of the past is rewritten."""
    context = info.context
    giver = MemberKey(context.program_id, number_of(input.from_member_id, "Member"))
    receiver = MemberKey(context.program_id, number_of(input.into_member_id, "Member"))
    try:
        async with context.writing() as connection:
            merged = await merge_members(connection, giver, receiver, actor=context.actor)
            merge = await merge_record(connection, context.program_id, merged.merge_id)
            member = await member_record(connection, context.program_id, merged.into_member_id)
    except MergeRefused as refusal:
        error = MemberMergeUserError(
            field=["input", "fromMemberId"],
            message=TEXTS[language_of(context.locale)][f"merge.{refusal.code.lower()}"],
            code=MemberMergeErrorCode[refusal.code],
        )
        return MemberMergePayload(merge=None, member=None, user_errors=[error])
    return MemberMergePayload(
        merge=None if merge is None else merge_of(merge), member=None if member is None else member_of(member),
        user_errors=[],
    )  # fmt: skip
