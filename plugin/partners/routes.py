"""The addresses of partners: their API under `/partner/v1`, their page, and the way out to their shops."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plugin.partners.api.answers import not_found
from plugin.partners.api.callers import Callers
from plugin.partners.api.conversions import appealing, conversion, conversions
from plugin.partners.api.endpoints import Handler, Reading, guarded, reading
from plugin.partners.api.exchanges import exchanges
from plugin.partners.api.figures import figures, offers
from plugin.partners.api.reading import Books, me
from plugin.partners.api.reports import Reports
from plugin.partners.api.statement_proofs import nodes, proof
from plugin.partners.api.statements import answering, statement, statements
from plugin.partners.page.routes import page_routes
from plugin.partners.signing import EventSigners
from plugin.partners.way_out import WayOut
from plugin.services import Services

API = "/partner/v1"


def partner_routes(services: Services) -> list[Route]:
    """Every route of partners."""
    callers = Callers(services)
    return [
        *_api(services, callers),
        *page_routes(services, callers),
        Route("/offers/out/{token}", WayOut(services).go, methods=["GET"]),
    ]


def _api(services: Services, callers: Callers) -> list[Route]:
    books = Books(EventSigners(services.settings.encryption_key_bytes()))
    readings: dict[str, Reading] = {
        "/me": me,
        "/keys": books.keys,
        "/events": books.events,
        "/offers": offers,
        "/figures": figures,
        "/exchanges": exchanges,
        "/conversions": conversions,
        "/conversions/{conversion}": conversion,
        "/statements": statements,
        "/statements/{statement}": statement,
        "/statements/{statement}/nodes": nodes,
        "/statements/{statement}/proofs/{event}": proof,
    }
    writings: dict[str, Handler] = {
        "/reports": Reports(callers).receive,
        "/conversions/{conversion}/appeal": appealing(callers),
        "/statements/{statement}/answer": answering(callers),
    }
    return [
        *(Route(API + path, reading(callers, read), methods=["GET"]) for path, read in readings.items()),
        *(Route(API + path, guarded(write), methods=["POST"]) for path, write in writings.items()),
        Route(API + "/{path:path}", guarded(_nothing), methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    ]


async def _nothing(_request: Request) -> Response:
    raise not_found()
