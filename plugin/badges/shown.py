"""What a page of badges is drawn from, and its drawing."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from engine.badges.addresses import ROOT
from plugin.badges.answers import page_answer
from plugin.badges.texts import text_of
from plugin.web.locales import locale_of

_HERE = Path(__file__).parent
STYLES = (_HERE / "static" / "badges.css").read_text(encoding="utf-8")
STYLES_PATH = f"{ROOT}/badges.css"
ICON_PATH = f"{ROOT}/artwork/laurel-gold.svg"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def draw(request: Request, template: str, status: int = 200, **values: object) -> Response:
    """A page in the caller's language."""
    locale = locale_of(request)

    def words(key: str, **places: object) -> str:
        return text_of(locale, key, **places)

    content = _ENVIRONMENT.get_template(template).render(
        locale=locale, t=words, styles=STYLES_PATH, icon=ICON_PATH, **values
    )
    return page_answer(request, content, status)


def missing(request: Request) -> Response:
    """404, for people."""
    return draw(request, "missing.html", 404)
