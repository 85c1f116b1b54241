"""The addresses of the merchant's pages, and of the files that they send and fetch."""

from __future__ import annotations

from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from plugin.merchant.home import home
from plugin.merchant.pages import STATIC_FOLDER, Pages
from plugin.merchant.privacy import PrivacyRoutes
from plugin.services import Services
from plugin.shopify.installation import Installation


def merchant_routes(services: Services, installation: Installation) -> list[Route | Mount]:
    """Every route of the embedded pages."""
    pages = Pages(services, installation)
    privacy = PrivacyRoutes(services, installation)
    drawn = {"/": home}
    return [
        *(Route(path, pages.page(draw), methods=["GET"]) for path, draw in drawn.items()),
        Route("/privacy/{request_id:int}", privacy.download, methods=["GET"]),
        Route("/privacy/{request_id:int}", privacy.complete, methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC_FOLDER)),
    ]
