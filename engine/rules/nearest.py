"""What was missing: the comparisons that kept a rule from giving, the nearest to being met first."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from engine.rules.outcomes import NEAREST

Json = dict[str, Any]
_FAR = Decimal("Infinity")


def missed(derivation: Json) -> list[Json]:
    """The comparisons that a rule missed, with `unwanted` where it is being met that was wrong; nearest first.

    Of a rule that looks at lines those of the line that came nearest.
    """
    asked = [derivation["audience"], derivation["condition"]]
    found = [leaf for verdict in asked for leaf in _missed(verdict)]
    if not found:
        by_line = [_missed(line["condition"]) for line in derivation["lines"] if line["left_out"] == "condition"]
        found = min(by_line, key=lambda leaves: (len(leaves), _distances(leaves)), default=[])
    return sorted(found, key=distance)


def _missed(verdict: Json | None, *, unwanted: bool = False) -> list[Json]:
    if verdict is None or verdict["met"] != unwanted:
        return []
    if verdict["kind"] == "compare":
        return [{**verdict, "unwanted": unwanted}]
    if verdict["kind"] == "not":
        return _missed(verdict["parts"][0], unwanted=not unwanted)
    parts = [_missed(part, unwanted=unwanted) for part in verdict["parts"]]
    if (verdict["kind"] == "all") != unwanted:
        return [leaf for part in parts for leaf in part]
    return min((part for part in parts if part), key=lambda leaves: (len(leaves), _distances(leaves)), default=[])


def _distances(leaves: Iterable[Json]) -> list[Decimal]:
    return [distance(leaf) for leaf in leaves]


def distance(leaf: Json) -> Decimal:
    """How far a number was from the one that was asked for, as a part of that; infinite for all that is no number."""
    wanted = leaf.get("value")
    if leaf.get("amounts") is not None:
        wanted = leaf["amounts"].get(leaf["currency"])
    if leaf["seen_kind"] != "number" or not isinstance(wanted, str) or leaf["operator"] in ("in", "not_in"):
        return _FAR
    asked = Decimal(wanted)
    return abs(asked - Decimal(leaf["seen"])) / max(abs(asked), Decimal(1))


def nearest(derivations: Iterable[Json]) -> Json | None:
    """Of several rules the one that came nearest to giving something."""
    return min(derivations, key=_nearness, default=None)


def _nearness(derivation: Json) -> tuple[int, int, list[Decimal], str]:
    reason = derivation["reason"]
    rank = NEAREST.index(reason) if reason in NEAREST else len(NEAREST)
    leaves = missed(derivation)
    return (rank, len(leaves), _distances(leaves), derivation["rule"])
