"""A definition run over the shop's own orders: what it would have given, to whom, and at which cost.

The orders go through the same pure functions as live ones, with the facts that they were decided from, their refunds
and edits included, and caps are taken in the order in which they were decided. A definition that is live gives
exactly what the ledger holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.cap_replay import Claim, Counters, claim_of, counters_of
from engine.caps import CounterKey
from engine.order_awards import asks_for_tenders
from engine.past_orders import PastOrder, facts_as_of_today, lacking_facts, newest_orders, order_turns
from engine.publishing import versions
from engine.rules.deciding import decide_order
from engine.rules.definitions import Definition
from engine.rules.order_state import net_sales

ORDERS_MAXIMUM = 50_000
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Change:
    """Points of one member, or of one order, before and after."""

    before: int
    after: int
    member_id: int
    shop_id: int | None = None
    order_id: int | None = None

    @property
    def difference(self) -> int:
        """Above zero for a gain."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a definition would have given for the orders from `covered_since` until before `until`.

    `truncated` says that there were more than may be tried at once; the newest were. `as_of_today` names the facts that
    the definition asks for and nobody stored when the orders were decided, so that today's were taken. `really_decided`
    orders were decided by the very same definition: theirs are the ledger's points. `undecided` ones wait to be told
    how they were paid. Costs are in whole units of `currency`.
    """

    since: datetime
    until: datetime
    covered_since: datetime | None
    orders: int
    really_decided: int
    undecided: int
    truncated: bool
    as_of_today: tuple[str, ...]
    points_before: int
    points_after: int
    by_rule: Mapping[str, int]
    gaining: int
    losing: int
    unchanged: int
    top_gains: tuple[Change, ...]
    top_losses: tuple[Change, ...]
    changed_orders: int
    changed_examples: tuple[Change, ...]
    net_sales_minor: Mapping[str, int]
    """Goods sold less refunds, by the shop's currency, in minor units."""

    value_per_point: Decimal
    currency: str | None

    @property
    def cost_before(self) -> Decimal:
        """What the points given are worth."""
        return self.points_before * self.value_per_point

    @property
    def cost_after(self) -> Decimal:
        """What the points would be worth that the definition gives."""
        return self.points_after * self.value_per_point

    def margin_share(self, cost: Decimal, exponent: int) -> Decimal | None:
        """A cost as a part of the net sales in its currency, to six decimals; None without such sales.

        It is what the program takes from the margin: 0.05 is five points of a hundred.
        """
        sales = Decimal(self.net_sales_minor.get(self.currency or "", 0)).scaleb(-exponent)
        return (cost / sales).quantize(Decimal("0.000001"), ROUND_HALF_EVEN) if sales > 0 else None


@dataclass(slots=True)
class _Run:
    """What is gathered from page to page; no order stays in memory, only what it gave and claims."""

    claims: list[Claim] = field(default_factory=list)
    before: dict[tuple[int, int], int] = field(default_factory=dict)
    members: dict[tuple[int, int], int] = field(default_factory=dict)
    decided: dict[tuple[int, int], tuple[datetime, int]] = field(default_factory=dict)
    really_taken: Counter[CounterKey] = field(default_factory=Counter)
    sales: Counter[str] = field(default_factory=Counter)
    oldest: datetime | None = None
    undecided: int = 0
    really_decided: int = 0
    lacking: set[str] = field(default_factory=set)


async def backtest(
    connection: AsyncConnection,
    program_id: int,
    definition: Definition,
    since: datetime,
    until: datetime,
    *,
    most_orders: int = ORDERS_MAXIMUM,
    value_per_point: Decimal = Decimal(0),
    currency: str | None = None,
) -> Backtest:
    """Run a definition over a program's paid orders of members. Raises ValueError for bounds that make no sense."""
    if not 0 < most_orders <= ORDERS_MAXIMUM or since >= until or value_per_point < 0:
        raise ValueError("a backtest is of 1 to 50,000 orders, from one moment until a later one")
    published = {one.version: one.definition for one in await versions(connection, program_id)}
    turns = await order_turns(connection, program_id, since, until) if definition.needs.order_number else {}
    run, seen = _Run(), 0
    async for page in newest_orders(connection, program_id, since, until, most_orders + 1):
        kept = page[: most_orders - seen]
        seen += len(page)
        await _try(connection, definition, published, kept, turns, run)
    counters = await _counters(connection, run)
    places = _places(run.decided)
    counters.replay(sorted(run.claims, key=lambda one: (one.award_id or places[one.order][0], places[one.order])))
    return _report(run, definition, since, until, seen > most_orders, value_per_point, currency)


async def _try(
    connection: AsyncConnection,
    definition: Definition,
    published: Mapping[int, Definition],
    orders: Sequence[PastOrder],
    turns: Mapping[tuple[int, int], int],
    run: _Run,
) -> None:
    versions_of = [published.get(one.known.decided_version or 0) for one in orders]
    lacking = [lacking_facts(definition.needs, one.needs if one else None) for one in versions_of]
    run.lacking |= {name for one in lacking for name, lacks in one.model_dump().items() if lacks}
    facts = await facts_as_of_today(connection, orders, lacking, turns)
    same = {version for version, one in published.items() if one == definition}
    for past, known in zip(orders, facts, strict=True):
        state, key = past.known.state(), (past.known.key.shop_id, past.known.key.order_id)
        assert state is not None
        run.oldest = state.order.occurred_at
        run.members[key] = past.member_id
        run.before[key] = sum(award.posted for award in past.awards.values())
        run.sales[state.order.currency] += net_sales(state)
        run.decided[key] = (state.order.occurred_at, past.decided_as)
        if past.known.decided_version is None and state.order.tenders is None and asks_for_tenders(definition):
            run.undecided += 1
            continue
        as_it_was = past.known.decided_version in same
        run.really_decided += as_it_was
        if not as_it_was:
            for rule, award in past.awards.items():
                for _, counter in counters_of(past, rule, published[award.version]):
                    run.really_taken[counter] += award.granted or 0
        outcomes = decide_order(definition, state, known).outcomes
        run.claims += [claim_of(past, one, definition, as_it_was=as_it_was) for one in outcomes]


def _places(decided: Mapping[tuple[int, int], tuple[datetime, int]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Each order's place in the order of decisions; one that was given nothing follows those that happened before."""
    places: dict[tuple[int, int], tuple[int, int]] = {}
    latest = 0
    for place, (key, (_, decided_as)) in enumerate(sorted(decided.items(), key=lambda one: (one[1][0], one[0]))):
        latest = max(latest, decided_as)
        places[key] = (decided_as or latest, place)
    return places


_COUNTERS = BulkStatement(
    {"program_id": "bigint", "cap": "text", "member_id": "bigint", "period": "text"},
    """SELECT c.program_id, c.cap, c.member_id, c.period, c.used
    FROM given JOIN cap_counters c USING (program_id, cap, member_id, period)""",
)


async def _counters(connection: AsyncConnection, run: _Run) -> Counters:
    """The counters without what the replayed orders really took: what other orders and events took stays taken."""
    keys = sorted({key for claim in run.claims for _, key in claim.keys})
    counters = Counters({CounterKey(*row[:4]): row.used for row in await _COUNTERS.run(connection, keys)})
    for key, points in run.really_taken.items():
        counters.give_back(key, points)
    return counters


def _report(
    run: _Run,
    definition: Definition,
    since: datetime,
    until: datetime,
    truncated: bool,
    value_per_point: Decimal,
    currency: str | None,
) -> Backtest:
    after: Counter[tuple[int, int]] = Counter()
    by_rule = Counter({rule.handle: 0 for rule in definition.order_rules if rule.formula.kind != "multiply"})
    for claim in run.claims:
        after[claim.order] += claim.due
        by_rule[claim.rule] += claim.due
    orders = [
        Change(before, after[key], run.members[key], *key)
        for key, before in run.before.items()
    ]  # fmt: skip
    members = _by_member(orders)
    changed = [one for one in orders if one.difference]
    gains = sorted((one for one in members if one.difference > 0), key=lambda one: (-one.difference, one.member_id))
    losses = sorted((one for one in members if one.difference < 0), key=lambda one: (one.difference, one.member_id))
    return Backtest(
        since, until, run.oldest, len(orders), run.really_decided, run.undecided, truncated, tuple(sorted(run.lacking)),
        sum(run.before.values()), sum(after.values()), dict(by_rule), len(gains), len(losses),
        len(members) - len(gains) - len(losses), tuple(gains[:SHOWN]), tuple(losses[:SHOWN]), len(changed),
        tuple(changed[:SHOWN]), dict(run.sales), value_per_point, currency,
    )  # fmt: skip


def _by_member(orders: Sequence[Change]) -> list[Change]:
    before: Counter[int] = Counter()
    after: Counter[int] = Counter()
    for one in orders:
        before[one.member_id] += one.before
        after[one.member_id] += one.after
    return [Change(before[member_id], after[member_id], member_id) for member_id in before]
