"""Which of our languages a request wants: what Shopify says of the page comes before what the browser prefers."""

from __future__ import annotations

from starlette.requests import Request

LOCALES = ("en", "zh-CN")
_CHINESE = ("zh",)


def locale_of(request: Request) -> str:
    """One of `LOCALES`: the `locale` parameter (the admin and our widgets send it), else the browser's first choice."""
    wanted = request.query_params.get("locale") or request.headers.get("accept-language", "").partition(",")[0]
    return closest(wanted)


def closest(wanted: str) -> str:
    """The locale of ours that is nearest to a language tag; English when none is."""
    language = wanted.strip().replace("_", "-").partition("-")[0].partition(";")[0].lower()
    return "zh-CN" if language in _CHINESE else "en"
