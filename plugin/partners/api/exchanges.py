"""What a partner has to credit: points that members exchanged for its own, by the account there that they named."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from engine.offers.exchanges import ExchangeOrder, exchanges_of_partner
from plugin.partners.api.answers import json_answer, moment
from plugin.partners.api.callers import PartnerVisit
from plugin.partners.api.endpoints import whole_number

PAGE_MAXIMUM = 100
_ID_MAXIMUM = 10**18 - 1


async def exchanges(request: Request, visit: PartnerVisit) -> Response:
    """`GET /partner/v1/exchanges?first=&after=`: oldest first; `next` is what to ask `after` for, also later on.

    One that is canceled later comes again, so that who asks on from `next` hears of it.
    """
    first = whole_number(request, "first", 50, 1, PAGE_MAXIMUM)
    after = whole_number(request, "after", 0, 0, _ID_MAXIMUM)
    caller = visit.caller
    found = await exchanges_of_partner(visit.connection, caller.program_id, caller.partner_id, first, after)
    following = str(found[-1].event_id) if found else str(after)
    return json_answer({"exchanges": [_document(one) for one in found], "next": following})


def _document(one: ExchangeOrder) -> dict[str, Any]:
    """An exchange; its id is the reference of its events. The account is the partner's own, and gone once forgotten."""
    return {
        "id": str(one.claim_id), "offer": one.offer_handle, "account": one.account, "points": one.points,
        "gives": one.gives, "state": one.state, "exchanged_at": moment(one.created_at),
    }  # fmt: skip
