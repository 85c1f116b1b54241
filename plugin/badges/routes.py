"""The addresses of badges: pages for people, credentials and what verifies them for machines, pictures for both.

Everything here is public and tells nothing but what a badge is; whoever does not know an address finds nothing.
"""

from __future__ import annotations

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.badges.addresses import ROOT
from plugin.badges.answers import svg_answer
from plugin.badges.credential_routes import CredentialRoutes
from plugin.badges.issuer_routes import IssuerRoutes
from plugin.badges.issuing import Signers
from plugin.badges.pictures import shipped
from plugin.badges.shown import STYLES, STYLES_PATH, missing
from plugin.services import Services


class _IssuerConvertor(StringConvertor):
    """An issuer's part of a path, so that these routes and the merchant's pages at `/badges/…` never meet."""

    regex = "[1-9][0-9]{0,18}-[a-z2-7]{16}"


register_url_convertor("issuer", _IssuerConvertor())


def badge_routes(services: Services) -> list[Route]:
    """Every route below `/badges` that is not the merchant's."""
    signers = Signers(services.settings.encryption_key_bytes())
    credentials = CredentialRoutes(services, signers)
    issuers = IssuerRoutes(services, signers)
    issuer = ROOT + "/{issuer:issuer}"
    return [
        Route(STYLES_PATH, _styles, methods=["GET"]),
        Route(ROOT + "/artwork/{name}.svg", _picture, methods=["GET"]),
        Route(issuer, issuers.profile, methods=["GET"]),
        Route(issuer + "/did.json", issuers.did, methods=["GET"]),
        Route(issuer + "/status/{number:int}", issuers.status, methods=["GET"]),
        Route(issuer + "/achievements/{name}", issuers.achievement, methods=["GET"]),
        Route(issuer + "/artwork/{name}.svg", issuers.artwork, methods=["GET"]),
        Route(issuer + "/{file}", credentials.credential, methods=["GET"]),
    ]


async def _styles(_request: Request) -> Response:
    return Response(STYLES, 200, {"Cache-Control": "public, max-age=3600"}, "text/css; charset=utf-8")


async def _picture(request: Request) -> Response:
    svg = shipped(request.path_params["name"])
    return svg_answer(request, svg) if svg is not None else missing(request)
