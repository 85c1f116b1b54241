"""How the partner's page is drawn and answered: never cached or indexed, and with nothing but its own files."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from plugin.partners.page.words import PageWords
from plugin.web.locales import LOCALES, locale_of
from plugin.web.responses import NEVER_CACHED

_HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    **NEVER_CACHED,
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SCRIPT = "text/javascript; charset=utf-8"
OWN_FILES = {"partner.css": "text/css; charset=utf-8", "verify.js": _SCRIPT, "books.js": _SCRIPT}
_CONTENT = {name: (_HERE / "static" / name).read_text(encoding="utf-8") for name in OWN_FILES}
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def draw(request: Request, template: str, words: PageWords, status: int = 200, **values: object) -> Response:
    """A page in the caller's language. Without a `partner` it has no navigation."""
    given = {"partner": None, "program": None, "token": "", "section": "", **values}
    content = _ENVIRONMENT.get_template(template).render(
        words=words, t=words.text, carried=lambda **query: carried(request, **query), locales=LOCALES, **given
    )
    return Response(content, status, _HEADERS, "text/html; charset=utf-8")


def go(request: Request, path: str, place: str = "") -> Response:
    """On to another page, as after a form; `place` is the id of what to look at there."""
    return RedirectResponse(path + carried(request) + (f"#{place}" if place else ""), 303, NEVER_CACHED)


def carried(request: Request, **query: object) -> str:
    """The query of a link: what it says itself, and the language, where it was chosen by the address."""
    given = {name: str(value) for name, value in query.items() if value is not None}
    if "locale" in request.query_params:
        given["locale"] = locale_of(request)
    pairs = "&".join(f"{name}={value}" for name, value in given.items())
    return f"?{pairs}" if pairs else ""


def own_file(name: str) -> Response:
    """A style sheet or script of the page."""
    headers = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
    return Response(_CONTENT[name], 200, headers, OWN_FILES[name])
