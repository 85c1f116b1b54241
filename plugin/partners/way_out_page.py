"""What a person sees who follows a link of an offer that leads nowhere any more: a page with words, not a refusal."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse

from plugin.web.locales import locale_of

_TEXTS = {
    "en": (
        "This link does not work any more",
        "The offer it belonged to is over, or the link was not copied whole.",
        "Open the offers in the shop where you got it: what you can still use is shown there.",
    ),
    "zh-CN": (
        "此链接已失效",
        "对应的优惠已结束，或链接复制不完整。",
        "请回到您领取优惠的商店，在优惠栏查看仍可使用的优惠。",
    ),
}
_PAGE = """<!doctype html>
<html lang="{locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow"><meta name="color-scheme" content="light dark">
<title>{title}</title><link rel="icon" href="data:,">
<style>
body {{ margin: 0; font: 400 16px/1.6 system-ui, "Noto Sans SC", "PingFang SC", sans-serif; }}
main {{ max-inline-size: 34rem; margin-inline: auto; padding: 12vh 20px 40px; }}
h1 {{ margin: 0 0 12px; font-size: 26px; line-height: 1.3; }}
</style></head>
<body><main><h1>{title}</h1><p>{why}</p><p>{then}</p></main></body></html>
"""


def leads_nowhere(request: Request, headers: dict[str, str]) -> HTMLResponse:
    """404, for people, in the language that their browser asks for; it repeats nothing of what was asked."""
    locale = locale_of(request)
    title, why, then = _TEXTS[locale]
    content = _PAGE.format(locale=locale, title=title, why=why, then=then)
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}
    return HTMLResponse(content, 404, {**headers, **policy, "Vary": "Accept-Language"})
