"""Brings what was posted for a fact to what it is due by each rule: given, held, taken back or released.

The same for orders and for what members do besides buying.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from engine.awards import Award, AwardKey, points_start
from engine.caps import CapCounters, CounterKey, counter_key
from engine.giving import earn, earn_held, release
from engine.ledger import EffectKey, Ledger, MemberKey, PlannedTransaction
from engine.money import Money
from engine.program import Definition, ProgramVersion
from engine.rules.expiries import end_of, idle_days
from engine.rules.holds import held_until, release_moment
from engine.rules.outcomes import RuleOutcome
from engine.rules.records import record_of
from engine.taking import TakingPolicy, take_back
from engine.taking import expire_due as expire_lots

IDS_PER_OUTCOME = 5
"""At most an award, a transaction with its lot, and a release with its lot."""


class Source(NamedTuple):
    """The fact that awards are for."""

    program_id: int
    shop_id: int
    source: str
    source_id: str


@dataclass(slots=True)
class Work:
    """A fact of a member: who decides it and what it is due, with the awards that exist, by their rule."""

    source: Source
    owner: MemberKey
    version: ProgramVersion
    outcomes: tuple[RuleOutcome, ...]
    received_at: datetime
    changed_at: datetime
    """The newest thing known to have happened to it: when what follows the first posting occurred."""
    kind: str
    """What a transaction is called that gives points for it."""
    detail: dict[str, str]
    fulfilled_at: datetime | None = None
    delivered_at: datetime | None = None
    awards: dict[str, Award] = field(default_factory=dict)
    cut_by: dict[str, str] = field(default_factory=dict)
    """The cap that cut a rule's points just now, by the rule."""

    @property
    def definition(self) -> Definition:
        """What decides it."""
        return self.version.definition

    def key(self, rule: str) -> AwardKey:
        """The key of its award by a rule."""
        return AwardKey(*self.source, rule)

    def starts_at(self, outcome: RuleOutcome) -> datetime:
        """From when a rule's points live: from what they are for, which may be the order's sending. Fixed once."""
        award = self.awards.get(outcome.rule.handle)
        return points_start(outcome.occurred_at, self.received_at) if award is None else award.starts_at

    def release_at(self, outcome: RuleOutcome) -> datetime | None:
        """Until when its points are held by a rule, None where they are not."""
        zone = self.definition.zone
        return release_moment(outcome.rule.hold, self.starts_at(outcome), self.fulfilled_at, self.delivered_at, zone)

    def wants_more(self, outcome: RuleOutcome) -> bool:
        """Whether caps have to be asked."""
        award = self.awards.get(outcome.rule.handle)
        return bool(outcome.rule.caps) and outcome.desired > ((award and award.granted) or 0)

    def is_settled(self, outcome: RuleOutcome) -> bool:
        """Whether nothing is to be done for a rule: what is due is posted, no cap to ask, no hold changed."""
        award = self.awards.get(outcome.rule.handle)
        if award is None:
            return outcome.desired == 0
        held_as_before = not award.held or award.release_at == self.release_at(outcome)
        return held_as_before and not self.wants_more(outcome) and outcome.due(award.granted) == award.posted

    @property
    def open(self) -> list[RuleOutcome]:
        """The rules for which something is to be done."""
        return [outcome for outcome in self.outcomes if not self.is_settled(outcome)]


async def post(ledger: Ledger, works: Iterable[Work]) -> list[Award]:
    """Plan the postings of these facts, whose members are locked; returns the awards to be stored.

    Points are only taken from members whose due lots were expired first.
    """
    todo = [(work, outcome) for work in works for outcome in work.open]
    await ledger.draw_ids(IDS_PER_OUTCOME * len(todo))
    for work, outcome in todo:
        if outcome.rule.handle not in work.awards:
            work.awards[outcome.rule.handle] = _new_award(ledger, work, outcome)
    await _ask_caps(ledger, todo)
    await _load_losing(ledger, todo)
    for work, outcome in todo:
        if _loses(work, outcome):  # also lots that a release just made can be past their end already
            await expire_lots(ledger, [ledger.root(work.owner)])
        _post_outcome(ledger, work, outcome)
    return [work.awards[outcome.rule.handle] for work, outcome in todo]


async def _ask_caps(ledger: Ledger, todo: list[tuple[Work, RuleOutcome]]) -> None:
    asking = [(work, outcome) for work, outcome in todo if work.wants_more(outcome)]
    if not asking:
        return
    keys: set[CounterKey] = set()
    for work, outcome in asking:
        owner = ledger.root(work.owner)
        keys |= {counter_key(cap, owner, work.definition, outcome) for cap in outcome.rule.caps}
    counters = await CapCounters.open(ledger.connection, keys)
    for work, outcome in asking:
        award = work.awards[outcome.rule.handle]
        granted = counters.grant(work.definition, ledger.root(work.owner), outcome, award.granted)
        award.granted = granted.points
        if granted.cap is not None:
            work.cut_by[outcome.rule.handle] = granted.cap
    await counters.store(ledger.connection)


async def _load_losing(ledger: Ledger, todo: list[tuple[Work, RuleOutcome]]) -> None:
    losing = {work.awards[outcome.rule.handle].award_id: work.owner for work, outcome in todo if _loses(work, outcome)}
    if losing:
        await ledger.load_lots(losing.values(), losing)


def _loses(work: Work, outcome: RuleOutcome) -> bool:
    award = work.awards[outcome.rule.handle]
    return outcome.due(award.granted) < award.posted


def _post_outcome(ledger: Ledger, work: Work, outcome: RuleOutcome) -> None:
    award = work.awards[outcome.rule.handle]
    difference = outcome.due(award.granted) - award.posted
    if difference:
        planned = _planned(ledger, work, award, outcome, difference)
        starts_at, release_at = work.starts_at(outcome), work.release_at(outcome)
        if difference < 0:
            take_back(ledger, award, -difference, planned, taking_policy(work.definition))
        elif release_at is not None and release_at > ledger.now:
            earn_held(ledger, award, difference, planned)
        else:
            began_at = max(starts_at, release_at or starts_at)
            ends_at = end_of(outcome.rule.expiry, began_at, work.definition.zone)
            earn(ledger, award, difference, planned, began_at, ends_at)
        award.posted += difference
        award.revision += 1
    if award.held:
        award.release_at, award.held_until = work.release_at(outcome), held_until(outcome.rule.hold)
        if award.release_at is None or award.release_at <= ledger.now:
            release_award(ledger, award, work.definition, ledger.root(work.owner))


def release_award(ledger: Ledger, award: Award, definition: Definition, owner: MemberKey) -> None:
    """Plan the release of an award's held points (two ids); they live as long as their rule says, from its time."""
    rule = definition.rule(award.key.rule)
    # From when they were due, not from when somebody got to it: that must not depend on a worker's delay.
    began_at = points_start(award.release_at or ledger.now, ledger.now)
    ends_at = end_of(rule.expiry, began_at, definition.zone) if rule else award.expires_at
    planned = PlannedTransaction(
        owner, ledger.new_id(), "mature", 0, award.release_at or ledger.now, "program",
        program_version=award.program_version, detail={"released": str(award.held), "rule": award.key.rule},
    )  # fmt: skip
    release(ledger, award, planned, ends_at)


def taking_policy(definition: Definition) -> TakingPolicy:
    """How refunds take points back by a definition."""
    return TakingPolicy(definition.refunds.taking, definition.refunds.shortfall)


def _new_award(ledger: Ledger, work: Work, outcome: RuleOutcome) -> Award:
    idle, starts_at = idle_days(outcome.rule.expiry), work.starts_at(outcome)
    detail = {"idle_days": str(idle)} if idle else {}
    if starts_at != outcome.occurred_at:
        detail["starts_at"] = starts_at.isoformat()
    return Award(
        work.key(outcome.rule.handle), ledger.new_id(), work.version.version, work.owner.member_id,
        outcome.occurred_at, end_of(outcome.rule.expiry, starts_at, work.definition.zone), detail=detail, new=True,
    )  # fmt: skip


def _planned(ledger: Ledger, work: Work, award: Award, outcome: RuleOutcome, difference: int) -> PlannedTransaction:
    return PlannedTransaction(
        ledger.root(work.owner),
        ledger.new_id(),
        work.kind if difference > 0 else "clawback",
        difference,
        work.changed_at if award.revision else outcome.occurred_at,
        "program",
        award_id=award.award_id,
        program_version=award.program_version,
        detail=_detail(work, award, outcome),
        effect=EffectKey(*work.source[1:], outcome.rule.handle, award.revision),
    )


def _detail(work: Work, award: Award, outcome: RuleOutcome) -> dict[str, str]:
    """The numbers behind a transaction, for its member and for whoever asks why; nothing personal."""
    points = outcome.desired if award.granted is None else min(outcome.desired, award.granted)
    taken_back = points - outcome.due(award.granted)
    detail = {
        **work.detail,
        "rule": outcome.rule.handle,
        "title": outcome.rule.title,
        "points": str(points),
        "taken_back": str(taken_back),
    }
    if points < outcome.desired:
        detail |= {"desired": str(outcome.desired), "reason": f"cap:{work.cut_by.get(outcome.rule.handle, '')}"}
    if outcome.currency:
        detail["currency"] = outcome.currency
        detail["base"] = str(Money(outcome.base, outcome.currency).decimal())
        detail["refunded"] = str(Money(outcome.refunded, outcome.currency).decimal())
        detail["rate"] = str(outcome.rate)
    if outcome.factor is not None and outcome.factor != 1:
        detail["factor"] = str(outcome.factor)
    detail["derivation"] = record_of(outcome, award.granted, work.cut_by.get(outcome.rule.handle))
    return detail
