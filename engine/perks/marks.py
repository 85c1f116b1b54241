"""What a shop's customer shows of their standing: the metafield that Liquid reads and the tags that segments use.

What is wanted is written by whatever changes a standing; the worker brings the shop to the newest of it. A tag that was
on the customer before is the merchant's: it is neither added nor ever taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.perks.definitions import CustomerTag
from engine.perks.entitlements import Entitlements

FAILURE_MAXIMUM = 200

Json = dict[str, Any]
NO_STANDING: Json = {"tier": None, "tier_name": None, "plan": None, "plan_until": None}


def wanted_of(entitlements: Entitlements, now: datetime) -> Json:
    """What a customer should show: `standing` (the metafield's value) and `tags`."""
    plans = [(plan, end) for plan, end in entitlements.plans if end is None or now < end]
    plan, until = max(plans, key=_last_end, default=(None, None))
    tags = sorted({perk.tag for _, perk in entitlements.at(now) if isinstance(perk, CustomerTag)})
    standing: Json = {
        "tier": entitlements.tier,
        "tier_name": entitlements.tier_name,
        "plan": plan,
        "plan_until": _text(until),
    }
    if len(plans) > 1:
        standing["plans"] = [{"plan": handle, "until": _text(end)} for handle, end in sorted(plans, key=_first)]
    return {"standing": standing, "tags": tags}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _first(plan: tuple[str, datetime | None]) -> str:
    return plan[0]


def _last_end(plan: tuple[str, datetime | None]) -> tuple[bool, float, str]:
    """The plan that lasts longest, one without an end before all."""
    handle, end = plan
    return (end is None, 0.0 if end is None else end.timestamp(), handle)


def is_nothing(wanted: Json) -> bool:
    """Whether there is nothing to be shown, so that who never showed anything needs no mark."""
    return wanted == {"standing": NO_STANDING, "tags": []}


@dataclass(frozen=True, slots=True)
class Mark:
    """A customer's mark. `ours` are the tags that the app put on them, `adding` those it began to put on."""

    program_id: int
    mark_id: int
    shop_id: int
    customer_id: int
    wanted: Json
    standing: Json | None
    ours: tuple[str, ...]
    adding: tuple[str, ...]

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that are wanted."""
        return tuple(self.wanted["tags"])

    @property
    def tags_differ(self) -> bool:
        """Whether the customer's tags have to be looked at: one is wanted or gone, or nobody knows what was added."""
        return bool(self.adding) or folded(self.ours) != folded(self.tags)

    @property
    def standing_differs(self) -> bool:
        """Whether the metafield is to be written. One that was never written and says nothing is not."""
        return bool(self.wanted["standing"] != (self.standing or NO_STANDING))


@dataclass(frozen=True, slots=True)
class TagPlan:
    """Which tags to put on a customer and which to take off, and which are the app's after that."""

    add: tuple[str, ...]
    remove: tuple[str, ...]

    def ours(self, mark: Mark) -> tuple[str, ...]:
        """The app's own tags once this is done."""
        return tuple(sorted({*mark.ours, *mark.adding, *self.add}.difference(self.remove)))


def folded(tags: Iterable[str]) -> set[str]:
    """Tags as the shop compares them: it knows no case."""
    return {tag.casefold() for tag in tags}


def plan_tags(mark: Mark, present: Iterable[str]) -> TagPlan:
    """What differs between the wanted tags and those on the customer now."""
    there, wanted = folded(present), folded(mark.tags)
    own = (*mark.ours, *mark.adding)
    add = tuple(tag for tag in mark.tags if tag.casefold() not in there)
    remove = tuple(sorted({tag for tag in own if tag.casefold() not in wanted}))
    return TagPlan(add, remove)


_READ = """
    SELECT program_id, mark_id, shop_id, customer_id, wanted, shown FROM customer_marks
    WHERE program_id = :program_id AND mark_id = :mark_id
"""
_BEGIN = text("""
    UPDATE customer_marks SET shown = CAST(:shown AS jsonb) WHERE program_id = :program_id AND mark_id = :mark_id
""")
_SHOWN = text("""
    UPDATE customer_marks SET shown = CAST(:shown AS jsonb), shown_at = now(), failure = NULL
    WHERE program_id = :program_id AND mark_id = :mark_id
""")
_FAILED = text("""
    UPDATE customer_marks SET failure = :failure WHERE program_id = :program_id AND mark_id = :mark_id
""")
_TAGS_DONE = text("""
    UPDATE perk_deliveries SET
        state = CASE WHEN state = 'revoking' THEN 'revoked' ELSE 'delivered' END,
        delivered_at = CASE WHEN state = 'revoking' THEN delivered_at ELSE now() END,
        revoked_at = CASE WHEN state = 'revoking' THEN now() ELSE NULL END, failure = NULL
    WHERE program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id AND kind = 'customer_tag'
    AND (state = 'revoking' OR (state IN ('waiting', 'failed') AND value ->> 'tag' = ANY(:tags)))
""")
_TAGS_FAILED = text("""
    UPDATE perk_deliveries SET state = 'failed', failure = :failure
    WHERE program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id AND kind = 'customer_tag'
    AND state = 'waiting'
""")


async def mark_of(connection: AsyncConnection, program_id: int, mark_id: int, *, lock: bool = False) -> Mark | None:
    """A mark by its id; None once its customer was erased."""
    statement = text(f"{_READ} FOR UPDATE" if lock else _READ)
    row = (await connection.execute(statement, {"program_id": program_id, "mark_id": mark_id})).one_or_none()
    if row is None:
        return None
    shown: Mapping[str, Any] = row.shown or {}
    return Mark(
        row.program_id, row.mark_id, row.shop_id, row.customer_id, row.wanted, shown.get("standing"),
        tuple(shown.get("tags", ())), tuple(shown.get("adding", ())),
    )  # fmt: skip


async def begin_adding(connection: AsyncConnection, mark: Mark, tags: Iterable[str]) -> None:
    """Write down which tags are about to be put on: also when nobody hears what came of it, they are the app's."""
    shown = {"standing": mark.standing, "tags": mark.ours, "adding": sorted({*mark.adding, *tags})}
    await connection.execute(_BEGIN, {**_key(mark), "shown": orjson.dumps(shown).decode()})


async def mark_shown(connection: AsyncConnection, mark: Mark, ours: Iterable[str]) -> bool:
    """The shop shows what this mark wanted; False when something else is wanted by now."""
    newest = await _still_wanted(connection, mark)
    shown = {"standing": mark.wanted["standing"], "tags": sorted(ours)}
    await connection.execute(_SHOWN, {**_key(mark), "shown": orjson.dumps(shown).decode()})
    if newest:
        await connection.execute(_TAGS_DONE, {**_customer(mark), "tags": list(mark.tags)})
    return newest


async def mark_failed(connection: AsyncConnection, mark: Mark, failure: str) -> bool:
    """The shop will not show it; why is told to the merchant. False when something else is wanted by now."""
    newest, reason = await _still_wanted(connection, mark), failure[:FAILURE_MAXIMUM]
    await connection.execute(_FAILED, {**_key(mark), "failure": reason})
    if newest:
        await connection.execute(_TAGS_FAILED, {**_customer(mark), "failure": reason})
    return newest


async def _still_wanted(connection: AsyncConnection, mark: Mark) -> bool:
    """Whether nothing newer is wanted; whoever wants something waits until this transaction ends."""
    now = await mark_of(connection, mark.program_id, mark.mark_id, lock=True)
    return now is None or now.wanted == mark.wanted


def _key(mark: Mark) -> Json:
    return {"program_id": mark.program_id, "mark_id": mark.mark_id}


def _customer(mark: Mark) -> Json:
    return {"program_id": mark.program_id, "shop_id": mark.shop_id, "customer_id": mark.customer_id}
