"""Points that members exchanged for a partner's: what it has to credit, as it sees it itself."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from engine.database import tenant_transaction
from engine.offers.exchanges import ExchangeOrder, newest_exchanges
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.words import Words

_SHOWN: Final = 50


async def exchanges(opened: PageRequest) -> Response:
    """Draw the page."""
    number, words = opened.number("partner"), opened.words
    found = (await opened.ask("partner", id=f"gid://laurel/Partner/{number}"))["partner"]
    if found is None:
        raise PageMissingError
    given, path = opened.request.query_params.get("before", ""), opened.request.url.path
    before = int(given) if given.isdecimal() and len(given) < 19 else None
    program_id = opened.visit.shop.program_id
    async with tenant_transaction(opened.services.engine, program_id) as connection:
        orders = await newest_exchanges(connection, program_id, number, _SHOWN + 1, before)
    return opened.render(
        "partners/exchanges.html",
        partner=found,
        back=f"/partners/{number}",
        orders=[_order(one, number, words) for one in orders[:_SHOWN]],
        next_href=f"{path}?before={orders[_SHOWN - 1].event_id}" if len(orders) > _SHOWN else None,
    )


def _order(one: ExchangeOrder, partner: int, words: Words) -> dict[str, Any]:
    return {
        "id": one.claim_id,
        "account": one.account if one.account is not None else words.text("exchanges.forgotten"),
        "gives": words.text("exchanges.units", count=words.number(one.gives), unit=one.unit_name),
        "points": one.points,
        "title": one.title,
        "when": words.moment(one.created_at.isoformat()),
        "status": words.text(f"exchanges.{one.state}"),
        "tone": "success" if one.state == "made" else "neutral",
    }
