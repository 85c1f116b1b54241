"""A statement: what happened between a program and a partner in a cycle, numbered, signed and never changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from engine.partners.payloads import instant_text
from engine.settlement.totals import Due, KindTotal, Totals


class StatementRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A statement was not issued.

    `code`: PARTNER_NOT_FOUND, NO_AGREEMENT, UNTIL_INVALID, NOTHING_TO_SETTLE.
    """

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


class BooksAltered(Exception):  # noqa: N818  # named for what was found
    """Events do not say what their hashes and columns say, so that nothing is signed over them; the audit tells more.

    No caller can bring this about: somebody changed rows with another role than the app's.
    """


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was issued. An interim one ends before its cycle does; the rest is in the next number.

    `root` is that of the tree over its lines (`engine.settlement.merkle`), `token` the signature over `payload`.
    """

    program_id: int
    statement_id: int
    partner_id: int
    number: int
    starts_at: datetime
    ends_at: datetime
    interim: bool
    lines: int
    totals: Totals
    root: bytes
    payload: str
    token: str
    issued_at: datetime
    issued_by: str


def statement_payload(
    *, partner: str, number: int, starts_at: datetime, ends_at: datetime, interim: bool, lines: int, totals: Totals,
    root: bytes, issued_at: datetime,
) -> str:  # fmt: skip
    """The one text of a statement: keys sorted, no spaces, UTF-8; amounts are text, as those of events are."""
    document = {
        "cycle": {"ends_at": instant_text(ends_at), "starts_at": instant_text(starts_at)},
        "due": [
            {name: value if name == "currency" else str(value) for name, value in asdict(due).items()}
            for due in totals.dues
        ],
        "interim": interim,
        "issued_at": instant_text(issued_at),
        "lines": lines,
        "number": number,
        "partner": partner,
        "root": root.hex(),
        "totals": [
            {
                "currency": one.currency, "events": one.events, "kind": one.kind, "micros": str(one.micros),
                "points": str(one.points), "prepaid_micros": str(one.prepaid_micros),
            }
            for one in totals.kinds
        ],
        "type": "statement",
    }  # fmt: skip
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def stored_totals(totals: Totals) -> str:
    """Totals as the table keeps them."""
    return orjson.dumps({"kinds": _texts(totals.kinds), "dues": _texts(totals.dues)}).decode()


def read_totals(stored: Any) -> Totals:
    """Totals from what `stored_totals` wrote."""
    kinds = tuple(KindTotal(**_numbers(one)) for one in stored["kinds"])
    return Totals(kinds, tuple(Due(**_numbers(one)) for one in stored["dues"]))


_WORDS = frozenset({"kind", "currency"})


def _texts(parts: tuple[KindTotal, ...] | tuple[Due, ...]) -> list[dict[str, str]]:
    """Numbers as text, since sums can be larger than what JSON keeps exactly."""
    return [{name: str(value) for name, value in asdict(part).items()} for part in parts]


def _numbers(part: dict[str, str]) -> dict[str, Any]:
    return {name: value if name in _WORDS else int(value) for name, value in part.items()}
