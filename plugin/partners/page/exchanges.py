"""What the partner has to credit: exchanges, by the account there that a member named and nothing else of them."""

from __future__ import annotations

from starlette.responses import Response

from engine.offers.exchanges import newest_exchanges
from plugin.partners.api.endpoints import whole_number
from plugin.partners.page.visits import PageVisit

SHOWN = 25
_ID_MAXIMUM = 10**18 - 1


async def exchanges(page: PageVisit) -> Response:
    """`GET /partner/exchanges?before=`: newest first."""
    caller = page.visit.caller
    before = whole_number(page.request, "before", 0, 0, _ID_MAXIMUM) or None
    found = await newest_exchanges(page.visit.connection, caller.program_id, caller.partner_id, SHOWN + 1, before)
    older = found[SHOWN - 1].event_id if len(found) > SHOWN else None
    return page.draw("exchanges.html", section="exchanges", found=found[:SHOWN], older=older, newest=before is None)
