"""The purchases that a partner reported, what became of each, and appeals for those that were declined."""

from __future__ import annotations

from typing import get_args

from starlette.responses import Response

from engine.conversions.reading import conversions_of
from engine.conversions.store import ConversionState
from plugin.partners.api.answers import ApiRefusedError
from plugin.partners.api.conversions import appeal_for
from plugin.partners.api.endpoints import whole_number
from plugin.partners.api.offers import published_offers
from plugin.partners.page.drawing import go
from plugin.partners.page.sessions import PATH
from plugin.partners.page.texts import TEXTS
from plugin.partners.page.visits import PageVisit, read_form

PURCHASES_SHOWN = 25
STATES: tuple[ConversionState, ...] = get_args(ConversionState)
_ID_MAXIMUM = 10**18 - 1


async def purchases(page: PageVisit, problem: str | None = None, said: str = "") -> Response:
    """`GET /partner/purchases?before=&state=&offer=`: what was reported, newest first.

    `problem` is why an appeal was not taken, `said` what it said.
    """
    caller = page.visit.caller
    before = whole_number(page.request, "before", 0, 0, _ID_MAXIMUM) or None
    state = next((one for one in STATES if one == page.request.query_params.get("state")), None)
    handle = page.request.query_params.get("offer")
    offer = next((one for one in await published_offers(page.visit) if one.handle == handle), None)
    found = await conversions_of(
        page.visit.connection, caller.program_id, PURCHASES_SHOWN + 1, before, partner_id=caller.partner_id,
        offer_id=offer.offer_id if offer else None, states=(state,) if state else (),
    )  # fmt: skip
    older = found[PURCHASES_SHOWN - 1].conversion.conversion_id if len(found) > PURCHASES_SHOWN else None
    return page.draw(
        "purchases.html", 409 if problem else 200, section="purchases", found=found[:PURCHASES_SHOWN], older=older,
        newest=before is None, state=state, states=STATES, offer=offer, problem=problem, said=said,
        failed=page.request.path_params.get("conversion"),
    )  # fmt: skip


async def appeal(page: PageVisit) -> Response:
    """`POST /partner/purchases/{conversion}/appeal`."""
    said = (await read_form(page.request)).get("said", "").replace("\r\n", "\n")
    try:
        async with page.visit.connection.begin_nested():
            await appeal_for(page.request, page.visit, said)
    except ApiRefusedError as refusal:
        if refusal.status == 404:
            raise
        key = f"appeal.failed.{refusal.code}"
        return await purchases(page, key if key in TEXTS["en"] else "appeal.failed.other", said[:500])
    return go(page.request, f"{PATH}/purchases", f"purchase-{page.request.path_params['conversion']}")
