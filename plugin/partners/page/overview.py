"""The overview of a partner that is logged in, and the page of one of its offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from engine.conversions.aggregates import OfferFigures
from engine.offers.pools import codes_left
from engine.partners.catalog import agreements_of
from engine.partners.facts import timeline
from engine.settlement.reading import running_cycle
from plugin.merchant.chart import Chart, chart_of
from plugin.partners.api.answers import not_found
from plugin.partners.api.figures import SHOWN_DAYS, last_days
from plugin.partners.page.agreed import sentences
from plugin.partners.page.offered import facts
from plugin.partners.page.visits import PageVisit

COUNTED = ("claims", "clicks", "pending", "approved", "declined", "reversed", "points", "micros")


@dataclass(frozen=True, slots=True)
class Days:
    """What happened in the days that are shown: a chart of the purchases, and each day with anything, newest first."""

    chart: Chart
    table: list[tuple[date, OfferFigures]]
    first: date
    last: date


async def home(page: PageVisit) -> Response:
    """`GET /partner/`: what is agreed, the running cycle, and offers with what they brought in 30 days."""
    offers, days, last = await last_days(page.visit)
    caller = page.visit.caller
    agreements = await agreements_of(page.visit.connection, caller.program_id, caller.partner_id)
    shown = [page.agreement] if page.agreement else []
    if page.agreement:
        shown += [one for one in timeline(agreements) if one.effective_from > page.agreement.effective_from]
    running = await running_cycle(page.visit.connection, caller.program_id, caller.partner_id)
    figures = [(offer, one or _nothing(offer.offer_id)) for offer, one in offers]
    return page.draw(
        "home.html", section="home", offers=figures, total=_sum(0, None, (one for _, one in figures)),
        days=_days(days, last), running=running,
        agreements=[(one, sentences(page.words, one.definition)) for one in shown],
    )  # fmt: skip


async def offer(page: PageVisit) -> Response:
    """`GET /partner/offers/{offer}`: one offer by its handle, with its figures of each day."""
    offers, days, last = await last_days(page.visit)
    handle = page.request.path_params["offer"]
    one, figures = next((pair for pair in offers if pair[0].handle == handle), (None, None))
    if one is None:
        raise not_found()
    pool, left = one.definition.pool_id, None
    if pool is not None:
        counts = await codes_left(page.visit.connection, page.visit.caller.program_id, [pool])
        left = counts.get(pool, 0)
    own = [day for day in days if day.offer_id == one.offer_id]
    return page.draw(
        "offer.html", section="home", offer=one, total=figures or _nothing(one.offer_id), days=_days(own, last),
        facts=facts(page.words, one, left),
    )  # fmt: skip


def _days(figures: Sequence[OfferFigures], last: date) -> Days:
    shown = [last - timedelta(days=back) for back in range(SHOWN_DAYS - 1, -1, -1)]
    by_day = {day: [one for one in figures if one.day == day] for day in shown}
    sums = {day: _sum(0, day, found) for day, found in by_day.items() if found}
    chart = chart_of([(day, sums[day].purchases if day in sums else 0, 0) for day in shown])
    return Days(chart, sorted(sums.items(), reverse=True), shown[0], last)


def _sum(offer_id: int, day: date | None, figures: Iterable[OfferFigures]) -> OfferFigures:
    found = list(figures)
    return OfferFigures(offer_id, day, *(sum(getattr(one, name) for one in found) for name in COUNTED))


def _nothing(offer_id: int) -> OfferFigures:
    return _sum(offer_id, None, ())
