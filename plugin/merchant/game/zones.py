"""The game's days are those of the program, perhaps in another zone than the shop: weeks begin on its Monday."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from engine.birthdays import zone_of_program
from engine.database import tenant_transaction
from plugin.merchant.pages import Draw, PageRequest
from plugin.merchant.words import Words


def in_program_zone(draw: Draw) -> Draw:
    """The same page with all its moments in the program's zone."""

    async def drawn(opened: PageRequest) -> Response:
        program_id = opened.visit.shop.program_id
        async with tenant_transaction(opened.services.engine, program_id) as connection:
            zone = await zone_of_program(connection, program_id)
        return await draw(replace(opened, words=Words(opened.words.locale, zone.key)))

    return drawn
