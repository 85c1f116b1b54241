"""How the partner API answers: JSON, never cached, and every refusal as `{"error": {"code", "message"}}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import orjson
from starlette.responses import Response

from engine.partners.payloads import instant_text
from plugin.web.responses import NEVER_CACHED

_PLAIN = {**NEVER_CACHED, "X-Content-Type-Options": "nosniff"}


class ApiRefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def json_answer(document: object, status: int = 200) -> Response:
    """A document. Integers in it are exact; what may be larger than 2^53 is written as text by whoever made it."""
    return Response(orjson.dumps(document), status, _PLAIN, "application/json")


def refusal_answer(refusal: ApiRefusedError) -> Response:
    """The answer to a request that is refused."""
    body = {"error": {"code": refusal.code, "message": refusal.message}}
    return Response(orjson.dumps(body), refusal.status, {**_PLAIN, **refusal.headers}, "application/json")


def not_found() -> ApiRefusedError:
    """Nothing there: also where it is somebody else's."""
    return ApiRefusedError(404, "NOT_FOUND", "There is nothing here.")


def moment(at: datetime | None) -> str | None:
    """A moment as every document of the API has it, in UTC."""
    return None if at is None else instant_text(at)
