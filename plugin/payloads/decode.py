"""Bytes to JSON, strictly: UTF-8 only, exact numbers, nothing that could not be a payload of a shop."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from plugin.payloads.fields import Unreadable

_EXPONENT_MAXIMUM = 308
"""What a number of JSON's own language can be; 1e400 is Infinity by another name."""


def _refuse_constant(_: str) -> NoReturn:
    raise Unreadable("body: holds NaN or Infinity")


def _fraction(text: str) -> Decimal:
    value = Decimal(text)
    if value.adjusted() > _EXPONENT_MAXIMUM:
        raise Unreadable("body: holds a number out of range")
    return value


# One decoder for all: json.loads with hooks builds a new one, scanner and all, on every call.
_DECODER = json.JSONDecoder(parse_float=_fraction, parse_constant=_refuse_constant)


def decode(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, its fractions as Decimal (exact).

    Raises Unreadable for what is not UTF-8, not JSON, not an object, nested too deep, or holds a number that Python
    refuses to read (thousands of digits, an exponent without end).
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("body: is not UTF-8") from None
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError:
        raise Unreadable("body: is not JSON") from None
    except RecursionError:
        raise Unreadable("body: is nested too deep") from None
    except (ValueError, ArithmeticError):
        raise Unreadable("body: holds a number that is too long") from None
    if type(value) is not dict:
        raise Unreadable("body: is not an object")
    return value
