"""Calls the partner API of another program, as its partner: bounded in time and size, following nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from plugin.partners.addresses import AddressRefusedError, GuardedTransport
from plugin.partners.keys import PartnerKey
from plugin.partners.signatures import HEADER, sign

API = "/partner/v1"
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0
FILE_SECONDS = 75.0
"""Less than an exchange has, so that what comes after many reports gets through the next time."""
DOCUMENT_MAXIMUM_BYTES = 8 * 1024 * 1024
FILE_MAXIMUM_BYTES = 256 * 1024 * 1024


class HostCallError(Exception):
    """A host did not answer as it should; the text may be shown to the merchant. `status` where it answered at all."""

    def __init__(self, message: str, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def create_host_http(*, development: bool) -> httpx.AsyncClient:
    """The client for all hosts: it reads no proxy settings, keeps no cookies and goes nowhere it was not sent."""
    return httpx.AsyncClient(
        transport=GuardedTransport(development=development),
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
    )


class HostClient:
    """One host's API, with the key by which it knows us."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, key: PartnerKey) -> None:
        self._http = http
        self._base_url = base_url
        self._key = key

    async def read(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """A document of the API. Raises HostCallError."""
        return _object(await self._call("GET", path, query=query))

    async def read_lines(self, path: str) -> list[str]:
        """A file of the API by its lines. Raises HostCallError."""
        raw = await self._call("GET", path, maximum_bytes=FILE_MAXIMUM_BYTES, seconds=FILE_SECONDS)
        try:
            return raw.decode().splitlines()
        except UnicodeDecodeError:
            raise HostCallError("the host answered with something else than text") from None

    async def send(self, path: str, document: object) -> dict[str, Any]:
        """Hand something in, signed. Raises HostCallError."""
        return _object(await self._call("POST", path, body=orjson.dumps(document), seconds=FILE_SECONDS))

    async def _call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: bytes = b"",
        maximum_bytes: int = DOCUMENT_MAXIMUM_BYTES, seconds: float = ANSWER_SECONDS,
    ) -> bytes:  # fmt: skip
        headers = {"Authorization": f"Bearer {self._key.text}", "Accept-Encoding": "identity"}
        if method == "POST":
            headers |= {"Content-Type": "application/json", HEADER: sign(self._key.secret, int(time.time()), body)}
        try:
            async with (
                asyncio.timeout(seconds),
                self._http.stream(
                    method, f"{self._base_url}{API}{path}", params=query, content=body or None, headers=headers
                ) as response,
            ):
                raw = await _bounded(response, maximum_bytes)
        except AddressRefusedError:
            raise HostCallError("the host's name leads to an address that may not be called") from None
        except TimeoutError:
            raise HostCallError("the host did not answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise HostCallError(f"the host cannot be reached ({type(error).__name__})") from None
        if response.status_code != httpx.codes.OK:
            code = _code(raw)
            message = f"the host answered {response.status_code}" + (f" ({code})" if code else "")
            raise HostCallError(message, response.status_code, code)
        return raw


async def _bounded(response: httpx.Response, maximum_bytes: int) -> bytes:
    if "content-encoding" in response.headers:  # what unpacks could be far larger than what came
        raise HostCallError("the host answered in an encoding that was not asked for")
    chunks, size = [], 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > maximum_bytes:
            raise HostCallError("the host's answer is too large")
        chunks.append(chunk)
    return b"".join(chunks)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(raw)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise HostCallError("the host answered with something else than JSON")
    return content


def _code(raw: bytes) -> str | None:
    """What the host calls its refusal, if it reads like a code."""
    try:
        error = orjson.loads(raw).get("error")
        code = error.get("code") if isinstance(error, dict) else None
    except (ValueError, AttributeError):
        return None
    return code if isinstance(code, str) and code.replace("_", "").isalnum() and len(code) <= 40 else None
