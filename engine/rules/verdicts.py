"""Whether a condition is met, and what was seen.

Every part is looked at, also where the answer is already known: who asks why an order earned nothing wants to hear all
of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.rules.conditions import AllOf, Compare, Node, Not

Seen = bool | int | Decimal | str | date | tuple[str, ...] | None
"""What a field was found to be; None where nothing is known of it."""

Look = Callable[[str], Seen]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one part of a condition; `seen` is what a comparison found."""

    node: Node
    met: bool
    seen: Seen = None
    currency: str = ""
    parts: tuple[Verdict, ...] = ()

    def leaves(self) -> Iterator[Verdict]:
        """The comparisons, in the order in which they are written."""
        if isinstance(self.node, Compare):
            yield self
        for part in self.parts:
            yield from part.leaves()


def evaluate(node: Node, look: Look, currency: str = "") -> Verdict:
    """Look at everything that a condition asks. `currency` is that of the amounts that `look` answers with."""
    if isinstance(node, Compare):
        seen = look(node.field)
        return Verdict(node, meets(node, seen, currency), seen, currency if node.amounts is not None else "")
    if isinstance(node, Not):
        part = evaluate(node.condition, look, currency)
        return Verdict(node, not part.met, parts=(part,))
    parts = tuple(evaluate(one, look, currency) for one in node.conditions)
    met = all(part.met for part in parts) if isinstance(node, AllOf) else any(part.met for part in parts)
    return Verdict(node, met, parts=parts)


def meets(node: Compare, seen: Seen, currency: str = "") -> bool:
    """Whether what was seen answers a comparison. What is not known is unlike everything."""
    wanted: Any = node.amounts.get(currency) if node.amounts is not None else node.value
    if node.operator == "exists":
        return (seen not in (None, (), "")) == bool(wanted)
    if wanted is None:
        return False
    if seen is None:
        return node.operator in ("ne", "not_in")
    if isinstance(seen, tuple):
        return _texts_meet(node.operator, {one.casefold() for one in seen}, wanted)
    if isinstance(seen, bool):
        same = str(wanted).casefold() == str(seen).casefold()
        return same if node.operator in ("eq", "contains") else node.operator == "ne" and not same
    if isinstance(seen, int | Decimal):
        return _ordered_meets(node.operator, seen, _like_number(wanted))
    if isinstance(seen, date):
        return _ordered_meets(node.operator, seen.isoformat(), wanted)
    return _text_meets(node.operator, seen.casefold(), wanted)


def _like_number(wanted: Any) -> Any:
    """Numbers for numbers: an event's own field may be a number where the condition was written as a text."""
    if isinstance(wanted, tuple):
        return tuple(_like_number(one) for one in wanted)
    try:
        return Decimal(wanted)
    except InvalidOperation:
        return None


def _ordered_meets(operator: str, seen: Any, wanted: Any) -> bool:
    if operator in ("in", "not_in"):
        return (seen in wanted) == (operator == "in")
    if wanted is None:
        return operator == "ne"
    return bool(
        {
            "eq": seen == wanted, "ne": seen != wanted, "lt": seen < wanted,
            "le": seen <= wanted, "gt": seen > wanted, "ge": seen >= wanted,
        }.get(operator, False)
    )  # fmt: skip


def _text_meets(operator: str, seen: str, wanted: Any) -> bool:
    if operator in ("in", "not_in"):
        return (seen in {str(one).casefold() for one in wanted}) == (operator == "in")
    text = str(wanted).casefold()
    if operator == "contains":
        return text in seen
    if operator == "starts_with":
        return seen.startswith(text)
    return _ordered_meets(operator, seen, text)


def _texts_meet(operator: str, seen: set[str], wanted: Any) -> bool:
    if operator in ("in", "not_in"):
        found = not seen.isdisjoint(str(one).casefold() for one in wanted)
        return found == (operator == "in")
    text = str(wanted).casefold()
    return any(one.startswith(text) for one in seen) if operator == "starts_with" else text in seen
