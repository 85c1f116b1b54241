"""The storefront's theme: Liquid templates inside a layout, rendered as the platform renders them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from liquid import CachingFileSystemLoader, Environment

from plugin.devstore.liquid_filters import add_shopify_filters
from plugin.devstore.liquid_texts import Texts

THEME_FOLDER = Path(__file__).resolve().parent / "theme"
ASSETS_PATH = "/theme/assets"


class Theme:
    """Renders a page's template, then the layout around it."""

    def __init__(self, folder: Path = THEME_FOLDER) -> None:
        self.assets = folder / "assets"
        self.texts = Texts(folder / "locales")
        self._environment = Environment(
            loader=CachingFileSystemLoader(
                [folder / "layout", folder / "templates", folder / "snippets"], ext=".liquid", auto_reload=False
            ),
            strict_filters=True,
        )
        add_shopify_filters(self._environment, self.texts, lambda name: f"{ASSETS_PATH}/{name}")

    def render(self, template: str, objects: Mapping[str, object]) -> str:
        """The whole page. `objects` are Liquid's globals, `content_for_header` and `content_for_footer` among them."""
        content = self._environment.get_template(template).render(**objects)
        return self._environment.get_template("theme").render(**objects, content_for_layout=content)
