"""What is agreed with a partner, in a merchant's words."""

from __future__ import annotations

from typing import Any

from plugin.merchant.words import Words

Agreement = dict[str, Any]


def rates_text(agreement: Agreement, words: Words) -> str:
    """The two prices of a point, in one line."""
    return words.text("partners.rates", **_rates(agreement, words))


def terms_of(agreement: Agreement, words: Words) -> list[tuple[str, str]]:
    """All that is agreed, as labels and texts."""
    text, rates, rule = words.text, _rates(agreement, words), agreement["attribution"]
    days = words.days(rule["windowDays"])
    credited = text(f"agreement.credited.{rule['click']}", days=days)
    rows = [
        ("buys", text("agreement.buys.text", price=rates["buy"])),
        ("redeems", text("agreement.redeems.text", price=rates["redeem"])),
        ("billing", text(f"agreement.billing.{agreement['billing']}")),
        ("cycle", cycle_text(agreement, words)),
        ("hold", text("agreement.hold.text", days=words.days(agreement["holdDays"])) if agreement["holdDays"]
            else text("agreement.hold.none")),
        ("report", text("agreement.report.text", days=words.days(agreement["reportDays"]))),
        ("credited", text("agreement.credited.code", then=credited) if rule["codeWins"] else credited),
        ("caps", words.text("list.comma").join(cap_text(cap, words) for cap in agreement["caps"])
            or text("agreement.caps.none")),
        ("tolerance", words.money(agreement["tolerance"]["amount"], agreement["tolerance"]["currencyCode"])),
    ]  # fmt: skip
    return [(text(f"agreement.told.{key}"), value) for key, value in rows]


def cycle_text(agreement: Agreement, words: Words) -> str:
    """How often there is a statement, and by whose days."""
    waits = agreement["settleDays"]
    key = "agreement.cycle.text" if waits else "agreement.cycle.at_once"
    how_often = words.text(f"agreement.cycle.{agreement['cycle']}")
    return words.text(key, cycle=how_often, days=words.days(waits), zone=agreement["timeZone"])


def cap_text(cap: dict[str, Any], words: Words) -> str:
    """One cap."""
    period = words.text(f"agreement.period.{cap['period']}")
    return words.text(f"agreement.cap.{cap['kind']}", points=words.points(cap["points"]), period=period)


def _rates(agreement: Agreement, words: Words) -> dict[str, str]:
    currency = agreement["currency"]
    return {
        "buy": words.exact_money(agreement["buyRate"], currency),
        "redeem": words.exact_money(agreement["redeemRate"], currency),
    }
