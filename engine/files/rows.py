"""The rows of a file of grants or opening balances, read from text into what they mean. Pure: no database, no clock.

What is wrong with a row is a code, with a detail after a colon where there is one; `problem_text` says it in English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from engine.gifts import LAST_DAY
from engine.money import POINTS_MAXIMUM

ROW_REASON_MAXIMUM = 200
_WHOLE = re.compile(r"[0-9]{1,16}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_IDENTIFIER_MAXIMUM = 2**63 - 1

PROBLEMS = {
    "too-many-cells": "the row has more cells than the header",
    "too-long": "{} is too long",
    "formula": "column {} holds a formula; paste its value instead",
    "customer-missing": "no customer is named",
    "customer-invalid": "the customer is neither an id nor an e-mail address",
    "customer-unknown": "no member is known by that",
    "customer-ambiguous": "several members have this e-mail address; name one by id",
    "customer-erased": "this customer asked to be forgotten",
    "customer-closed": "this customer left the program",
    "look-alike": "the e-mail address has letters that may only look like others; name the customer by id",
    "email-unreadable": "e-mail addresses cannot be recognized here; name the customer by id",
    "points-invalid": "{} is not a whole number that can be given",
    "date-invalid": "{} is not a day written as 2027-12-31",
    "date-past": "{} is past",
    "date-ahead": "{} is in the future",
    "reason-invalid": f"the reason has more than {ROW_REASON_MAXIMUM} characters, or some that cannot be read",
    "lifetime-too-small": "lifetime is less than points",
    "same-as-row": "the same as row {}, which counts",
    "already-imported": "this member has an opening balance already",
    "member-in-debt": "points used elsewhere cannot be told for a member who owes points here",
    "balance-too-large": "no balance can be so large",
    "canceled": "canceled before it came to its turn",
}


class RowProblem(Exception):  # noqa: N818  # it is data about a row, not an accident
    """What is wrong with a row, as a code with an optional detail."""


CustomerReference = int | bytes
"""A customer's id in the shop, or the key of an e-mail address."""

CustomerReader = Callable[[Mapping[str, str]], CustomerReference]
"""Reads whom a row is about from its cells `customer_id` and `email`. Raises RowProblem."""


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A row that was understood, or a `problem`. `reason` is its own; `lifetime` is all that was ever earned."""

    number: int
    customer: CustomerReference | None = None
    points: int = 0
    reason: str = ""
    last_day: date | None = None
    joined_on: date | None = None
    lifetime: int = 0
    problem: str | None = None


def problem_text(problem: str) -> str:
    """A problem in words, for whoever reads English."""
    code, _, detail = problem.partition(":")
    return PROBLEMS[code].format(detail)


def customer_by_id(cells: Mapping[str, str]) -> CustomerReference:
    """The customer whose number stands in `customer_id`. Raises RowProblem."""
    given = cells.get("customer_id", "")
    if not given:
        raise RowProblem("customer-missing")
    return identifier(given)


def identifier(given: str) -> int:
    """An id as digits. Raises RowProblem."""
    if not given.isascii() or not given.isdigit() or len(given) > 19 or not 0 < int(given) <= _IDENTIFIER_MAXIMUM:
        raise RowProblem("customer-invalid")
    return int(given)


def points_of(cells: Mapping[str, str], column: str, *, least: int) -> int:
    """A whole number of points, of at least `least`. Raises RowProblem."""
    given = cells.get(column, "")
    if not _WHOLE.fullmatch(given) or not least <= int(given) <= POINTS_MAXIMUM:
        raise RowProblem(f"points-invalid:{column}")
    return int(given)


def day_of(cells: Mapping[str, str], column: str) -> date | None:
    """A day written as ISO 8601 has it, or None for an empty cell. Raises RowProblem."""
    given = cells.get(column, "")
    if not given:
        return None
    try:
        day = date.fromisoformat(given) if _DAY.fullmatch(given) else None
    except ValueError:
        day = None
    if day is None or day > LAST_DAY:
        raise RowProblem(f"date-invalid:{column}")
    return day


def reason_of(cells: Mapping[str, str]) -> str:
    """The row's own reason, "" for none. Raises RowProblem."""
    given = cells.get("reason", "")
    if len(given) > ROW_REASON_MAXIMUM or not given.isprintable():
        raise RowProblem("reason-invalid")
    return given
