"""What every page in the admin's frame needs: who may frame it, App Bridge as the first script, no caching."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse, Response

from plugin.settings import Settings
from plugin.web.responses import NEVER_CACHED

APP_BRIDGE_URL = "https://cdn.shopify.com/shopifycloud/app-bridge.js"
POLARIS_URL = "https://cdn.shopify.com/shopifycloud/polaris.js"
_CDN = "https://cdn.shopify.com"


def app_bridge_url(settings: Settings) -> str:
    """Shopify's App Bridge; in development our small stand-in, so that no page needs Shopify's CDN."""
    return "/static/app-bridge.js" if settings.development else APP_BRIDGE_URL


def polaris_url(settings: Settings) -> str:
    """Shopify's Polaris web components, or our stand-in for them in development."""
    return "/static/polaris.js" if settings.development else POLARIS_URL


def framed(response: Response, domain: str, settings: Settings) -> Response:
    """Let this shop's admin, and nobody else, frame the page. `domain` must be verified."""
    ancestors = f"https://{domain} https://admin.shopify.com"
    scripts = f"'self' {_CDN}"
    if settings.shopify_origin:
        ancestors += f" {settings.shopify_origin}"
        scripts = "'self'"
    response.headers["Content-Security-Policy"] = (
        f"frame-ancestors {ancestors}; script-src {scripts}; base-uri 'none'; form-action 'none'; object-src 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "origin"
    response.headers.update(NEVER_CACHED)
    return response


def patch_document(settings: Settings) -> HTMLResponse:
    """A page that is nothing but App Bridge, which fetches a token and goes to `shopify-reload`."""
    parent = f' data-admin-origin="{escape(settings.shopify_origin)}"' if settings.shopify_origin else ""
    return HTMLResponse(
        "<!doctype html><meta charset=utf-8><title>Laurel</title>"
        f'<script data-api-key="{escape(settings.shopify_api_key)}"{parent} src="{app_bridge_url(settings)}"></script>'
    )


def plain_page(status: int, message: str) -> HTMLResponse:
    """A page for who cannot be shown anything else."""
    return HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Laurel</title><p>{escape(message)}</p>",
        status,
        NEVER_CACHED,
    )
