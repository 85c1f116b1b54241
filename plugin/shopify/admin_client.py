"""Shopify's Admin GraphQL API for one shop at a time: stored documents, bounded waits, and errors that say what to do.

* ShopUnavailableError   the shop is frozen, locked, gone or forbids it: its jobs pause
* AdminUnreachableError  no usable answer; `may_have_happened` tells a mutation's caller to look before trying again
* AdminRefusedError      Shopify understood and will not do it; the codes say why
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import httpx
import structlog

from engine.shops import ShopReference
from plugin.manifest import manifest
from plugin.shopify.tokens import ShopTokens

READ_ATTEMPTS = 4
THROTTLE_ATTEMPTS = 5
WAIT_MAXIMUM_SECONDS = 10.0
_PAUSING_STATUSES = {401: "forbidden", 402: "frozen", 403: "forbidden", 404: "gone", 423: "locked"}

log = structlog.get_logger("laurel.admin")


class AdminError(Exception):
    """Something went wrong between us and the Admin API."""


class ShopUnavailableError(AdminError):
    """The shop cannot be worked with for now; `state` is frozen, forbidden, gone, locked or inactive."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class AdminUnreachableError(AdminError):
    """No usable answer came. `may_have_happened`: a mutation may have taken effect and has to be looked up."""

    def __init__(self, message: str, *, may_have_happened: bool) -> None:
        super().__init__(message)
        self.may_have_happened = may_have_happened


class AdminRefusedError(AdminError):
    """The API answered with errors and no data; `codes` are its codes, e.g. ACCESS_DENIED or MAX_COST_EXCEEDED."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes


@dataclass(frozen=True, slots=True)
class UserError:
    """Why a mutation did nothing."""

    path: tuple[str, ...]
    message: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Data, and the errors that came with it: fields that the shop may not show us are null and named there."""

    data: dict[str, Any]
    errors: tuple[Mapping[str, Any], ...]
    user_errors: tuple[UserError, ...]


@cache
def operation(name: str) -> str:
    """The text of `plugin/shopify/operations/{name}.graphql`."""
    return (files("plugin.shopify") / "operations" / f"{name}.graphql").read_text(encoding="utf-8")


class AdminClient:
    """Runs stored operations for shops."""

    def __init__(self, client: httpx.AsyncClient, tokens: ShopTokens) -> None:
        self._client = client
        self._tokens = tokens

    async def run(self, shop: ShopReference, name: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """Run one operation. `user_errors` in the answer of a mutation mean that it did nothing.

        Raises ShopPausedError (no token), ShopUnavailableError, AdminUnreachableError, AdminRefusedError.
        """
        document = operation(name)
        is_read = not document.lstrip().startswith("mutation") and "\nmutation" not in document
        body = {"query": document, "variables": dict(variables or {})}
        for attempt in range(1, THROTTLE_ATTEMPTS + 1):
            content = await self._posted(lambda: self._authorized(shop, body), is_read)
            if "THROTTLED" not in _codes(content):
                return _answer(content)
            wait = _throttle_seconds(content, attempt)
            log.info("throttled", shop=shop.domain, operation=name, wait_seconds=round(wait, 2))
            await asyncio.sleep(wait)
        raise AdminUnreachableError("throttled for too long", may_have_happened=False)

    async def read_with(self, token: str, domain: str, name: str) -> Answer:
        """Run one read for a shop that is not known yet, with a token just obtained. Raises like `run`."""
        body = {"query": operation(name), "variables": {}}
        return _answer(await self._posted(lambda: self._post(domain, body, token), True))

    async def _posted(self, post: Callable[[], Awaitable[httpx.Response]], is_read: bool) -> dict[str, Any]:
        """One answer as JSON, after bounded retries where repeating cannot do harm."""
        attempts = READ_ATTEMPTS if is_read else 1
        for attempt in range(1, attempts + 1):
            try:
                response = await post()
            except httpx.ConnectError:
                problem, harmless = "no connection", True
            except httpx.HTTPError as error:
                problem, harmless = type(error).__name__, is_read
            else:
                if response.status_code < 400:
                    return _json(response, is_read)
                if response.status_code in _PAUSING_STATUSES:
                    raise ShopUnavailableError(_PAUSING_STATUSES[response.status_code])
                problem, harmless = f"status {response.status_code}", is_read or response.status_code in (429, 430)
            if attempt < attempts:
                await asyncio.sleep(_backoff_seconds(attempt))
        raise AdminUnreachableError(problem, may_have_happened=not harmless)

    async def _authorized(self, shop: ShopReference, body: Mapping[str, Any]) -> httpx.Response:
        """Post with the shop's token; one that is refused is renewed once."""
        token = await self._tokens.access_token(shop)
        response = await self._post(shop.domain, body, token)
        if response.status_code != 401:
            return response
        token = await self._tokens.renew_refused(shop, token)
        return await self._post(shop.domain, body, token)

    async def _post(self, domain: str, body: Mapping[str, Any], token: str) -> httpx.Response:
        url = f"https://{domain}/admin/api/{manifest().api_version}/graphql.json"
        return await self._client.post(
            url, json=body, headers={"X-Shopify-Access-Token": token, "Accept": "application/json"}
        )


def _json(response: httpx.Response, is_read: bool) -> dict[str, Any]:
    try:
        content = response.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise AdminUnreachableError("an answer that is no JSON object", may_have_happened=not is_read)
    return content


def _errors(content: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    errors = content.get("errors")
    if isinstance(errors, list):
        return tuple(error for error in errors if isinstance(error, dict))
    return ({"message": str(errors)},) if errors else ()


def _codes(content: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str((error.get("extensions") or {}).get("code", "UNKNOWN")) for error in _errors(content))


def _answer(content: Mapping[str, Any]) -> Answer:
    data = content.get("data")
    if not isinstance(data, dict):
        codes = _codes(content) or ("NO_DATA",)
        if "SHOP_INACTIVE" in codes:
            raise ShopUnavailableError("inactive")
        raise AdminRefusedError(codes)
    return Answer(data, _errors(content), tuple(_user_errors(data)))


def _user_errors(data: Mapping[str, Any]) -> list[UserError]:
    found = []
    for field in data.values():
        for error in (field.get("userErrors") or []) if isinstance(field, dict) else []:
            path = tuple(str(step) for step in error.get("field") or ())
            found.append(UserError(path, str(error.get("message", "")), error.get("code")))
    return found


def _throttle_seconds(content: Mapping[str, Any], attempt: int) -> float:
    """How long until the bucket holds what the query asked for, by Shopify's own numbers, plus jitter."""
    cost = (content.get("extensions") or {}).get("cost") or {}
    status = cost.get("throttleStatus") or {}
    try:
        missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        seconds = missing / float(status["restoreRate"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        seconds = float(attempt)
    return min(max(seconds, 0.05) * random.uniform(1.0, 1.25) + 0.05, WAIT_MAXIMUM_SECONDS)  # noqa: S311  # jitter


def _backoff_seconds(attempt: int) -> float:
    return random.uniform(0.5, 1.0) * 0.25 * 2.0**attempt  # noqa: S311  # jitter
