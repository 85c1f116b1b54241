"""What the routes of the controls share: a checked body in, an answer or a refusal with its text out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from plugin.devstore.errors import NotThereError, StoreError

Answer = dict[str, Any]
BodyT = TypeVar("BodyT", bound=BaseModel)


def control_route(name: str, model: type[BodyT], act: Callable[[BodyT], Answer]) -> Route:
    """POST /devstore/{name}. Refusals are 400 (404 for what is not there) with `{"error": text}`."""

    async def endpoint(request: Request) -> JSONResponse:
        try:
            body = model.model_validate_json(await request.body() or b"{}")
            return JSONResponse(act(body))
        except ValidationError as error:
            return JSONResponse({"error": json.loads(error.json(include_url=False))}, status_code=400)
        except NotThereError as error:
            return JSONResponse({"error": str(error)}, status_code=404)
        except StoreError as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return Route(f"/devstore/{name}", endpoint, methods=["POST"])


def reading_route(name: str, read: Callable[[], Answer]) -> Route:
    """GET /devstore/{name}."""

    async def endpoint(_request: Request) -> JSONResponse:
        return JSONResponse(read())

    return Route(f"/devstore/{name}", endpoint, methods=["GET"])
