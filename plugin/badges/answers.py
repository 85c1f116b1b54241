"""How badges are answered over HTTP: what a caller prefers, how long a copy may be kept, what a page may load."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

Form = Literal["page", "json", "jwt", "svg"]

FRESH_SECONDS = 300
"""How long a copy may be kept of what can still be revoked or followed by another key."""
PICTURE_SECONDS = 86_400
_FOREVER = "public, max-age=31536000, immutable"
_SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_PAGE_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_PLAIN = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_FORMS: tuple[tuple[str, Form], ...] = (
    ("text/html", "page"),
    ("application/xhtml+xml", "page"),
    ("application/vc+jwt", "jwt"),
    ("application/jwt", "jwt"),
    ("text/plain", "jwt"),
    ("application/json", "json"),
    ("application/ld+json", "json"),
    ("application/vc", "json"),
    ("application/vc+ld+json", "json"),
    ("image/svg+xml", "svg"),
)


def wanted_form(request: Request) -> Form:
    """What a caller asks for by its Accept header; who takes anything gets the credential, as Open Badges says."""
    best: tuple[float, Form] = (0.0, "jwt")
    for part in request.headers.get("accept", "")[:1000].split(","):
        media, *parameters = [piece.strip().lower() for piece in part.split(";")]
        for name, form in _FORMS:
            quality = _quality(parameters)
            if media == name and quality > best[0]:
                best = (quality, form)
    return best[1]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def page_answer(request: Request, content: str, status: int = 200) -> Response:
    """A page for people."""
    headers = {**_PLAIN, "Content-Security-Policy": _PAGE_POLICY, "Vary": "Accept, Accept-Language"}
    return _kept(request, content, "text/html; charset=utf-8", status, headers)


def json_answer(
    request: Request, document: object, media_type: str = "application/json", status: int = 200
) -> Response:
    """A document for machines, from any origin."""
    return _kept(request, json.dumps(document, ensure_ascii=False), media_type, status, {**_PLAIN, **_OPEN})


def jwt_answer(request: Request, token: str) -> Response:
    """A signed credential, as the media type that Open Badges names."""
    return _kept(request, token, "text/plain; charset=utf-8", 200, {**_PLAIN, **_OPEN, "Vary": "Accept"})


def svg_answer(request: Request, svg: str, *, file_name: str | None = None, forever: bool = False) -> Response:
    """A picture: shown where it stands, or with a file name saved. It can run nothing, wherever it is opened."""
    headers = {**_PLAIN, **_OPEN, "Content-Security-Policy": _SVG_POLICY}
    if file_name is not None:
        headers["Content-Disposition"] = f'attachment; filename="{file_name}.svg"'
        return _kept(request, svg, "image/svg+xml", 200, headers)
    headers["Cache-Control"] = _FOREVER if forever else f"public, max-age={PICTURE_SECONDS}"
    return _kept(request, svg, "image/svg+xml", 200, headers)


def _kept(request: Request, content: str, media_type: str, status: int, headers: dict[str, str]) -> Response:
    body = content.encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answered = {"Cache-Control": f"public, max-age={FRESH_SECONDS}", "ETag": tag, **headers}
    if status == 200 and tag in [one.strip() for one in request.headers.get("if-none-match", "")[:1000].split(",")]:
        return Response(None, 304, answered)
    return Response(body, status, answered, media_type)
