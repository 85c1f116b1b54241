"""What a membership has been through in business time: stretches that are paid for, pauses, a contract's standing.

Bought and granted time waits while a contract's period runs, so that none of it is lost. A pause moves what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.memberships.definitions import Interval, Way
from engine.memberships.facts import MembershipFact
from engine.memberships.periods import SECOND, advance, seconds_later
from engine.rules.days import LAST_MOMENT


@dataclass(slots=True)
class Stretch:
    """A stretch of membership and the fact that gave it.

    `anchor` and `intervals`: it ends so many intervals after the anchor; None where something moved it.
    """

    start: datetime
    end: datetime
    way: Way
    fact: MembershipFact
    trial: bool = False
    interval: Interval | None = None
    anchor: datetime | None = None
    intervals: int = 0

    def moved(self, by: timedelta) -> Stretch:
        """The same stretch some time later; it no longer follows its anchor."""
        if not by:
            return self
        start, end = (seconds_later(at, by // SECOND) + by % SECOND for at in (self.start, self.end))
        return replace(self, start=min(start, LAST_MOMENT), end=min(end, LAST_MOMENT), anchor=None)


@dataclass(slots=True)
class Run:
    """A membership from joining to its end, with the gaps that did not count."""

    started_at: datetime
    ended_at: datetime
    gaps: list[tuple[datetime, datetime]] = field(default_factory=list)


@dataclass(slots=True)
class Contract:
    """A contract: whether it goes on, which cycles were paid or skipped, and which failed."""

    contract_id: int
    shop_id: int
    opened_at: datetime
    closed_at: datetime | None = None
    paid_cycles: set[int] = field(default_factory=set)
    settled_cycle: int = 0
    failed_cycle: int = 0
    skipped_at: datetime | None = None
    skipped_until: datetime | None = None
    given_back: bool = False
    """Whether its newest period was refunded, wholly or in part."""

    @property
    def failing(self) -> bool:
        """Whether the payment that is due was tried and failed."""
        return self.failed_cycle > self.settled_cycle


@dataclass(slots=True)
class Pause:
    """A pause; `held` is what is left, as if it went on at `since`."""

    since: datetime
    until: datetime | None
    held: list[Stretch]


class Timeline:
    """The stretches of one plan, brought forward fact by fact in business time."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.stretches: list[Stretch] = []
        self.runs: list[Run] = []
        self.pause: Pause | None = None
        self.contracts: dict[int, Contract] = {}
        self.canceling = False
        self.canceled_at: datetime | None = None

    @property
    def end(self) -> datetime | None:
        """Where what is paid for ends, without what a pause holds."""
        return self.stretches[-1].end if self.stretches else None

    @property
    def contract_end(self) -> datetime | None:
        """Where the periods that contracts were paid for end."""
        return next((one.end for one in reversed(self.stretches) if one.way == "contract"), None)

    @property
    def contract(self) -> Contract | None:
        """The newest contract, before others one that goes on."""
        return max(
            self.contracts.values(),
            key=lambda one: (one.closed_at is None, one.opened_at, one.contract_id),
            default=None,
        )

    @property
    def open_contract(self) -> Contract | None:
        """The contract that goes on, if one does."""
        newest = self.contract
        return newest if newest is not None and newest.closed_at is None else None

    def running(self, moment: datetime) -> bool:
        """Whether there is a membership that something may be done to."""
        going = self.end is not None and self.end > moment
        return going or self.pause is not None or self.open_contract is not None

    def forward(self, moment: datetime) -> None:
        """Let time pass: a pause with an end is over by itself."""
        if self.pause is not None and self.pause.until is not None and self.pause.until <= moment:
            self.resume(self.pause.until)

    def add_bought(
        self, moment: datetime, fact: MembershipFact, way: Way, interval: Interval | None, count: int, seconds: int,
        kept: tuple[int, int],
    ) -> None:  # fmt: skip
        """Append `count` intervals, or so many seconds, less what was taken back of them: kept = (taken, of)."""
        line = self.stretches if self.pause is None else self.pause.held
        at = moment if self.pause is None else self.pause.since
        start = max(line[-1].end, at) if line else at
        anchor, intervals = start, count
        if interval is None:
            end = seconds_later(start, seconds)
        else:
            last = line[-1] if line else None
            if last is not None and last.end == start and last.anchor is not None and last.interval == interval:
                anchor, intervals = last.anchor, last.intervals + count
            end = advance(anchor, interval, intervals, self.zone)
        taken, whole = kept
        follows = interval is not None and not taken
        if taken:
            end -= rounded((end - start) // SECOND * taken, whole) * SECOND
        if end <= start:
            return
        added = Stretch(start, end, way, fact, False, interval, anchor if follows else None, intervals)
        if self.pause is None:
            self._begin(start)
        line.append(added)
        self._extend()
        if self.open_contract is None:
            self.canceling = False

    def add_period(self, moment: datetime, fact: MembershipFact, start: datetime, end: datetime, trial: bool) -> None:
        """Put a contract's period where it belongs; bought time that was not used by then goes on after it."""
        if self.pause is not None:
            length, start = end - start, self.pause.since
            before = [one for one in self.pause.held if one.way == "contract"]
            rest = [one for one in self.pause.held if one.way != "contract"]
            start = before[-1].end if before else start
            moved = rest[0].start if rest else start
            self.pause.held = [*before, Stretch(start, start + length, "contract", fact, trial)]
            self.pause.held += [one.moved(start + length - moved) for one in rest]
            return
        paid_until = self.contract_end
        cut = max(at for at in (moment, paid_until, start) if at is not None)
        rest = self._split(cut)
        done = self.stretches[-1].end if self.stretches else None
        begin = max(at for at in (start, paid_until, done) if at is not None)
        if end > begin:
            self._begin(begin)
            self.stretches.append(Stretch(begin, end, "contract", fact, trial))
        if rest:
            by = max(end, rest[0].start) - rest[0].start
            self.stretches += [one.moved(by) for one in rest]
        self._extend()

    def start_pause(self, moment: datetime, until: datetime | None) -> None:
        """Stop at a moment, until another where one is given; a further pause changes only that."""
        if not self.running(moment) or (until is not None and until <= moment):
            return
        if self.pause is not None:
            self.pause.until = until
            return
        self.pause = Pause(moment, until, self._split(moment))
        self._extend()

    def resume(self, moment: datetime) -> None:
        """Go on at a moment: what is left moves by the length of the pause."""
        pause, self.pause = self.pause, None
        if pause is None:
            return
        if pause.held:
            moved = [one.moved(moment - pause.since) for one in pause.held]
            self._begin(moved[0].start, goes_on=True)
            self.stretches += moved
            self._extend()

    def stop(self, moment: datetime) -> None:
        """End it at once, whatever was paid for."""
        if not self.running(moment):
            return
        self._split(moment)
        self.pause, self.canceling, self.canceled_at = None, False, moment
        for contract in self.contracts.values():
            contract.closed_at = contract.closed_at or moment
        self._extend()

    def cut(self, moment: datetime) -> None:
        """Take away what lies after a moment, without any further effect."""
        self._split(moment)
        self._extend()

    def leave_contract(self, moment: datetime) -> None:
        """End a contract's periods at a moment; bought time goes on from there."""
        rest = [one for one in self._split(moment) if one.way != "contract"]
        if rest:
            self.stretches += [one.moved(moment - rest[0].start) for one in rest]
        self._extend()

    def _begin(self, start: datetime, *, goes_on: bool = False) -> None:
        """A run begins with the first stretch after an end; within a run, what was not paid for is a gap."""
        end, contract = self.end, self.open_contract
        if end is not None and self.canceled_at is None:
            goes_on |= end >= start or (contract is not None and contract.opened_at <= end)
        if not self.runs or not goes_on:
            self.runs = [run for run in self.runs if run.started_at < start]
            self.runs.append(Run(start, start))
            self.canceled_at = None
        elif end is not None and end < start:
            self.runs[-1].gaps.append((end, start))

    def _extend(self) -> None:
        if self.runs:
            run = self.runs[-1]
            run.ended_at = max(run.started_at, self.end or run.started_at)

    def _split(self, moment: datetime) -> list[Stretch]:
        """Take out what lies after a moment; a stretch that runs then is cut in two."""
        before: list[Stretch] = []
        after: list[Stretch] = []
        for one in self.stretches:
            if one.end <= moment:
                before.append(one)
            elif one.start >= moment:
                after.append(one)
            else:
                before.append(replace(one, end=moment, anchor=None))
                after.append(replace(one, start=moment))
        self.stretches = before
        return after


def rounded(amount: int, denominator: int) -> int:
    """amount ÷ denominator, halves to the even neighbor."""
    quotient, remainder = divmod(amount, denominator)
    twice = 2 * remainder
    return quotient + (1 if twice > denominator or (twice == denominator and quotient % 2) else 0)
