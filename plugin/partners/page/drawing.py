"""How the partner's page is drawn and answered: never cached, and allowed to load nothing but its own files."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from plugin.partners.page.words import PageWords
from plugin.web.locales import locale_of
from plugin.web.responses import NEVER_CACHED

_HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    **NEVER_CACHED,
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_FILES = {"partner.css": "text/css; charset=utf-8", "verify.js": "text/javascript; charset=utf-8"}
_CONTENT = {name: (_HERE / "static" / name).read_text(encoding="utf-8") for name in _FILES}
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def draw(request: Request, template: str, zone: ZoneInfo, status: int = 200, **values: object) -> Response:
    """A page in the caller's language, with days of this zone. Without a `partner` it has no navigation."""
    words = PageWords(locale_of(request), zone)
    given = {"partner": None, "program": None, "token": "", "section": "", **values}
    content = _ENVIRONMENT.get_template(template).render(
        words=words, t=words.text, query=carried(request), **given
    )  # fmt: skip
    return Response(content, status, _HEADERS, "text/html; charset=utf-8")


def go(request: Request, path: str) -> Response:
    """On to another page, as after a form."""
    return RedirectResponse(path + carried(request), 303, NEVER_CACHED)


def carried(request: Request) -> str:
    """What every link takes along: the language, where it was chosen by the address."""
    return f"?locale={locale_of(request)}" if "locale" in request.query_params else ""


def own_file(name: str) -> Response:
    """A style sheet or script of the page."""
    headers = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
    return Response(_CONTENT[name], 200, headers, _FILES[name])
