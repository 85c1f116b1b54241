"""The form for a partner: how it is shown, and what is agreed with it."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.words import Words

_PERIODS: Final = ("DAY", "WEEK", "MONTH", "QUARTER")
_NEW_CAP: Final[dict[str, Any]] = {"kind": "ISSUED", "period": "MONTH", "points": 100_000}


async def edit_partner(opened: PageRequest) -> Response:
    """Draw the form for a partner: what is agreed is shown as the newest version says it."""
    number = opened.number("partner")
    partner = (await opened.ask("partner", id=f"gid://laurel/Partner/{number}"))["partner"]
    if partner is None:
        raise PageMissingError
    agreement = partner["agreements"][0]
    begun = partner["agreement"]["effectiveFrom"] if partner["agreement"] else ""
    shown = {
        **agreement,
        "tolerance": agreement["tolerance"]["amount"],
        # What is agreed for later stays for later, unless somebody says otherwise.
        "from": opened.words.local(agreement["effectiveFrom"]) if agreement["effectiveFrom"] > begun else None,
    }
    return _form(opened, partner, shown, back=f"/partners/{number}")


async def new_partner(opened: PageRequest) -> Response:
    """Draw the form for a partner that does not exist yet."""
    blank = {"id": None, "version": 0, "archivedAt": None, "handle": "", "name": "", "website": None, "about": ""}
    agreement = {
        "currency": opened.shop.currency, "buyRate": "0.01", "redeemRate": "0.008", "billing": "POSTPAID",
        "cycle": "MONTH", "timeZone": opened.shop.time_zone, "settleDays": 3, "holdDays": 14, "reportDays": 90,
        "tolerance": "0", "caps": [], "from": None,
        "attribution": {"windowDays": 30, "click": "LAST", "codeWins": True},
    }  # fmt: skip
    return _form(opened, blank, agreement, back="/partners")


def _form(opened: PageRequest, partner: dict[str, Any], agreement: dict[str, Any], *, back: str) -> Response:
    return opened.render(
        "partners/form.html",
        existing=partner["id"] is not None,
        partner=partner,
        agreement=agreement,
        new_cap=_NEW_CAP,
        back=back,
        zone=opened.words.zone.key,
        choices=_choices(opened.words),
    )


def _choices(words: Words) -> dict[str, list[tuple[str, str]]]:
    def named(prefix: str, names: tuple[str, ...]) -> list[tuple[str, str]]:
        return [(name, words.text(f"agreement.{prefix}.{name}")) for name in names]

    return {
        "billings": named("billing", ("POSTPAID", "PREPAID")),
        "cycles": named("cycle", _PERIODS),
        "kinds": named("kind", ("ISSUED", "REDEEMED")),
        "periods": named("period", _PERIODS),
        "clicks": named("click", ("LAST", "FIRST")),
    }
