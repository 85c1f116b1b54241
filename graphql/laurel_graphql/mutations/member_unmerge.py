"""`memberUnmerge`: members who became one are parted again."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.member_records import member_record, merge_record
from engine.merging import MergeRefused, unmerge_members
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.texts import TEXTS, language_of
from laurel_graphql.types.member_merges import MemberMerge, merge_of
from laurel_graphql.types.member_records import MemberRecord, member_of


@strawberry.enum(description="Why members were not parted.")
class MemberUnmergeErrorCode(Enum):
    MERGE_NOT_FOUND = strawberry.enum_value(
        "MERGE_NOT_FOUND", description="Returned when there is no such merge, or it was undone before."
    )
    MERGED_ON = strawberry.enum_value(
        "MERGED_ON",
        description="Returned when the member who stayed was merged into another one since: undo that first.",
    )


@strawberry.type(description="One reason why members were not parted. Nothing changed.")
class MemberUnmergeUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: MemberUnmergeErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which merge to undo.")
class MemberUnmergeInput:
    merge_id: strawberry.ID = strawberry.field(description="The merge's global id.")


@strawberry.type(description="What came of parting members.")
class MemberUnmergePayload:
    merge: MemberMerge | None = strawberry.field(description="The merge, undone; null when refused.")
    member: MemberRecord | None = strawberry.field(
        description="The member who went their own way again, null when refused."
    )
    user_errors: list[MemberUnmergeUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def member_unmerge(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MemberUnmergeInput, strawberry.argument(description="Which merge to undo.")
    ],
) -> MemberUnmergePayload:
    """Give back what the one brought and still has. What was spent stays spent."""
    context = info.context
    merge_id = number_of(input.merge_id, "MemberMerge")
    try:
        async with context.writing() as connection:
            parted = await unmerge_members(connection, context.program_id, merge_id, actor=context.actor)
            merge = await merge_record(connection, context.program_id, parted.merge_id)
            member = await member_record(connection, context.program_id, parted.from_member_id)
    except MergeRefused as refusal:
        error = MemberUnmergeUserError(
            field=["input", "mergeId"],
            message=TEXTS[language_of(context.locale)][f"merge.{refusal.code.lower()}"],
            code=MemberUnmergeErrorCode[refusal.code],
        )
        return MemberUnmergePayload(merge=None, member=None, user_errors=[error])
    return MemberUnmergePayload(
        merge=None if merge is None else merge_of(merge), member=None if member is None else member_of(member),
        user_errors=[],
    )  # fmt: skip
