"""The form for an offer of a partner, what can be done with it, and what was claimed of it."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.partners.offers import budget_parts, status_of
from plugin.merchant.words import Words

KINDS: Final = ("CODE", "LINK", "ACCRUAL", "REDEMPTION", "EXCHANGE")
_PERIODS: Final = ("EVER", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_CLAIM_TONES: Final = {"READY": "info", "USED": "success", "VOID": "neutral", "EXPIRED": "neutral"}
_NOTHING: Final[dict[str, Any]] = {
    "url": None, "validDays": None, "worth": "", "source": None, "earning": None, "payment": None, "price": None,
    "exchange": None,
}  # fmt: skip
_NEW_EXCHANGE: Final[dict[str, Any]] = {
    "numerator": 1, "denominator": 10, "minimumPoints": 10, "maximumPoints": None, "dailyPoints": None,
    "unitName": "", "accountHint": "",
}  # fmt: skip
_NEW: Final[dict[str, Any]] = {
    "id": None, "handle": "", "version": 0, "title": "", "description": "", "terms": "", "kind": "CODE",
    "state": "DRAFT", "archivedAt": None, "artwork": None, "gives": _NOTHING, "tiers": [], "plans": [],
    "customerTags": [], "startsAt": None, "endsAt": None, "memberLimit": {"count": 1, "period": "EVER"},
    "totalLimit": None, "budget": None, "claimsMade": 0, "claimsLeft": None,
}  # fmt: skip


async def new_offer(opened: PageRequest) -> Response:
    """Draw the form for an offer that does not exist yet."""
    around = await _around(opened, f"gid://laurel/Partner/{opened.number('partner')}")
    return _form(opened, _NEW, around, [], None)


async def edit_offer(opened: PageRequest) -> Response:
    """Draw the form for an offer with what was claimed of it."""
    after = opened.request.query_params.get("after")
    asked = {"id": f"gid://laurel/Offer/{opened.number('offer')}", **({"after": after} if after else {})}
    offer = (await opened.ask("offer", **asked))["offer"]
    if offer is None or offer["partner"]["id"] != f"gid://laurel/Partner/{opened.number('partner')}":
        raise PageMissingError
    claims = [_claim(one, opened.words) for one in offer["claims"]["nodes"]]
    page = offer["claims"]["pageInfo"]
    following = f"{opened.request.url.path}?after={page['endCursor']}" if page["hasNextPage"] else None
    return _form(opened, offer, await _around(opened, offer["partner"]["id"]), claims, following)


async def _around(opened: PageRequest, partner_id: str) -> dict[str, Any]:
    data = await opened.ask("offer_form", partnerId=partner_id)
    if data["partner"] is None:
        raise PageMissingError
    return data


def _form(
    opened: PageRequest, offer: dict[str, Any], around: dict[str, Any], claims: list[dict[str, Any]],
    following: str | None,
) -> Response:  # fmt: skip
    words, partner = opened.words, around["partner"]
    agreements = partner["agreements"]
    agreed = next((one for one in agreements if one["current"]), agreements[0])
    status, tone = status_of(offer, words)
    return opened.render(
        "partners/offer.html",
        existing=offer["id"] is not None,
        offer=offer,
        exchange=offer["gives"]["exchange"] or _NEW_EXCHANGE,
        partner=partner,
        currency=agreed["currency"],
        standing=status,
        tone=tone,
        back=f"/partners/{partner['id'].rpartition('/')[2]}/offers",
        budget_parts=budget_parts(offer["budget"], words),
        limited=_limited(offer),
        starts_at=words.local(offer["startsAt"]),
        ends_at=words.local(offer["endsAt"]),
        zone=words.zone.key,
        artworks=around["artworks"],
        choices=_choices(offer, around["codePools"], words),
        claims=claims,
        next_href=following,
    )


def _limited(offer: dict[str, Any]) -> bool:
    """Whether anything but the usual limits is set, so that their part of the form is open."""
    bounds = (offer["totalLimit"], offer["startsAt"], offer["endsAt"], *offer["tiers"], *offer["plans"])
    unusual = offer["memberLimit"] != {"count": 1, "period": "EVER"}
    return unusual or any(bounds) or bool(offer["customerTags"])


def _choices(offer: dict[str, Any], pools: list[dict[str, Any]], words: Words) -> dict[str, list[tuple[str, str]]]:
    """What the selections of the form offer: values with their texts."""

    def named(prefix: str, names: tuple[str, ...]) -> list[tuple[str, str]]:
        return [(name, words.text(f"offer.{prefix}.{name}")) for name in names]

    chosen = (offer["gives"]["source"] or {}).get("poolId")
    open_pools = [one for one in pools if not one["ended"] or one["id"] == chosen]
    return {
        "kinds": named("kind", KINDS),
        "sources": named("source", ("made", "pool")),
        "pools": [
            (one["id"], words.text("offer.pool", name=one["name"], count=words.number(one["codesLeft"])))
            for one in open_pools
        ],
        "earnings": named("earning", ("none", "fixed", "rates")),
        "payments": named("payment", ("none", "fixed", "percent")),
        "payers": named("payer", ("PARTNER", "SHOP")),
        "units": named("unit", ("NONE", "CLAIMS", "POINTS", "MONEY")),
        "periods": named("period", _PERIODS),
    }


def _claim(claim: dict[str, Any], words: Words) -> dict[str, Any]:
    member = claim["memberId"].rpartition("/")[2]
    return {
        **claim,
        "tone": _CLAIM_TONES[claim["status"]],
        "number": claim["id"].rpartition("/")[2],
        "member_href": f"/members/{member}",
        "member_name": words.text("member.heading.none", id=member),
        "when": words.moment(claim["claimedAt"]),
        "ends": claim["expiresAt"] and words.moment(claim["expiresAt"]),
    }
