"""Errors as JSON in the GraphQL form, and bodies read under a cap."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive

from plugin.shopify.signatures import Headers

NEVER_CACHED = {"Cache-Control": "private, no-store"}
BODY_READ_SECONDS = 20
REFUSED_READ_SECONDS = 2.0
REFUSED_READ_MAXIMUM_BYTES = 64 * 1024 * 1024
"""How much of a refused body is still read, and thrown away, so that its sender gets to read the answer."""
RETRY_AFTER_SECONDS = 5


class BodyRefusedError(Exception):
    """A request's body cannot be taken; `status` is 400 or 413."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def error_response(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """One error in the form that every refusal on a GraphQL route has; never cached."""
    body = json.dumps({"errors": [{"message": message, "extensions": {"code": code}}]}, ensure_ascii=False)
    return Response(body, status, {**NEVER_CACHED, **(headers or {})}, "application/json")


def unavailable_response() -> Response:
    """PostgreSQL cannot be reached: the caller should come back in a moment."""
    return error_response(
        503, "UNAVAILABLE", "Laurel is briefly unavailable", {"Retry-After": str(RETRY_AFTER_SECONDS)}
    )


def only_header(headers: Headers, name: bytes) -> bytes | None:
    """The value of a header, None when it is absent. Raises BodyRefusedError (400) when it comes more than once."""
    values = [value for key, value in headers if key == name]
    if len(values) > 1:
        raise BodyRefusedError(400, f"{name.decode()} comes more than once")
    return values[0] if values else None


async def read_body(headers: Headers, receive: Receive, maximum_bytes: int) -> bytes:
    """The whole body, refused before it is buffered when it is, or says that it is, larger than the maximum.

    Raises BodyRefusedError, and ClientDisconnect when the caller goes away.
    """
    declared = declared_length(headers)
    if declared is not None and declared > maximum_bytes:
        await throw_away(receive)
        raise BodyRefusedError(413, "the body is too large")
    body = await _first_chunks(receive, maximum_bytes)
    if declared is not None and declared != len(body):
        raise BodyRefusedError(400, "the body is not as long as Content-Length says")
    return body


def declared_length(headers: Headers) -> int | None:
    """What Content-Length says, None without it. Raises BodyRefusedError for what is no length."""
    text = only_header(headers, b"content-length")
    if text is None:
        return None
    if not text.isdigit() or len(text) > 18:
        raise BodyRefusedError(400 if not text.isdigit() else 413, "Content-Length is not a number that can be")
    return int(text)


async def _first_chunks(receive: Receive, maximum_bytes: int) -> bytes:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):  # nearly every request: no list, no timer
        if len(body) > maximum_bytes:
            raise BodyRefusedError(413, "the body is too large")
        return body
    try:
        async with asyncio.timeout(BODY_READ_SECONDS):
            return await _further_chunks(receive, body, maximum_bytes)
    except TimeoutError:
        raise BodyRefusedError(408, "the body did not arrive in time") from None


async def _further_chunks(receive: Receive, first: bytes, maximum_bytes: int) -> bytes:
    chunks = [first]
    size = len(first)
    message: Message = {"type": "http.request", "more_body": True}
    while size <= maximum_bytes:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > maximum_bytes:
            break
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)
    chunks.clear()
    if message.get("more_body", False):
        await throw_away(receive)
    raise BodyRefusedError(413, "the body is too large")


async def throw_away(receive: Receive) -> None:
    """Read on for a moment: a connection that is closed under a sender loses the answer with it."""
    left = REFUSED_READ_MAXIMUM_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(REFUSED_READ_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
