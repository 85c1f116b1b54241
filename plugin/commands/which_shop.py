"""Which shop a command is about: the one that is named, or the only one there is."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference, all_shops


class ShopUnclearError(Exception):
    """No shop, or several, fit what was given; the text says which there are."""


async def choose_shop(engine: AsyncEngine, domain: str | None, program: int | None) -> ShopReference:
    """The shop of a domain, of a program, or the only one. Raises ShopUnclearError."""
    async with engine.begin() as connection:
        shops = await all_shops(connection)
    fitting = [
        shop for shop in shops if domain in (None, shop.domain) and program in (None, shop.program_id)
    ]  # fmt: skip
    if len(fitting) == 1:
        return fitting[0]
    listed = "\n".join(f"  --shop {shop.domain}  (program {shop.program_id})" for shop in fitting or shops)
    if not shops:
        raise ShopUnclearError("No shop has installed the app yet.")
    raise ShopUnclearError(f"{'Which shop?' if fitting else 'There is no such shop.'} There are:\n{listed}")
