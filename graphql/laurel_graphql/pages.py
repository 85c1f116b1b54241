"""Pages of a Relay connection: cursors that only we can read meaning into, and what a page says of itself."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Annotated, Protocol

import strawberry

from laurel_graphql.errors import ErrorCode, RequestError

_CURSOR = re.compile(r"([A-Za-z]{1,40}):([1-9][0-9]{0,18})", re.ASCII)
_CURSOR_LENGTH_MAXIMUM = 100

First = Annotated[
    int, strawberry.argument(description="How many to return, from 1 to 100. More than 100 is an error, not a clamp.")
]
After = Annotated[
    str | None, strawberry.argument(description="The cursor after which the page starts; without it, the first page.")
]
AfterPlace = Annotated[int, strawberry.argument(description="The place after which the page starts, 0 for the first.")]


class Numbered(Protocol):
    """Anything that a page can be made of."""

    @property
    def number(self) -> int:
        """The object's number; a page's objects come in falling order of it."""


def cursor_of(kind: str, number: int) -> str:
    """The cursor of an object."""
    return base64.urlsafe_b64encode(f"{kind}:{number}".encode()).decode()


def number_after(cursor: str | None, kind: str) -> int | None:
    """The number in a cursor of that kind, None without a cursor. Raises RequestError for one that we did not make."""
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor[:_CURSOR_LENGTH_MAXIMUM].encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    match = _CURSOR.fullmatch(text)
    if match is None or match[1] != kind or int(match[2]) >= 2**63:
        raise RequestError(ErrorCode.INVALID_CURSOR, "This cursor does not belong to this list.")
    return int(match[2])


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether a cursor was given, so that something came before.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first object, null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last object, for the next page's `after`.")


def cut(found: Sequence[Numbered], kind: str, first: int, after: str | None) -> PageInfo:
    """What a page of `first` says of itself, when `first + 1` objects were asked for and these were found."""
    page = found[:first]
    return PageInfo(
        has_next_page=len(found) > first,
        has_previous_page=after is not None,
        start_cursor=cursor_of(kind, page[0].number) if page else None,
        end_cursor=cursor_of(kind, page[-1].number) if page else None,
    )
