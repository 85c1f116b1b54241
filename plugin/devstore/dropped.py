"""Closes a connection without an answer, as a network does that breaks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response


class ConnectionDroppedError(Exception):
    """There is no connection to close, since the request came from the same process: its caller gets this instead."""


async def drop_connection(request: Request) -> Response:
    """Close the connection that a request came on; what is returned is never sent."""
    # uvicorn's cycle of one request and its answer, whose `receive` this is, holds the connection.
    transport = getattr(getattr(request.receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionDroppedError
    transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        continue
    return Response(status_code=500)
