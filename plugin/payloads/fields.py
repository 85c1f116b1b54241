"""Typed reading of one field of a payload. Every refusal is `Unreadable` and names the field, never its value.

Hand-written instead of models: a delivery is read on the hot path, and most of an order's 200 fields are not for us.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.program import BEGINNING_OF_TIME

IDENTIFIER_MAXIMUM = 2**63 - 1
"""The largest id that a bigint holds; Shopify's own are far below."""

QUANTITY_MAXIMUM = 2**31 - 1

NAME_LENGTH_MAXIMUM = 100

TEXT_LENGTH_MAXIMUM = 255
"""The longest that Shopify lets a code, a tag, a SKU or a vendor be."""

TAGS_MAXIMUM = 250

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a shop's clock may be ahead of ours before its time is taken for wrong."""

Source = Mapping[str, Any]


class Unreadable(Exception):  # noqa: N818 - a verdict on a payload, not a failure of ours
    """A payload that must be parked whole. `reason` names the field and what is wrong, and holds no personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def inside(self, container: str) -> Unreadable:
        """The same refusal as seen from the object that holds the field."""
        return Unreadable(f"{container}.{self.reason}")


def whole_id(value: object, field: str) -> int:
    """An id as a JSON integer of 1 to 2^63−1: no text, no float, no boolean."""
    if type(value) is not int or not 0 < value <= IDENTIFIER_MAXIMUM:
        raise Unreadable(f"{field}: is not an integer id")
    return value


def optional_id(value: object, field: str) -> int | None:
    """An id, or None where the payload has null or nothing."""
    return None if value is None else whole_id(value, field)


def whole_number(value: object, field: str, minimum: int, maximum: int = QUANTITY_MAXIMUM) -> int:
    """A JSON integer between two bounds, both included."""
    if type(value) is not int or not minimum <= value <= maximum:
        raise Unreadable(f"{field}: is not a whole number from {minimum} to {maximum}")
    return value


def flag(source: Source, field: str) -> bool:
    """A boolean; absent and null mean false."""
    value = source.get(field)
    if value is None or value is False:
        return False
    if value is not True:
        raise Unreadable(f"{field}: is not true or false")
    return True


def mapping(value: object, field: str) -> dict[str, Any]:
    """A JSON object."""
    if type(value) is not dict:
        raise Unreadable(f"{field}: is not an object")
    return value


def objects(source: Source, field: str) -> list[dict[str, Any]]:
    """A list of JSON objects; absent and null mean none."""
    value = source.get(field)
    if value is None:
        return []
    if type(value) is not list:
        raise Unreadable(f"{field}: is not a list")
    for index, item in enumerate(value):
        if type(item) is not dict:
            raise Unreadable(f"{field}[{index}]: is not an object")
    return value


def label(value: object, field: str, default: str, maximum: int = NAME_LENGTH_MAXIMUM) -> str:
    """A short text for people to read, made safe to store: PostgreSQL takes neither NUL nor lone surrogates."""
    if value is None or value == "":
        return default
    if type(value) is not str:
        raise Unreadable(f"{field}: is not a text")
    if value.isascii() and value.isprintable() and len(value) <= maximum:
        return value
    return "".join(character if character.isprintable() else "\ufffd" for character in value[:maximum])


def word(value: object, field: str) -> str:
    """A text to compare with, such as a SKU or a vendor; "" where the payload has null or nothing."""
    return label(value, field, "", TEXT_LENGTH_MAXIMUM)


def words(value: object, field: str) -> tuple[str, ...]:
    """Tags: a text with commas between them, or a list of texts; each once, in their order."""
    if value is None:
        return ()
    items = value.split(",") if type(value) is str else value
    if type(items) is not list:
        raise Unreadable(f"{field}: is not a text")
    if len(items) > TAGS_MAXIMUM:
        raise Unreadable(f"{field}: has more than {TAGS_MAXIMUM} entries")
    found = (word(item, field).strip() for item in items)
    return tuple(dict.fromkeys(one for one in found if one))


def gid_number(gid: object, kind: str, field: str) -> int:
    """The number in an Admin API id, e.g. 7 of "gid://shopify/Order/7"; a query after it does not count."""
    prefix = f"gid://shopify/{kind}/"
    digits = gid.removeprefix(prefix).partition("?")[0] if type(gid) is str and gid.startswith(prefix) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
        raise Unreadable(f"{field}: is no id of an object of kind {kind}")
    return whole_id(int(digits), field)


def moment(value: object, field: str, received_at: datetime) -> datetime | None:
    """An ISO 8601 time with an offset, in UTC; None where the payload has null or nothing.

    Bounded, so that no time in a payload can move an expiry: one that lies in the future is the time of its arrival
    (`received_at`), one before 1970 is 1970.
    """
    if value is None:
        return None
    if type(value) is not str or len(value) > 40:
        raise Unreadable(f"{field}: is not a time")
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise Unreadable(f"{field}: is not a time") from None
    if time.tzinfo is None:
        raise Unreadable(f"{field}: is a time without an offset")
    # Outside of these years nothing is real, and an offset could carry a time over the end of the calendar.
    if not 1970 <= time.year < 9999:
        return BEGINNING_OF_TIME if time.year < 1970 else received_at.astimezone(UTC)
    time = time.astimezone(UTC)
    if time > received_at + CLOCK_TOLERANCE:
        return received_at.astimezone(UTC)
    return max(time, BEGINNING_OF_TIME)


def refuse_other_kind(source: Source, kind: str) -> None:
    """Refuse a body that says of itself that it is something else than `kind` (its Admin API type, e.g. "Order")."""
    gid = source.get("admin_graphql_api_id")
    if type(gid) is str and gid.startswith("gid://") and not gid.startswith(f"gid://shopify/{kind}/"):
        raise Unreadable(f"admin_graphql_api_id: is not of kind {kind}")
