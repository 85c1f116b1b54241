"""What a partner reads of itself and its books: what is agreed, the keys that verify, the signed events."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from engine.badges.credential_store import issuer_of
from engine.database import transaction_time
from engine.partners.catalog import agreements_of, partner_of
from engine.partners.facts import Agreement, Partner, in_force
from engine.partners.money import exact_amount
from engine.partners.signing_store import signed_events, signing_keys
from plugin.partners.api.answers import json_answer, moment, not_found
from plugin.partners.api.callers import PartnerVisit
from plugin.partners.api.endpoints import whole_number
from plugin.partners.signing import EventSigners, keys_document

EVENTS_MAXIMUM = 500
_POSITION_MAXIMUM = 10**18 - 1


async def own_partner(visit: PartnerVisit) -> Partner:
    """The partner that calls. Raises ApiRefusedError where it is no more."""
    partner = await partner_of(visit.connection, visit.caller.program_id, visit.caller.partner_id)
    if partner is None:
        raise not_found()
    return partner


async def me(_request: Request, visit: PartnerVisit) -> Response:
    """`GET /partner/v1/me`: who calls, with whom, and all versions of what is agreed."""
    partner = await own_partner(visit)
    agreements = await agreements_of(visit.connection, visit.caller.program_id, partner.partner_id)
    shop = await issuer_of(visit.connection, visit.caller.program_id)
    now = await transaction_time(visit.connection)
    current = in_force(agreements, now)
    return json_answer({
        "partner": {
            "handle": partner.handle, "name": partner.profile.name, "website": partner.profile.website,
            "paused": not partner.is_active,
        },
        "program": {"name": shop.name, "shop": shop.domain} if shop else None,
        "key": visit.caller.key_id,
        "agreement": current.version if current else None,
        "agreements": [agreement_document(one) for one in agreements],
        "prepaid": prepaid_left(partner, current),
        "now": moment(now),
    })  # fmt: skip


def agreement_document(agreement: Agreement) -> dict[str, Any]:
    """A version of what is agreed; rates and other decimals are text."""
    definition = agreement.definition.model_dump(mode="json")
    return {"version": agreement.version, "effective_from": moment(agreement.effective_from), **definition}


def prepaid_left(partner: Partner, agreement: Agreement | None) -> dict[str, str] | None:
    """What is left of what was paid beforehand; None where nothing is paid so."""
    if agreement is None or (agreement.definition.billing != "prepaid" and not partner.prepaid_micros):
        return None
    currency = agreement.definition.currency
    return {"amount": format(exact_amount(partner.prepaid_micros, currency), "f"), "currency": currency}


class Books:
    """The calls that need the program's signing keys."""

    def __init__(self, signers: EventSigners) -> None:
        self._signers = signers

    async def keys(self, _request: Request, visit: PartnerVisit) -> Response:
        """`GET /partner/v1/keys`: the public keys that verify events and statements, as a JWK Set."""
        program_id = visit.caller.program_id
        await self._signers.signer(visit.connection, program_id)
        return json_answer(keys_document(await signing_keys(visit.connection, program_id)))

    async def events(self, request: Request, visit: PartnerVisit) -> Response:
        """`GET /partner/v1/events?after=&first=`: signed events in the order of their positions.

        `next` is the position to go on after; it stays as it was where there is nothing more.
        """
        after = whole_number(request, "after", 0, 0, _POSITION_MAXIMUM)
        first = whole_number(request, "first", 100, 1, EVENTS_MAXIMUM)
        caller = visit.caller
        events = await signed_events(visit.connection, caller.program_id, caller.partner_id, after, first)
        rows = [{"id": str(one.event_id), "position": str(one.position), "token": one.token} for one in events]
        return json_answer({"events": rows, "next": str(events[-1].position if events else after)})
