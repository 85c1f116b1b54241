"""Our lines of a statement against the rows of the partner's file. Pure.

A row of theirs is about the event that it names by its id, or about all events of a reference: of one kind where the
row says which, else of all kinds together. Both sides of such a group are added up and compared. A row may differ by
what was agreed, and by what rounding to whole minor units takes or gives: a file cannot show more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.partners.kinds import POINTS_RULES
from engine.partners.money import MICROS_PER_MINOR
from engine.settlement.suspense_store import Evidence, NewRow, SuspenseProblem

NAMED_MAXIMUM = 20
"""The most events or rows that a difference names one by one."""
_SIGNS: dict[str, int] = {kind: rule.sign for kind, rule in POINTS_RULES.items()}


@dataclass(frozen=True, slots=True)
class OurRow:
    """An event on our statement."""

    event_id: int
    reference: str | None
    kind: str
    currency: str
    points: int
    micros: int


@dataclass(frozen=True, slots=True)
class TheirRow:
    """A row of their file by its number; `kind` "" is all of the reference, None is not stated."""

    number: int
    reference: str
    kind: str
    currency: str
    points: int | None
    micros: int | None
    date: str = ""


@dataclass(frozen=True, slots=True, order=True)
class GroupKey:
    """What rows of both sides are about."""

    reference: str
    kind: str
    currency: str


@dataclass(slots=True)
class Group:
    """What both sides say of one thing."""

    ours: list[OurRow] = field(default_factory=list)
    theirs: list[TheirRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Matching:
    """What came of it: how many rows of theirs agree, about what, and where the two sides differ."""

    matched: int
    agreeing: dict[GroupKey, Group]
    differing: dict[GroupKey, Group]


def match(ours: Iterable[OurRow], theirs: Sequence[TheirRow], tolerances: Mapping[str, int]) -> Matching:
    """Put the rows of both sides together and compare each group; the result does not depend on their order.

    `tolerances` are by how many minor units of a currency a row of theirs may differ, 0 where none is given.
    """
    groups = _grouped(ours, theirs)
    agreeing = {key: group for key, group in groups.items() if agrees(key, group, tolerances.get(key.currency, 0))}
    differing = {key: group for key, group in sorted(groups.items()) if key not in agreeing}
    return Matching(sum(len(group.theirs) for group in agreeing.values()), agreeing, differing)


def agrees(key: GroupKey, group: Group, tolerance_minor: int) -> bool:
    """Whether both sides say the same of a group, of whatever their rows state."""
    if not group.ours or not group.theirs:
        return False
    stated = [row.points for row in group.theirs if row.points is not None]
    if stated and sum(stated) != points_of(key, group.ours):
        return False
    amounts = [row.micros for row in group.theirs if row.micros is not None]
    if not amounts:
        return bool(stated)
    difference = abs(sum(amounts) - sum(row.micros for row in group.ours))
    return difference <= max(len(amounts) * tolerance_minor * MICROS_PER_MINOR, _rounding(group, amounts))


def points_of(key: GroupKey, ours: Iterable[OurRow]) -> int:
    """Points of our side: as they are where it is about one kind, else netted by who owes for them."""
    if key.kind:
        return sum(row.points for row in ours)
    return sum(_SIGNS.get(row.kind, 1) * row.points for row in ours)


def difference_of(key: GroupKey, group: Group) -> NewRow:
    """A group that does not agree, as a row for people to look into."""
    problem: SuspenseProblem = "only_theirs" if not group.ours else "different" if group.theirs else "only_ours"
    event_id = group.ours[0].event_id if len(group.ours) == 1 else None
    ours, theirs = _our_evidence(key, group), _their_evidence(key, group)
    return NewRow(problem, key.reference, key.kind, event_id, ours, theirs, key.currency)


def _rounding(group: Group, amounts: Sequence[int]) -> int:
    """How much whole minor units can be off: half of one for each event of ours that has a part of one."""
    if any(amount % MICROS_PER_MINOR for amount in amounts):
        return 0
    return sum(1 for row in group.ours if row.micros % MICROS_PER_MINOR) * MICROS_PER_MINOR // 2


def _grouped(ours: Iterable[OurRow], theirs: Sequence[TheirRow]) -> dict[GroupKey, Group]:
    named: dict[str, set[str]] = {}
    for row in theirs:
        named.setdefault(row.reference, set()).add(row.kind)
    groups: dict[GroupKey, Group] = {}
    known = list(ours)
    references = {mine.reference for mine in known}
    for mine in known:
        groups.setdefault(_our_key(mine, named, references), Group()).ours.append(mine)
    for other in theirs:
        kind = "" if "" in named[other.reference] else other.kind
        groups.setdefault(GroupKey(other.reference, kind, other.currency), Group()).theirs.append(other)
    return groups


def _our_key(row: OurRow, named: dict[str, set[str]], references: set[str | None]) -> GroupKey:
    """By its reference, unless the file names the event by its id; a number that is a reference of ours names that."""
    by_id, reference = str(row.event_id), row.reference
    if reference is None or (reference not in named and by_id in named and by_id not in references):
        reference = by_id
    kind = "" if "" in named.get(reference, ()) else row.kind
    return GroupKey(reference, kind, row.currency)


def _our_evidence(key: GroupKey, group: Group) -> Evidence:
    if not group.ours:
        return {}
    return {
        "events": [str(event_id) for event_id in sorted(row.event_id for row in group.ours)[:NAMED_MAXIMUM]],
        "currency": key.currency, "points": str(points_of(key, group.ours)),
        "micros": str(sum(row.micros for row in group.ours)),
    }  # fmt: skip


def _their_evidence(key: GroupKey, group: Group) -> Evidence:
    if not group.theirs:
        return {}
    points = [row.points for row in group.theirs if row.points is not None]
    micros = [row.micros for row in group.theirs if row.micros is not None]
    dates = sorted({row.date for row in group.theirs if row.date})[:NAMED_MAXIMUM]
    return {
        "rows": sorted(row.number for row in group.theirs)[:NAMED_MAXIMUM], "currency": key.currency,
        **({"points": str(sum(points))} if points else {}), **({"micros": str(sum(micros))} if micros else {}),
        **({"dates": dates} if dates else {}),
    }  # fmt: skip
