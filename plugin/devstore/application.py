"""The app as the platform knows it: its credentials, where it is served, and what its manifest asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from plugin.manifest import manifest

_REQUIRED = ("SHOPIFY_API_KEY", "SHOPIFY_API_SECRET", "SHOPIFY_APP_URL")


class AppUnknownError(Exception):
    """The environment does not say which app this store should have; the text names what is missing."""


@dataclass(frozen=True, slots=True)
class App:
    """One registered app. `url` has no slash at its end; `topics` are all that it subscribes to, compliance too."""

    api_key: str
    api_secret: str = field(repr=False)
    url: str
    topics: frozenset[str]
    scopes: tuple[str, ...]
    handle: str = "laurel"
    webhook_path: str = "/webhooks"
    proxy_path: str = "/proxy"
    storefront_path: str = "/apps/laurel"
    api_version: str = "2026-10"


def app_from_environment(environment: Mapping[str, str]) -> App:
    """The app of SHOPIFY_API_KEY, SHOPIFY_API_SECRET, SHOPIFY_APP_URL and `app.toml`. Raises AppUnknownError."""
    missing = [name for name in _REQUIRED if not environment.get(name)]
    if missing:
        raise AppUnknownError(f"The demo store needs {', '.join(missing)} in its environment.")
    known = manifest()
    return App(
        api_key=environment["SHOPIFY_API_KEY"],
        api_secret=environment["SHOPIFY_API_SECRET"],
        url=environment["SHOPIFY_APP_URL"].rstrip("/"),
        topics=known.all_topics,
        scopes=(*known.scopes.required, *known.scopes.optional),  # its merchant switches every feature on
        handle=known.handle,
        webhook_path=known.webhooks.path,
        proxy_path=known.proxy.path,
        storefront_path=known.proxy.storefront_path,
        api_version=known.api_version,
    )
