"""A host's statement against our copies of its events: the root worked out here, the sums, and every row. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import orjson

from engine.hosts.checking import DISPUTED, EventUnreadable, HostEvent
from engine.settlement.comparing import DIFFERENCES_MAXIMUM, Difference, Leaf, Reason, compare, in_order
from engine.settlement.merkle import root_of

PAYLOAD_MAXIMUM = 256 * 1024
LINES_MAXIMUM = 1_000_000

Sums = dict[tuple[str, str], tuple[int, int, int]]
"""By kind and currency: events, points, micros."""


@dataclass(frozen=True, slots=True)
class HostStatement:
    """A host's statement as it says itself; `payload` is exactly what was signed."""

    number: int
    root: bytes
    lines: int
    ends_at: datetime
    sums: Sums
    payload: str


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """An event as we received it, what we said of it, and the statement that has it already, if one does."""

    event_id: str
    leaf_hash: bytes
    verdict: str
    occurred_at: datetime
    statement_number: int | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What we make of a statement: the root over the rows as we have them, and where they differ."""

    agreed: bool
    own_root: bytes
    differences: tuple[Difference, ...]


def read_statement(raw: bytes) -> HostStatement:
    """Read a payload strictly. Raises EventUnreadable."""
    if len(raw) > PAYLOAD_MAXIMUM:
        raise EventUnreadable("too long")
    try:
        document = orjson.loads(raw)
        number, lines, root = document["number"], document["lines"], bytes.fromhex(document["root"])
        ends_at = datetime.fromisoformat(document["cycle"]["ends_at"])
        sums = {
            (str(one["kind"]), str(one["currency"])): (int(one["events"]), int(one["points"]), int(one["micros"]))
            for one in document["totals"]
        }
    except (ValueError, TypeError, KeyError, OverflowError):
        raise EventUnreadable("not a statement") from None
    counts = type(number) is int and 0 < number < 2**31 and type(lines) is int and 0 <= lines <= LINES_MAXIMUM
    dated = ends_at.tzinfo is not None and 1970 <= ends_at.year <= 9000  # what every zone's calendar can show
    if not counts or len(root) != 32 or not dated or document.get("type") != "statement":
        raise EventUnreadable("fields out of bounds")
    return HostStatement(number, root, lines, ends_at, sums, raw.decode())


def check_statement(statement: HostStatement, rows: Sequence[HostEvent], own: Sequence[OwnEvent]) -> Checked:
    """Compare a statement, whose signed rows are `rows`, with `own`: all events of the host that we have.

    An event of ours belongs in it if it happened before its end, came before its newest row, and no earlier statement
    has it. A row is disputed if we dispute the event, or if an earlier statement has it as well.
    """
    theirs = in_order([Leaf(row.event_id, row.leaf_hash) for row in rows])
    ids = {leaf.event for leaf in theirs}
    newest = max((int(leaf.event) for leaf in theirs), default=0)
    ours = [
        Leaf(one.event_id, one.leaf_hash)
        for one in own
        if one.event_id in ids
        or (one.statement_number is None and one.occurred_at < statement.ends_at and int(one.event_id) <= newest)
    ]
    own_root = root_of(leaf.hash for leaf in in_order(ours))
    found = [*compare(ours, theirs), *_disputed(statement, theirs, own)][:DIFFERENCES_MAXIMUM]
    is_whole = own_root == statement.root and statement.lines == len(rows) and _sums(rows) == statement.sums
    return Checked(is_whole and not found, own_root, tuple(found))


def _disputed(statement: HostStatement, theirs: Sequence[Leaf], own: Sequence[OwnEvent]) -> list[Difference]:
    known = {one.event_id: one for one in own}
    found = []
    for position, leaf in enumerate(theirs):
        one = known.get(leaf.event)
        if one is None or one.leaf_hash != leaf.hash:  # named already
            continue
        if one.verdict in DISPUTED or one.statement_number not in (None, statement.number):
            reason = cast(Reason, one.verdict) if one.verdict in DISPUTED else None
            found.append(Difference("altered", leaf.event, position, reason))
    return found


def _sums(rows: Sequence[HostEvent]) -> Sums:
    events: Counter[tuple[str, str]] = Counter()
    points: Counter[tuple[str, str]] = Counter()
    micros: Counter[tuple[str, str]] = Counter()
    for row in rows:
        key = row.kind, row.currency
        events[key] += 1
        points[key] += row.points
        micros[key] += row.micros
    return {key: (events[key], points[key], micros[key]) for key in events}
