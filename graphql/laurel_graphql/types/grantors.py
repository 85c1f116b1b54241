"""What grants perks, by names: tiers and plans as they are called now, and their perks in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.birthdays import zone_of_program
from engine.database import Connection
from engine.memberships.catalog import plans_of
from engine.perks.definitions import Perk
from engine.perks.entitlements import plan_grantor, tier_grantor
from engine.rewards.standing import shop_currency
from engine.tiers.versions import live_tiers
from laurel_graphql.context import RequestContext
from laurel_graphql.refusals import Words
from laurel_graphql.types.perks import perk_of


@dataclass(frozen=True, slots=True)
class Grantors:
    """Titles and perks of all grantors, such as `tier:gold`. What is no longer there goes by its handle."""

    titles: Mapping[str, str]
    perks: Mapping[tuple[str, str], Perk]
    words: Words
    currency: str

    def title(self, grantor: str) -> str:
        """The name of a tier or the title of a plan."""
        return self.titles.get(grantor, grantor.partition(":")[2])

    def perk_title(self, grantor: str, handle: str) -> str:
        """A perk in words."""
        perk = self.perks.get((grantor, handle))
        return handle if perk is None else perk_of(perk, self.words, self.currency, entitled=False).title


async def read_grantors(connection: Connection, context: RequestContext) -> Grantors:
    """All tiers and plans of the program, in the caller's language."""
    live = await live_tiers(connection, context.program_id)
    plans = await plans_of(connection, context.program_id, archived=True)
    granted = [
        (tier_grantor(tier.handle), tier.name, tier.perks)
        for tier in (live.definition.tiers if live is not None else ())
    ]
    granted += [(plan_grantor(plan.handle), plan.definition.title, plan.definition.benefits) for plan in plans]
    return Grantors(
        titles={grantor: title for grantor, title, _ in granted},
        perks={(grantor, perk.handle): perk for grantor, _, perks in granted for perk in perks},
        words=Words(context.locale, await zone_of_program(connection, context.program_id)),
        currency=await shop_currency(connection, context.program_id, context.shop_id),
    )
