"""Global ids, `gid://laurel/Type/7`: opaque to clients, typed and checked here, meaningless outside their tenant."""

from __future__ import annotations

import re
from collections.abc import Iterable

import strawberry

from laurel_graphql.errors import ErrorCode, RequestError

_ID_MAXIMUM = 2**63 - 1
_GID = re.compile(r"gid://([a-z]{1,20})/([A-Za-z]{1,40})/([1-9][0-9]{0,18})", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


def gid(kind: str, number: int) -> str:
    """The global id of one of our objects."""
    return f"gid://laurel/{kind}/{number}"


def gids_of_shop(kind: str, numbers: Iterable[int]) -> list[strawberry.ID]:
    """The global ids that the shop's platform gives its own objects."""
    return [strawberry.ID(f"gid://shopify/{kind}/{number}") for number in numbers]


def number_of(value: str, kind: str) -> int:
    """The number in a global id of that type. Raises RequestError for anything else, another type's id included."""
    return _number(value, "laurel", kind)


def shopify_number_of(value: str, kind: str) -> int:
    """The number of an object of the shop, given as `gid://shopify/Order/7` or as the bare `7` of its admin pages."""
    if _NUMBER.fullmatch(value):
        return _bounded(int(value), kind)
    return _number(value, "shopify", kind)


def _number(value: str, namespace: str, kind: str) -> int:
    match = _GID.fullmatch(value)
    if match is None or match[1] != namespace or match[2] != kind:
        raise RequestError(ErrorCode.INVALID_ID, f"This is not the id of a {kind}.")
    return _bounded(int(match[3]), kind)


def _bounded(number: int, kind: str) -> int:
    if number > _ID_MAXIMUM:
        raise RequestError(ErrorCode.INVALID_ID, f"This is not the id of a {kind}.")
    return number
