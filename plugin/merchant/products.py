"""Finds a product of the shop by what a merchant writes: its address, its handle, its number."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import unquote

import structlog
from starlette.responses import JSONResponse, Response

from plugin.merchant.pages import PageRequest
from plugin.shopify.admin_client import AdminError, AdminRefusedError
from plugin.shopify.tokens import ShopPausedError
from plugin.web.responses import NEVER_CACHED

_WRITTEN_MAXIMUM: Final = 500
_NUMBER: Final = re.compile(
    r"(?:gid://shopify/Product/|.*/admin/.*products/|.*/products/(?=\d+$))?(\d{1,19})(?:[/?#].*)?"
)
_HANDLE: Final = re.compile(r"(?:.*/products/)?([^\s/?#'\"\\<>()]{1,255})(?:[/?#].*)?")

log = structlog.get_logger("laurel.merchant")


async def find_product(opened: PageRequest) -> Response:
    """`{product: {id, title, handle}}` for what `?product=` says, or `{problem}`: why there is none, for people."""
    wanted = query_of(opened.request.query_params.get("product", ""))
    if wanted is None:
        return _problem(opened, "unknown")
    try:
        answer = await opened.services.admin.run(opened.visit.shop, "product_of_plan", {"query": ":".join(wanted)})
    except AdminRefusedError as refusal:
        return _problem(opened, "forbidden" if "ACCESS_DENIED" in refusal.codes else "unreachable")
    except (AdminError, ShopPausedError) as error:
        log.warning("product could not be looked up", shop=opened.visit.shop.domain, error=type(error).__name__)
        return _problem(opened, "unreachable")
    product = _chosen(answer.data["products"]["nodes"], wanted)
    if product is None:
        return _problem(opened, "unknown")
    if product["isGiftCard"]:
        return _problem(opened, "gift_card")
    shown = {"id": product["id"], "title": product["title"], "handle": product["handle"]}
    return JSONResponse({"product": shown}, headers=NEVER_CACHED)


def query_of(written: str) -> tuple[str, str] | None:
    """What to search for, `("id", "7")` or `("handle", "laurel-plus")`; None for what cannot name a product."""
    text = unquote(written.strip())
    if len(text) > _WRITTEN_MAXIMUM or not text.isprintable():
        return None
    found = _NUMBER.fullmatch(text)
    if found:
        return "id", found[1]
    found = _HANDLE.fullmatch(text)
    return ("handle", found[1].lower()) if found else None


def _chosen(nodes: list[dict[str, Any]], wanted: tuple[str, str]) -> dict[str, Any] | None:
    """The very product: a search may find others that only look like it."""
    field, value = wanted
    name = "legacyResourceId" if field == "id" else "handle"
    return next((node for node in nodes if node[name] == value), None)


def _problem(opened: PageRequest, name: str) -> Response:
    return JSONResponse({"problem": opened.words.text(f"plan.product.{name}")}, headers=NEVER_CACHED)
