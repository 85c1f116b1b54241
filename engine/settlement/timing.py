"""What one side has in one statement and the other side in another: both book by their own day. Pure.

An open row "only theirs" of another statement is explained by our line here, and "only ours" by their row here, where
both sides say the same of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.partners.money import MICROS_PER_MINOR
from engine.settlement.matching import Group, GroupKey, Matching, difference_of
from engine.settlement.suspense_store import OpenRow


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """Groups that differ here and are explained by other statements, and the rows of those that end with it."""

    explained: frozenset[GroupKey]
    settled: tuple[int, ...]


def carried_over(matching: Matching, elsewhere: Iterable[OpenRow], tolerances: Mapping[str, int]) -> CarriedOver:
    """Find for open rows of other statements what explains them here; each row and each group is used once."""
    by_reference: dict[str, list[tuple[GroupKey, Group]]] = {}
    for key, group in [*matching.agreeing.items(), *matching.differing.items()]:
        if key in matching.agreeing or not (group.ours and group.theirs):
            by_reference.setdefault(key.reference, []).append((key, group))
    explained: set[GroupKey] = set()
    settled: list[int] = []
    for row in sorted(elsewhere, key=lambda one: one.row_id):
        for key, group in by_reference.get(row.reference, ()):
            tolerance = tolerances.get(key.currency, 0)
            if key not in explained and _explains(row, key, group) and _says_the_same(row, key, group, tolerance):
                settled.append(row.row_id)
                explained.add(key)
                break
    return CarriedOver(frozenset(explained & matching.differing.keys()), tuple(settled))


def _explains(row: OpenRow, key: GroupKey, group: Group) -> bool:
    """Whether a group of the same reference is about the same thing, and has the side that the row lacks."""
    if row.kind and key.kind and row.kind != key.kind:
        return False
    if row.problem == "only_theirs":
        return bool(group.ours)
    return row.problem == "only_ours" and bool(group.theirs) and not group.ours


def _says_the_same(row: OpenRow, key: GroupKey, group: Group, tolerance_minor: int) -> bool:
    here = difference_of(key, group)
    ours, theirs = (here.ours, row.theirs) if row.problem == "only_theirs" else (row.ours, here.theirs)
    stated = [name for name in ("points", "micros") if name in theirs]
    if ours.get("currency") != theirs.get("currency") or not stated:
        return False
    if "points" in stated and int(ours["points"]) != int(theirs["points"]):
        return False
    if "micros" not in stated:
        return True
    # A file that shows whole minor units has lost or gained half of one at most.
    rounding = 0 if int(theirs["micros"]) % MICROS_PER_MINOR else MICROS_PER_MINOR // 2
    return abs(int(ours["micros"]) - int(theirs["micros"])) <= max(tolerance_minor * MICROS_PER_MINOR, rounding)
