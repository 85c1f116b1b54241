"""The filters that Shopify adds to Liquid, as far as our theme and our theme app extension use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency
from liquid import Environment, RenderContext
from liquid.filter import with_context

from plugin.devstore.liquid_texts import Texts

AssetAddress = Callable[[str], str]


def add_shopify_filters(environment: Environment, texts: Texts, asset_address: AssetAddress) -> None:
    """Give an environment the filters; `asset_address` says where a file of its `assets` folder is served."""

    @with_context
    def translate(key: object, *, context: RenderContext, **values: object) -> str:
        return texts.translate(str(key), language_of(context), values)

    environment.add_filter("t", translate)
    environment.add_filter("translate", translate)
    environment.add_filter("asset_url", lambda name: asset_address(str(name)))
    environment.add_filter("stylesheet_tag", lambda url: f'<link href="{url}" rel="stylesheet" media="all">')
    environment.add_filter("json", as_json)
    environment.add_filter("color_contrast", color_contrast)
    environment.add_filter("money", money)


def language_of(context: RenderContext) -> str:
    """The page's language, from `request.locale.iso_code`."""
    request = context.globals.get("request")
    return str(request["locale"]["iso_code"]) if isinstance(request, dict) else "en"


def color_contrast(one: object, other: object) -> float:
    """The contrast ratio of two `#rrggbb` colors, 1 to 21, as WCAG 2 defines it."""
    dim, bright = sorted((_luminance(str(one)), _luminance(str(other))))
    return round((bright + 0.05) / (dim + 0.05), 2)


def _luminance(color: str) -> float:
    channels = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def as_json(value: Any) -> str:
    """JSON that is safe inside a script element."""
    return json.dumps(value, ensure_ascii=False, default=str).replace("<", "\\u003c")


@with_context
def money(hundredths: Any, *, context: RenderContext) -> str:
    """An amount of the cart's currency. Liquid counts money in hundredths, whatever the currency."""
    cart = context.globals.get("cart")
    currency = cart["currency"]["iso_code"] if isinstance(cart, dict) else "USD"
    amount = Decimal(int(hundredths or 0)).scaleb(-2)
    return format_currency(amount, currency, locale="en_US")
