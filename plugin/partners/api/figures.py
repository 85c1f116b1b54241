"""What a partner's offers brought, by offer and by day: numbers only."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from engine.conversions.aggregates import DAYS_MAXIMUM, OfferFigures, figures_by_day, figures_in_all, summed_up
from engine.database import transaction_time
from engine.offers.catalog import Offer
from engine.partners.catalog import agreements_of
from engine.partners.facts import Agreement, in_force
from engine.partners.money import exact_amount
from plugin.partners.api.answers import ApiRefusedError, json_answer
from plugin.partners.api.callers import PartnerVisit
from plugin.partners.api.offers import offer_document, published_offers

SHOWN_DAYS = 30
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


async def current_agreement(visit: PartnerVisit) -> tuple[Agreement | None, datetime]:
    """What is agreed now, and when now is."""
    now = await transaction_time(visit.connection)
    agreements = await agreements_of(visit.connection, visit.caller.program_id, visit.caller.partner_id)
    return in_force(agreements, now) or (agreements[0] if agreements else None), now


async def offers(request: Request, visit: PartnerVisit) -> Response:
    """`GET /partner/v1/offers?from=&to=`: what was published, each with its figures, of the last 30 days by default."""
    agreement, first, last, zone = await _period(request, visit)
    caller = visit.caller
    with visit.long_work():
        found = await figures_in_all(visit.connection, caller.program_id, caller.partner_id, first, last, zone)
    by_offer = {one.offer_id: one for one in found}
    documents = [
        {**offer_document(one), "figures": _figures(by_offer.get(one.offer_id), agreement)}
        for one in await published_offers(visit)
    ]
    return json_answer({**_named(first, last, zone), "offers": documents})


async def figures(request: Request, visit: PartnerVisit) -> Response:
    """`GET /partner/v1/figures?from=&to=`: the days on which something happened, by offer."""
    agreement, first, last, zone = await _period(request, visit)
    caller = visit.caller
    with visit.long_work():
        found = await figures_by_day(visit.connection, caller.program_id, caller.partner_id, first, last, zone)
    handles = {offer.offer_id: offer.handle for offer in await published_offers(visit)}
    days = [
        {"day": one.day.isoformat(), "offer": handles[one.offer_id], **_figures(one, agreement)}
        for one in found
        if one.day is not None and one.offer_id in handles
    ]
    return json_answer({**_named(first, last, zone), "days": days})


async def last_days(visit: PartnerVisit) -> tuple[list[tuple[Offer, OfferFigures | None]], list[OfferFigures], date]:
    """For the page: offers with their figures of the last 30 days, those days one by one, and the last of them."""
    agreement, now = await current_agreement(visit)
    zone = _zone_of(agreement)
    last = now.astimezone(zone).date()
    first, caller = last - timedelta(days=SHOWN_DAYS - 1), visit.caller
    with visit.long_work():
        days = await figures_by_day(visit.connection, caller.program_id, caller.partner_id, first, last, zone)
    by_offer = {one.offer_id: one for one in summed_up(days)}
    return [(one, by_offer.get(one.offer_id)) for one in await published_offers(visit)], days, last


async def _period(request: Request, visit: PartnerVisit) -> tuple[Agreement | None, date, date, ZoneInfo]:
    agreement, now = await current_agreement(visit)
    zone = _zone_of(agreement)
    last = _day(request, "to", now.astimezone(zone).date())
    first = _day(request, "from", last - timedelta(days=SHOWN_DAYS - 1))
    if not timedelta(0) <= last - first < timedelta(days=DAYS_MAXIMUM):
        raise ApiRefusedError(400, "PARAMETER_INVALID", f"from and to span 1 to {DAYS_MAXIMUM} days.")
    return agreement, first, last, zone


def _day(request: Request, name: str, default: date) -> date:
    given = request.query_params.get(name)
    if given is None:
        return default
    try:
        found = date.fromisoformat(given) if _DAY.fullmatch(given) else None
    except ValueError:
        found = None
    if found is None or not 1970 < found.year < 9000:
        raise ApiRefusedError(400, "PARAMETER_INVALID", f"{name} is a day written as 2026-12-31.")
    return found


def _zone_of(agreement: Agreement | None) -> ZoneInfo:
    return ZoneInfo(agreement.definition.time_zone if agreement else "UTC")


def _named(first: date, last: date, zone: ZoneInfo) -> dict[str, str]:
    return {"from": first.isoformat(), "to": last.isoformat(), "time_zone": zone.key}


def _figures(one: OfferFigures | None, agreement: Agreement | None) -> dict[str, Any]:
    names = ("claims", "clicks", "pending", "approved", "declined", "reversed", "points")
    counted = {name: getattr(one, name) if one else 0 for name in names}
    if agreement is None:
        return counted
    currency = agreement.definition.currency
    return {
        **counted,
        "due": {"amount": format(exact_amount(one.micros if one else 0, currency), "f"), "currency": currency},
    }
