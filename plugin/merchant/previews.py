"""The preview of the draft: one example order and the shop's own orders, beside what the live version gives."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.pages import PageDataUnavailableError, PageRequest
from plugin.merchant.program import PREVIEW_MONTHS
from plugin.merchant.words import Words

EXAMPLE_AMOUNT: Final = Decimal(100)
_AMOUNT_MAXIMUM: Final = Decimal(1_000_000)
_SHOWN: Final = 5
CHART_WIDTH: Final = 600


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of the comparison: what it is, by the live version, by the draft."""

    name: str
    now: str
    then: str


async def preview(opened: PageRequest) -> Response:
    """Draw the result as a part of the program's page."""
    given = opened.request.query_params
    months = (
        int(given["months"]) if given.get("months", "") in {str(one) for one in PREVIEW_MONTHS} else PREVIEW_MONTHS[1]
    )
    amount = amount_of(given.get("amount", ""))
    live = (await opened.ask("program_draft"))["program"]["liveVersion"]
    order = {"lines": [{"price": {"amount": str(amount), "currencyCode": opened.shop.currency}}]}
    data = await opened.ask(
        "program_preview",
        draft={"order": order},
        live={"order": order, "version": live["version"]} if live else {"order": order},
        past={"months": months},
        published=live is not None,
    )
    past = data["past"]["backtest"]
    if past is None or data["draft"]["preview"] is None:
        raise PageDataUnavailableError(200)
    words = opened.words
    now = data["live"]["preview"] if live else None
    return opened.render(
        "preview.html",
        rows=_rows(words.money(amount, opened.shop.currency), now, data["draft"]["preview"], past, words),
        rules=data["draft"]["preview"]["rules"],
        past=past,
        bars=_bars(past),
        chart_width=CHART_WIDTH,
        gains=_members(past["topGains"], words),
        losses=_members(past["topLosses"], words),
        months=words.months(months),
        version=live["version"] if live else None,
    )


def amount_of(written: str) -> Decimal:
    """The amount of the example order; the usual one for what is no amount."""
    try:
        amount = Decimal(written)
    except InvalidOperation:
        return EXAMPLE_AMOUNT
    if not amount.is_finite() or not 0 < amount <= _AMOUNT_MAXIMUM:
        return EXAMPLE_AMOUNT
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else round(amount, 2)


def _rows(
    example: str, now: dict[str, Any] | None, then: dict[str, Any], past: dict[str, Any], words: Words
) -> list[Compared]:
    rows = [
        Compared(
            words.text("program.preview.example", amount=example),
            words.points(now["points"]) if now else "–",
            words.points(then["points"]),
        )
    ]
    if not past["orders"]:
        return rows
    orders = words.text("program.preview.of_orders", count=words.number(past["orders"]))
    rows.append(Compared(orders, words.points(past["pointsBefore"]), words.points(past["pointsAfter"])))
    if past["currencyCode"]:
        before, after = (
            words.money(round(Decimal(past[name]), 2), past["currencyCode"]) for name in ("costBefore", "costAfter")
        )
        rows.append(Compared(words.text("program.preview.cost"), before, after))
    if past["marginBefore"] is not None and past["marginAfter"] is not None:
        before, after = (words.percent(past[name]) for name in ("marginBefore", "marginAfter"))
        rows.append(Compared(words.text("program.preview.margin"), before, after))
    return rows


def _bars(past: dict[str, Any]) -> tuple[int, int]:
    """The widths of the chart's two bars. What is more than nothing can be seen."""
    before, after = max(0, past["pointsBefore"]), max(0, past["pointsAfter"])
    most = max(before, after, 1)
    return _width(before, most), _width(after, most)


def _width(points: int, most: int) -> int:
    return max(3, points * CHART_WIDTH // most) if points else 0


def _members(changes: list[dict[str, Any]], words: Words) -> list[dict[str, Any]]:
    return [
        {
            "href": f"/members/{one['memberId'].rpartition('/')[2]}",
            "name": words.text("program.preview.member", id=one["memberId"].rpartition("/")[2]),
            **one,
        }
        for one in changes[:_SHOWN]
    ]
