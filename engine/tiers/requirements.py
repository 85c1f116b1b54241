"""What a member must have done for a tier: amounts, combined with and/or. Bounded trees, immutable data."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field

from engine.rules.bounds import Frozen

Metric = Literal["spend", "points", "orders", "reviews", "referrals", "membership_months"]
"""What counts: money spent net of refunds, points earned (never those left), paid orders with a value, approved
reviews, friends who bought, whole months of a paid membership."""

METRICS: tuple[Metric, ...] = get_args(Metric)
DEPTH_MAXIMUM = 4
NODES_MAXIMUM = 20


class AtLeast(Frozen):
    """An amount that is reached: in main units of the program's currency for spend, else whole numbers.

    `more_than` asks for more than the amount: exactly the amount is not enough then.
    """

    kind: Literal["at_least"] = "at_least"
    metric: Metric
    amount: Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=4)]
    more_than: bool = False


class AllOf(Frozen):
    """Met when every part is."""

    kind: Literal["all"] = "all"
    requirements: Annotated[tuple[Tree, ...], Field(min_length=1, max_length=NODES_MAXIMUM)]


class AnyOf(Frozen):
    """Met when at least one part is."""

    kind: Literal["any"] = "any"
    requirements: Annotated[tuple[Tree, ...], Field(min_length=1, max_length=NODES_MAXIMUM)]


Tree = Annotated[AtLeast | AllOf | AnyOf, Field(discriminator="kind")]
Node = AtLeast | AllOf | AnyOf


def _children(node: object) -> list[object]:
    """The parts of a node, of one that is checked already as of one that is still plain data."""
    given = node if isinstance(node, dict) else node.__dict__ if isinstance(node, Frozen) else {}
    parts = given.get("requirements", ())
    return list(parts) if isinstance(parts, list | tuple) else []


def _bounded(root: object) -> object:
    """Refuse trees that are too large, before anything walks them to their end; a circular one is infinitely deep."""
    level, nodes = [root], 1
    for _ in range(DEPTH_MAXIMUM):
        level = [child for node in level for child in _children(node)]
        nodes += len(level)
        if nodes > NODES_MAXIMUM:
            raise ValueError(f"a requirement has at most {NODES_MAXIMUM} parts")
        if not level:
            return root
    raise ValueError(f"requirements are nested at most {DEPTH_MAXIMUM} deep")


Requirement = Annotated[Tree, BeforeValidator(_bounded), AfterValidator(_bounded)]


def leaves(node: Node) -> Iterator[AtLeast]:
    """Every amount that a requirement asks for, in its order."""
    if isinstance(node, AtLeast):
        yield node
    else:
        for part in node.requirements:
            yield from leaves(part)
