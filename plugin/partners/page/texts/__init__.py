"""The words of the partner's page. A test holds the key sets and their places equal."""

from __future__ import annotations

from plugin.partners.page.texts import agreement, answering, books, frame, offers, trade, verifying

MODULES = (agreement, answering, books, frame, offers, trade, verifying)
TEXTS: dict[str, dict[str, str]] = {
    "en": {key: text for module in MODULES for key, text in module.ENGLISH.items()},
    "zh-CN": {key: text for module in MODULES for key, text in module.CHINESE.items()},
}


def text_of(locale: str, key: str, **places: object) -> str:
    """A text in one of our locales. Raises KeyError for a key that there is not."""
    return TEXTS[locale][key].format(**places)


def texts_below(locale: str, prefix: str) -> dict[str, str]:
    """The texts whose keys begin so, by the rest of the key, with their places unfilled: for the page's own script."""
    return {key.removeprefix(prefix): said for key, said in TEXTS[locale].items() if key.startswith(prefix)}
