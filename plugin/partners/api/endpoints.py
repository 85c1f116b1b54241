"""What holds for every call of the partner API: who calls, one form of refusals, and whole numbers read strictly."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import wraps

import psycopg
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from plugin.partners.api.answers import ApiRefusedError, refusal_answer
from plugin.partners.api.callers import Callers, PartnerVisit
from plugin.web.responses import RETRY_AFTER_SECONDS

_WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)
_TROUBLE = (
    OperationalError, InterfaceError, PoolTimeoutError, psycopg.OperationalError, TimeoutError, ConnectionError,
)  # fmt: skip

Handler = Callable[[Request], Awaitable[Response]]
Reading = Callable[[Request, PartnerVisit], Awaitable[Response]]

log = structlog.get_logger("laurel.partners")


def guarded(handler: Handler) -> Handler:
    """A handler whose refusals and accidents are answered in the form of this API."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except ApiRefusedError as refusal:
            return refusal_answer(refusal)
        except ClientDisconnect:
            raise
        except _TROUBLE as error:
            log.error("database unreachable", error=type(error).__name__)
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            return refusal_answer(ApiRefusedError(503, "UNAVAILABLE", "Laurel is briefly unavailable.", headers))
        except Exception:
            log.exception("partner request failed")
            reference = structlog.contextvars.get_contextvars().get("request_id")
            message = f"Something went wrong on our side. Reference: {reference}"
            return refusal_answer(ApiRefusedError(500, "INTERNAL_ERROR", message))

    return answer


def reading(callers: Callers, read: Reading) -> Handler:
    """A call that a key alone is enough for, in a transaction of its own."""

    async def handler(request: Request) -> Response:
        caller = await callers.of_request(request)
        async with callers.visit(caller) as visit:
            return await read(request, visit)

    return guarded(handler)


def whole_number(request: Request, name: str, default: int, least: int, most: int) -> int:
    """A number of the query. Raises ApiRefusedError (400) for what is none, or out of bounds."""
    given = request.query_params.getlist(name)
    if not given:
        return default
    if len(given) > 1 or not _WHOLE.fullmatch(given[0]) or not least <= int(given[0]) <= most:
        raise ApiRefusedError(400, "PARAMETER_INVALID", f"{name} is a whole number from {least} to {most}.")
    return int(given[0])


def number_in_path(request: Request, name: str) -> int | None:
    """A number of the path, None for what cannot be one of ours."""
    given = request.path_params[name]
    return int(given) if _WHOLE.fullmatch(given) and not given.startswith("0") else None
