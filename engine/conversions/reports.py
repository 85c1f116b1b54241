"""A partner's report of a purchase or refund, read from a document into what it means. Pure: no database, no clock.

Two documents that say the same have the same hash, however they write an amount or a time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

import orjson

from engine.money import MINOR_UNITS_MAXIMUM, MoneyError, exponent, minor_units

ReportKind = Literal["purchase", "refund"]
REPORT_ID_MAXIMUM = 100
ORDER_MAXIMUM = 100
NAMED_MAXIMUM = 64
"""The longest number, code or click id."""

_VISIBLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,8})?", re.ASCII)
_PURCHASE = ("kind", "report_id", "order", "occurred_at", "amount", "currency", "member", "code", "click")
_REFUND = ("kind", "report_id", "order", "occurred_at", "amount", "currency")
_FIRST_YEAR = 2000


class ReportInvalid(ValueError):  # noqa: N818  # named for the rule, as the field names it
    """A document that is no report; nothing was kept. `field` is to blame, the text holds nothing of the document."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.code = "REPORT_INVALID"
        self.field = field


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order that the partner says a member of ours made; `amount_minor` is what was paid for it."""

    report_id: str
    order: str
    occurred_at: datetime
    amount_minor: int
    currency: str
    member: str | None = None
    code: str | None = None
    click: str | None = None

    kind: ReportKind = "purchase"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money of an order that was given back, `amount` in its currency's main unit; None: all that is left."""

    report_id: str
    order: str
    occurred_at: datetime
    amount: str | None = None
    currency: str | None = None

    kind: ReportKind = "refund"


Report = Purchase | Refund


def parse_report(document: object) -> Report:
    """Read one report. Raises ReportInvalid."""
    if not isinstance(document, Mapping):
        raise ReportInvalid("report", "is not an object")
    kind = document.get("kind")
    known = {"purchase": _PURCHASE, "refund": _REFUND}.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise ReportInvalid("kind", "is neither purchase nor refund")
    for name in document:
        if name not in known:
            raise ReportInvalid("report", f"holds something beside {', '.join(known)}")
    report_id = _visible(document, "report_id", REPORT_ID_MAXIMUM)
    if report_id is None:
        raise ReportInvalid("report_id", "is missing")
    order = _order(document.get("order"))
    occurred_at = parse_time("occurred_at", document.get("occurred_at"))
    if kind == "refund":
        return Refund(report_id, order, occurred_at, *_refunded(document))
    return _purchase(document, report_id, order, occurred_at)


def _purchase(document: Mapping[object, object], report_id: str, order: str, occurred_at: datetime) -> Purchase:
    currency = document.get("currency")
    if not isinstance(currency, str) or not _is_currency(currency):
        raise ReportInvalid("currency", "is no currency code such as USD")
    try:
        amount = minor_units(_decimal(document.get("amount")), currency)
    except MoneyError as error:
        raise ReportInvalid("amount", str(error)) from None
    member, code, click = (_visible(document, name, NAMED_MAXIMUM) for name in ("member", "code", "click"))
    if member is None and code is None and click is None:
        raise ReportInvalid("member", "is missing, and so are code and click: nothing names the buyer")
    return Purchase(report_id, order, occurred_at, amount, currency, member, code, click)


def _refunded(document: Mapping[object, object]) -> tuple[str | None, str | None]:
    given, currency = document.get("amount"), document.get("currency")
    if currency is not None and (not isinstance(currency, str) or not _is_currency(currency)):
        raise ReportInvalid("currency", "is no currency code such as USD")
    if given is None:
        return None, currency
    amount = _decimal(given)
    if not 0 < amount <= MINOR_UNITS_MAXIMUM:
        raise ReportInvalid("amount", "is not above zero, or too large; without an amount all is refunded")
    return format(amount.normalize(), "f"), currency


def refunded_minor(refund: Refund, currency: str) -> int | None:
    """What a refund gives back of an order in this currency, in minor units, None for all of it. Raises MoneyError."""
    if refund.currency is not None and refund.currency != currency:
        raise MoneyError("the refund is in another currency than its order")
    return None if refund.amount is None else minor_units(refund.amount, currency)


def body_of(report: Report) -> dict[str, str | int | None]:
    """A report as it is kept."""
    return {**asdict(report), "occurred_at": report.occurred_at.astimezone(UTC).isoformat()}


def body_hash(report: Report) -> bytes:
    """The same for two reports that say the same."""
    return hashlib.sha256(orjson.dumps(body_of(report), option=orjson.OPT_SORT_KEYS)).digest()


def report_of_body(body: Mapping[str, object]) -> Report:
    """A kept report again."""
    values = {**body, "occurred_at": datetime.fromisoformat(str(body["occurred_at"]))}
    return Refund(**values) if body["kind"] == "refund" else Purchase(**values)  # type: ignore[arg-type]


def parse_time(field: str, given: object) -> datetime:
    """A moment as RFC 3339 writes it, with its offset, in UTC. Raises ReportInvalid."""
    moment = None
    if isinstance(given, str) and _TIME.fullmatch(given):
        try:
            moment = datetime.fromisoformat(given.upper().replace(" ", "T")).astimezone(UTC)
        except (ValueError, OverflowError):
            moment = None
    if moment is None or moment.year < _FIRST_YEAR:
        raise ReportInvalid(field, "is no time such as 2027-03-01T12:00:00Z")
    return moment


def _order(given: object) -> str:
    order = given.strip() if isinstance(given, str) else ""
    if not 0 < len(order) <= ORDER_MAXIMUM or not order.isprintable():
        raise ReportInvalid("order", f"is not 1 to {ORDER_MAXIMUM} characters that can be read")
    return order


def _visible(document: Mapping[object, object], field: str, maximum: int) -> str | None:
    given = document.get(field)
    if isinstance(given, str) and field == "member":
        given = given.replace(" ", "")  # a number is read out in groups
    if given is None or given == "":
        return None
    if not isinstance(given, str) or len(given) > maximum or not _VISIBLE.fullmatch(given):
        raise ReportInvalid(field, f"is not 1 to {maximum} visible ASCII characters")
    return given


def _decimal(given: object) -> Decimal:
    if not isinstance(given, str) or not _AMOUNT.fullmatch(given):
        raise ReportInvalid("amount", 'is no decimal text such as "12.50"')
    return Decimal(given)


def _is_currency(code: str) -> bool:
    try:
        exponent(code)
    except MoneyError:
        return False
    return True
