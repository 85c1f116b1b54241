"""Members, found by a customer's id, a tag or an address; and the files that give many of them points."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

import strawberry

from engine.files.operations import bulk_operation, bulk_operations
from engine.member_records import SEARCH_MAXIMUM, MemberRecord, member_record, search_members
from laurel_graphql.context import MerchantContext, MerchantInfo
from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.texts import readable
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.types.bulk_operations import BulkOperation, operation_of
from laurel_graphql.types.member_records import MemberRecord as MemberNode
from laurel_graphql.types.member_records import MemberRecordConnection, connection_of, member_of

_GID = re.compile(r"gid://(shopify/Customer|laurel/Member)/([0-9]{1,19})", re.ASCII)
Id = Annotated[strawberry.ID, strawberry.argument(description="The object's global id.")]


@strawberry.type
class MemberQueries:
    @computed("Members, newest first. Those who were merged into others are found as those.")
    async def members(
        self,
        info: MerchantInfo,
        query: Annotated[
            str | None,
            strawberry.argument(
                description="A customer's or member's id, an e-mail address that the shop has verified, or a part of a "
                "customer's tag; at most 100 characters. Null: everybody."
            ),
        ] = None,
        tier: Annotated[
            str | None, strawberry.argument(description="Only members of the tier of this handle; null: of any.")
        ] = None,
        plan_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only those whose membership of this plan goes on; null: all."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> MemberRecordConnection:
        """One page of the members that were looked for."""
        wanted = _Wanted(
            words=readable((query or "").strip()),
            tier=None if tier is None else readable(tier),
            plan_id=None if plan_id is None else number_of(plan_id, "Plan"),
        )
        return connection_of(await _found(info.context, wanted, first, number_after(after, "Member")), first, after)

    @computed("One member, null when the program has none of that id.")
    async def member(self, info: MerchantInfo, id: Id) -> MemberNode | None:  # noqa: A002
        """By their own id."""
        number = number_of(id, "Member")
        async with info.context.reading() as connection:
            found = await member_record(connection, info.context.program_id, number)
        return None if found is None else member_of(found)

    @computed("Files of grants and opening balances, newest first.")
    async def bulk_operations(self, info: MerchantInfo, first: First = 20) -> list[BulkOperation]:
        """What was handed in, and how far it is."""
        async with info.context.reading() as connection:
            found = await bulk_operations(connection, info.context.program_id, first)
        return [operation_of(record) for record in found]

    @computed("One file of grants or opening balances, null when the program has none of that id.")
    async def bulk_operation(self, info: MerchantInfo, id: Id) -> BulkOperation | None:  # noqa: A002
        """How far it is."""
        number = number_of(id, "BulkOperation")
        async with info.context.reading() as connection:
            found = await bulk_operation(connection, info.context.program_id, number)
        return None if found is None else operation_of(found)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Whom to look for."""

    words: str
    tier: str | None
    plan_id: int | None


async def _found(context: MerchantContext, wanted: _Wanted, first: int, before: int | None) -> list[MemberRecord]:
    if len(wanted.words) > SEARCH_MAXIMUM:
        raise RequestError(ErrorCode.BAD_USER_INPUT, f"Search for at most {SEARCH_MAXIMUM} characters.")
    gid = _GID.fullmatch(wanted.words)
    email_key = context.email_key(wanted.words) if context.email_key is not None and "@" in wanted.words else None
    async with context.reading() as connection:
        return await search_members(
            connection, context.program_id, first + 1, before, words=gid[2] if gid else wanted.words,
            email_key=email_key, tier=wanted.tier, plan_id=wanted.plan_id,
        )  # fmt: skip
