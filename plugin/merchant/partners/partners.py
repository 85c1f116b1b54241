"""The list of partners, and one partner: what is agreed, what is open, its keys."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from starlette.responses import Response

from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.partners.agreement_words import rates_text, terms_of
from plugin.merchant.partners.key_words import signing_key
from plugin.merchant.program import actor_text
from plugin.merchant.words import Words

PLACES = ("offers", "codes", "purchases", "exchanges", "statements", "payments")
"""The further pages of a partner."""


async def partners(opened: PageRequest) -> Response:
    """Draw the list."""
    told = await opened.ask("partners")
    found = [_listed(one, opened.words) for one in told["partners"]]
    return opened.render(
        "partners/partners.html",
        live=[one for one in found if not one["archivedAt"]],
        archived=[one for one in found if one["archivedAt"]],
        signing=told["partnerSigningKey"] and signing_key(told["partnerSigningKey"], opened.words),
    )


async def partner(opened: PageRequest) -> Response:
    """Draw one partner."""
    words = opened.words
    found = (await opened.ask("partner", id=f"gid://laurel/Partner/{opened.number('partner')}"))["partner"]
    if found is None:
        raise PageMissingError
    shown = _listed(found, words)
    newest = found["agreements"][0]
    coming = newest if not newest["current"] and newest["effectiveFrom"] > _begun(found) else None
    return opened.render(
        "partners/partner.html",
        partner=shown,
        running=_running(found["runningCycle"], words),
        terms=terms_of(found["agreement"], words) if found["agreement"] else [],
        coming=coming and {"terms": terms_of(coming, words), "from": words.moment(coming["effectiveFrom"])},
        versions=[_version(one, words) for one in found["agreements"]],
        keys=[_key(one, words) for one in found["keys"]],
        places=[(place, f"/partners/{shown['number']}/{place}") for place in PLACES],
    )


def status_of(partner: dict[str, Any], words: Words) -> tuple[str, str]:
    """How a partner stands, and the tone to say it in."""
    if partner["archivedAt"]:
        return words.text("partners.status.archived"), "neutral"
    if partner["pausedAt"]:
        return words.text("partners.status.paused"), "warning"
    if partner["agreement"] is None:
        return words.text("partners.status.planned"), "info"
    return words.text("partners.status.active"), "success"


def _listed(partner: dict[str, Any], words: Words) -> dict[str, Any]:
    status, tone = status_of(partner, words)
    agreement, prepaid = partner["agreement"], partner["prepaid"]
    return {
        **partner,
        "number": partner["id"].rpartition("/")[2],
        "status": status,
        "tone": tone,
        "rates": rates_text(agreement, words) if agreement else words.text("partners.rates.none"),
        "billing": words.text(f"agreement.billing.{agreement['billing']}") if agreement else "",
        "prepaid": prepaid and words.exact_money(prepaid["amount"], prepaid["currencyCode"]),
        "issued": words.number(partner["statementsIssued"]),
    }


def _begun(partner: dict[str, Any]) -> str:
    """From when on the version in force is; the empty text where none is yet. Both are times in UTC, so texts sort."""
    return "" if partner["agreement"] is None else str(partner["agreement"]["effectiveFrom"])


def _running(cycle: dict[str, Any] | None, words: Words) -> dict[str, Any] | None:
    """The open cycle with a line for each kind of event, and what it comes to so far."""
    if cycle is None:
        return None
    return {
        "starts": words.moment(cycle["startsAt"]),
        "ends": words.moment(cycle["endsAt"]),
        "dues": [_due(one, words) for one in cycle["dues"]],
        "totals": [
            {
                "kind": words.text(f"partner.kind.{one['kind']}"),
                "events": words.number(one["events"]),
                "points": words.number(one["points"]),
                "amount": words.exact_money(one["amount"]["amount"], one["amount"]["currencyCode"]),
            }
            for one in cycle["totals"]
        ],
    }  # fmt: skip


def _due(due: dict[str, Any], words: Words) -> str:
    amount = Decimal(due["toPay"]["amount"])
    who = "nobody" if amount == 0 else "partner" if amount > 0 else "shop"
    return words.text(f"partner.due.{who}", amount=words.exact_money(abs(amount), due["toPay"]["currencyCode"]))


def _version(agreement: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        "number": agreement["version"],
        "current": agreement["current"],
        "since": words.moment(agreement["effectiveFrom"]),
        "rates": rates_text(agreement, words),
        "by": actor_text(agreement["createdBy"], words),
    }


def _key(key: dict[str, Any], words: Words) -> dict[str, Any]:
    used, revoked = key["lastUsedAt"], key["revokedAt"]
    return {
        **key,
        "made": words.moment(key["createdAt"]),
        "used": words.moment(used) if used else None,
        "revoked": words.moment(revoked) if revoked else None,
        "by": actor_text(key["createdBy"], words),
    }
