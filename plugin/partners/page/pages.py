"""The pages of a partner that is logged in: overview, purchases with appeals, statements with what proves them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from starlette.responses import Response

from engine.conversions.aggregates import OfferFigures
from engine.conversions.reading import conversions_of
from engine.partners.signing_store import signing_keys
from engine.settlement.answers import answers_of
from engine.settlement.reading import lines_of, running_cycle, statements_of
from plugin.merchant.chart import chart_of
from plugin.partners.api.answers import ApiRefusedError, json_answer
from plugin.partners.api.conversions import appeal_for
from plugin.partners.api.endpoints import whole_number
from plugin.partners.api.figures import SHOWN_DAYS, last_days
from plugin.partners.api.statements import own_statement, statement_before, statement_file
from plugin.partners.page.drawing import go
from plugin.partners.page.visits import PageVisit, read_form
from plugin.partners.signing import keys_document

PURCHASES_SHOWN = 25
STATEMENTS_SHOWN = 12
LINES_SHOWN = 100
"""How many rows of a statement the page shows; all of them are in its files."""
_ID_MAXIMUM = 10**18 - 1


async def home(page: PageVisit) -> Response:
    """`GET /partner/`: offers with what they brought in 30 days, and what the running cycle comes to."""
    offers, days, last = await last_days(page.visit)
    caller = page.visit.caller
    running = await running_cycle(page.visit.connection, caller.program_id, caller.partner_id)
    figures = [one for _, one in offers if one is not None]
    totals = {name: sum(getattr(one, name) for one in figures) for name in ("claims", "clicks", "purchases", "points")}
    prepaid = page.partner.prepaid_micros
    return page.draw(
        "home.html", section="home", offers=offers, totals=totals, chart=chart_of(_by_day(days, last)),
        running=running, prepaid=prepaid,
    )  # fmt: skip


def _by_day(figures: Sequence[OfferFigures], last: date) -> list[tuple[date, int, int]]:
    days = [last - timedelta(days=back) for back in range(SHOWN_DAYS - 1, -1, -1)]
    counts = dict.fromkeys(days, 0)
    for one in figures:
        if one.day in counts:
            counts[one.day] += one.purchases
    return [(day, count, 0) for day, count in counts.items()]


async def purchases(page: PageVisit, problem: str | None = None) -> Response:
    """`GET /partner/purchases?before=`: what was reported, newest first."""
    before = whole_number(page.request, "before", 0, 0, _ID_MAXIMUM) or None
    caller = page.visit.caller
    found = await conversions_of(
        page.visit.connection, caller.program_id, PURCHASES_SHOWN + 1, before, partner_id=caller.partner_id
    )
    older = found[PURCHASES_SHOWN - 1].conversion.conversion_id if len(found) > PURCHASES_SHOWN else None
    return page.draw(
        "purchases.html", 409 if problem else 200, section="purchases", found=found[:PURCHASES_SHOWN], older=older,
        newest=before is None, problem=problem,
    )  # fmt: skip


async def appeal(page: PageVisit) -> Response:
    """`POST /partner/purchases/{conversion}/appeal`."""
    said = (await read_form(page.request)).get("said", "")
    try:
        async with page.visit.connection.begin_nested():
            await appeal_for(page.request, page.visit, said.replace("\r\n", "\n"))
    except ApiRefusedError as refusal:
        if refusal.status == 404:
            raise
        return await purchases(page, refusal.message)
    return go(page.request, "/partner/purchases")


async def statements(page: PageVisit) -> Response:
    """`GET /partner/statements?before=`: newest first."""
    caller = page.visit.caller
    after = await statement_before(page.request, page.visit)
    found = await statements_of(
        page.visit.connection, caller.program_id, caller.partner_id, first=STATEMENTS_SHOWN + 1, after=after
    )
    older = found[STATEMENTS_SHOWN - 1].number if len(found) > STATEMENTS_SHOWN else None
    return page.draw("statements.html", section="statements", found=found[:STATEMENTS_SHOWN], older=older)


async def statement(page: PageVisit) -> Response:
    """`GET /partner/statements/{number}`, or with `.csv`, `.xlsx`, `.jsonl` behind it as a file."""
    found, file_format = await own_statement(page.request, page.visit)
    if file_format is not None:
        return await statement_file(page.visit, found, file_format)
    answers = await answers_of(page.visit.connection, page.visit.caller.program_id, found.statement_id)
    lines = await lines_of(page.visit.connection, page.visit.caller.program_id, found.statement_id, most=LINES_SHOWN)
    return page.draw("statement.html", section="statements", one=found, answers=answers, lines=lines)


async def keys(page: PageVisit) -> Response:
    """`GET /partner/keys.json`: what the page's own script verifies signatures with."""
    return json_answer(keys_document(await signing_keys(page.visit.connection, page.visit.caller.program_id)))
