"""Who asks: the member behind a shopper's request, read anew after each change that they made."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from engine.birthdays import zone_of_program
from engine.members import member_of_customer
from laurel_graphql.context import RequestContext, StorefrontContext
from laurel_graphql.refusals import NAMING_A_DAY, Words
from laurel_graphql.types.members import Member, member_of


async def member_after(context: StorefrontContext) -> Member | None:
    """The member as they are now, None when nobody is logged in.

    A customer who becomes a member by this does so for good and in a transaction of its own: a second change of the
    same request must not wait for it.
    """
    if context.customer_id is None:
        return None
    async with context.writing() as connection:
        return member_of(await member_of_customer(connection, context.program_id, context.shop_id, context.customer_id))


async def words_for(context: RequestContext, code: str) -> Words:
    """Whom the sentence about a refusal is for. The program's zone is read only where the sentence names a day."""
    if code not in NAMING_A_DAY:
        return Words(context.locale, ZoneInfo("UTC"))
    async with context.reading() as connection:
        return Words(context.locale, await zone_of_program(connection, context.program_id))
