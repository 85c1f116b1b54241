"""Payments between the shop and a partner, and everything that does not match with it, by its age."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from engine.database import tenant_transaction
from engine.settlement.payments import Payment, payments_of
from engine.settlement.suspense import BUCKETS, aging_of, suspense_of
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.partners.suspense import TONES, shown_row
from plugin.merchant.program import actor_text
from plugin.merchant.words import Words

SHOWN: Final = ("open", "all")
_ROWS_SHOWN: Final = 100
_PAYMENTS_SHOWN: Final = 20


async def payments(opened: PageRequest) -> Response:
    """Draw the page."""
    number, words = opened.number("partner"), opened.words
    found = (await opened.ask("partner", id=f"gid://laurel/Partner/{number}"))["partner"]
    if found is None:
        raise PageMissingError
    given, path = opened.request.query_params, opened.request.url.path
    shown = "all" if given.get("show") == "all" else "open"
    before = int(given["before"]) if given.get("before", "").isdecimal() and len(given["before"]) < 19 else None
    program_id = opened.visit.shop.program_id
    async with tenant_transaction(opened.services.engine, program_id) as connection:
        rows = await suspense_of(connection, program_id, number, open_only=shown == "open", first=_ROWS_SHOWN)
        ages = await aging_of(connection, program_id, number)
        paid = await payments_of(connection, program_id, number, first=_PAYMENTS_SHOWN + 1, after=before)
    more = len(paid) > _PAYMENTS_SHOWN
    last = paid[_PAYMENTS_SHOWN - 1].payment_id if more else None
    prepaid = [one["currency"] for one in found["agreements"] if one["billing"] == "PREPAID"]
    return opened.render(
        "partners/payments.html",
        partner=found,
        back=f"/partners/{number}",
        payments=[shown_payment(one, words) for one in paid[:_PAYMENTS_SHOWN]],
        next_href=f"{path}?{urlencode({'before': last})}" if more else None,
        prepaid_currency=prepaid[0] if prepaid else None,
        prepaid=found["prepaid"] and words.exact_money(found["prepaid"]["amount"], found["prepaid"]["currencyCode"]),
        rows=[shown_row(row, words) for row in rows],
        statements=f"/partners/{number}/statements",
        ages=[(words.text(f"suspense.age.{bucket}"), words.number(ages[bucket]), TONES[bucket]) for bucket in BUCKETS],
        shown=shown,
        filters=[(one, f"{path}?{urlencode({'show': one})}", words.text(f"suspense.show.{one}")) for one in SHOWN],
    )


def shown_payment(one: Payment, words: Words) -> dict[str, Any]:
    """One payment for a page."""
    way = "received" if one.amount_minor > 0 else "sent"
    return {
        "text": words.text(f"payments.{way}", amount=words.exact_money(abs(one.amount), one.currency)),
        "kind": words.text(f"payments.kind.{one.kind}"),
        "reference": one.reference,
        "statement_id": one.statement_id,
        "when": words.full_date(one.paid_on.isoformat()),
        "by": words.text(
            "payments.recorded", when=words.moment(one.recorded_at), who=actor_text(one.recorded_by, words)
        ),
    }
