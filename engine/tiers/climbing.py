"""A member's way up and down the ladder, one moment after the other; `folding` says the rules in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.rules.days import days_later
from engine.tiers.calendars import term_end
from engine.tiers.definitions import TierProgram
from engine.tiers.facts import TierFacts, TierVersion, in_force
from engine.tiers.frames import LAST_INSTANT, Frame
from engine.tiers.periods import NeverEnds, Term
from engine.tiers.proofs import Basis, Proof
from engine.tiers.standing import Entry, Reason, TierChange
from engine.tiers.timelines import Counts, Delta

_ENDLESS = NeverEnds()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member is: a tier and its running term.

    `begins_at` is what terms are reckoned from, `turn` which one it is; `landing` where the member falls at the grace's
    end, at least.
    """

    rank: int
    since: datetime
    term_from: datetime
    begins_at: datetime
    term: Term = _ENDLESS
    turn: int = 1
    valid_until: datetime | None = None
    grace_until: datetime | None = None
    landing: int = 0
    basis: Basis | None = None


class Climb:
    """All that happened to a member up to a moment, as far as facts are known at `known`."""

    def __init__(self, facts: TierFacts, begins_at: datetime, known: datetime, *, as_if_never: bool = False) -> None:
        self.facts, self.known, self._as_if_never = facts, known, as_if_never
        self._begins_at = begins_at
        self._proof = Proof(facts)
        self._versions = in_force(facts.versions)
        self._in_force = sum(one.effective_from <= begins_at for one in self._versions) - 1
        self._began_with = self._in_force
        self.frame = self._frame(self._versions[self._in_force])
        self.first_tier = self.frame.program.tiers[0].handle
        self.place = Place(0, begins_at, begins_at, begins_at)
        self.lost: set[str] = set()
        self.entries: list[Entry] = []
        self.changes: list[TierChange] = []
        self._times: dict[str, int] = {}
        self.frame.move(begins_at)
        self._rise(begins_at)

    def go(self, until: datetime) -> None:
        """Let everything happen up to and including a moment."""
        while True:
            due = self.due
            fact = min((at for at in (self.frame.actual.next_at, self.next_version_at) if at is not None), default=None)
            if due is not None and due <= until and (fact is None or due <= fact):
                self._end(due)
            elif fact is not None and fact <= until:
                self._learn(fact)
            else:
                self.frame.narrow(until)
                return

    @property
    def due(self) -> datetime | None:
        """When the running term or its grace ends."""
        return self.place.grace_until or self.place.valid_until

    @property
    def next_version_at(self) -> datetime | None:
        """When the next version of the tiers comes into force."""
        later = self._versions[self._in_force + 1 : self._in_force + 2]
        return later[0].effective_from if later else None

    def _frame(self, version: TierVersion) -> Frame:
        return Frame(version, self.facts, self.known, as_if_never=self._as_if_never)

    def _learn(self, moment: datetime) -> None:
        """What a fact or a new version changes at once."""
        moved = self.frame.move(moment)
        changed = self.next_version_at == moment and self._change_version(moment)
        if moved.lowered and self.frame.program.after_hold == "recompute" and self.place.rank and not self._as_if_never:
            self._take_back(moment, moved.lowered)
        if not moved.raised and not changed:
            return
        if not self._rise(moment) and self.place.grace_until is not None and self._retains(self.frame.actual.counts):
            self._renew(moment)

    def _retains(self, counts: Counts) -> bool:
        return self.frame.program.checks[self.place.rank]["retain"](counts)

    def _rise(self, moment: datetime) -> bool:
        """Up at once: to the highest tier whose requirement is met; every tier on the way is entered."""
        low = self.place.rank
        rank, asked = self.frame.highest(self.frame.foreseen.counts, self.lost, low)
        if rank == low:
            return False
        for passed in range(low + 1, rank + 1):
            self._enter(passed, moment)
        self._note(moment, self.frame.program.tiers[low].handle, rank, "reached")
        self.place = self._placed(rank, moment, Basis(asked, moment), renewed=False)
        return True

    def _enter(self, rank: int, moment: datetime) -> None:
        program, tier = self.frame.program, self.frame.program.tiers[rank]
        ordinal = self._times[tier.handle] = self._times.get(tier.handle, 0) + 1
        if ordinal == 1 or program.entry_rewards == "each_time":
            given = (tier.entry_points, tier.entry_days, self.frame.version.version)
            self.entries.append(Entry(tier.handle, tier.name, moment, ordinal, *given))

    def _note(self, moment: datetime, came_from: str, rank: int, reason: Reason) -> None:
        self.changes.append(TierChange(moment, came_from, self.frame.program.tiers[rank].handle, reason))

    def _placed(self, rank: int, moment: datetime, basis: Basis | None, *, renewed: bool) -> Place:
        """A new term of a tier from a moment on. The lowest tier has no end."""
        term = self.frame.program.term if rank else _ENDLESS
        end = term_end(term, moment, 1, self.frame.joined, self.facts.zone, renewed=renewed)
        return Place(rank, moment, moment, moment, term, valid_until=end, basis=basis)

    def _end(self, moment: datetime) -> None:
        """The running term ends, or its grace."""
        counts = self.frame.counts_just_before(moment)
        if self.place.grace_until is None and self._retains(counts):
            self._renew(moment - LAST_INSTANT)
            return
        earned, _ = self.frame.highest(counts, self.lost, 0, self.place.rank - 1)
        if self.place.grace_until is None and self.frame.program.grace_days:
            grace_until = days_later(moment, self.frame.program.grace_days, self.facts.zone)
            self.place = replace(self.place, grace_until=grace_until, landing=earned)
        else:
            self._fall(moment, max(earned, min(self.place.landing, self.place.rank - 1)))

    def _renew(self, last_counted: datetime) -> None:
        """A new term of the same tier, reckoned from the end of the one before, also where grace came in between."""
        ended, term = self.place.valid_until, self.frame.program.term
        assert ended is not None
        same = term == self.place.term
        begins_at, turn = (self.place.begins_at, self.place.turn + 1) if same else (ended, 1)
        reckoned = begins_at if term.kind == "lasts" else ended
        end = term_end(term, reckoned, turn, self.frame.joined, self.facts.zone, renewed=True)
        self.place = replace(
            self.place, term_from=ended, begins_at=begins_at, term=term, turn=turn, grace_until=None,
            valid_until=end if end is None or end > ended else None, basis=Basis("retain", last_counted),
        )  # fmt: skip

    def _fall(self, moment: datetime, earned: int) -> None:
        """Down at the term's end, as far as the program says; `earned` is the highest tier below that is met."""
        program, rank = self.frame.program, self.place.rank
        target = {"one_down": rank - 1, "recompute": earned, "to_base": 0}[program.downgrade]
        if program.soft_landing:
            target = max(target, rank - 1)
        self.lost.update(tier.handle for tier in program.tiers[target + 1 : rank + 1])
        self._note(moment, program.tiers[rank].handle, target, "term_ended")
        basis = Basis("enter", moment - LAST_INSTANT) if 0 < target <= earned else None
        self.place = self._placed(target, moment, basis, renewed=True)

    def _take_back(self, moment: datetime, lowered: Sequence[Delta]) -> None:
        """A refund after the hold, where it counts: the tier falls to what it would be had the value never been."""
        place = self.place
        if self._is_endless:
            rank, asked = self.frame.highest(self.frame.actual.counts, self.lost, 0, place.rank)
            if rank == place.rank:
                return
            other = self._placed(rank, moment, Basis(asked, moment), renewed=False)
        elif place.basis and self._proof.stands(self.frame, place.rank, place.basis, lowered, moment):
            return
        else:
            climb = Climb(self.facts, self._begins_at, moment, as_if_never=True)
            climb.go(moment)
            other = climb.place
        if other.rank < place.rank:
            self._note(moment, self.frame.program.tiers[place.rank].handle, other.rank, "refunded")
            self.place = replace(other, since=moment)
        elif other.rank == place.rank:
            self.place = replace(other, since=place.since)

    @property
    def _is_endless(self) -> bool:
        """Whether the tier is, and always was, that of all that ever counted: refunds are judged by the sum then."""
        program = self.frame.program
        return self._in_force == self._began_with and program.window.kind == "lifetime" and program.term.kind == "never"

    def _change_version(self, moment: datetime) -> bool:
        """Other tiers, or the same with other rules, from this moment on; returns whether they ask for other things."""
        old = self.frame.program
        before = old.tiers
        self._in_force += 1
        self.frame = self._frame(self._versions[self._in_force])
        self.frame.move(moment)
        ranks = self.frame.program.ranks
        earned, asked = self.frame.highest(self.frame.foreseen.counts, self.lost, 0)
        basis = Basis(asked, moment) if earned else None
        place, handle = self.place, before[self.place.rank].handle
        if handle not in ranks:
            self._leave_archived(moment, [tier.handle for tier in before[: place.rank + 1]], earned, basis)
            return True
        landing = ranks.get(before[place.landing].handle, 0)
        self.place = self._same_tier(replace(place, rank=ranks[handle], landing=landing), moment)
        recomputes = self.frame.program.when_changed == "recompute" and earned < ranks[handle]
        if recomputes and not self._stands(old, place, ranks[handle]):
            self._note(moment, handle, earned, "version")
            self.place = self._placed(earned, moment, basis, renewed=False)
        return old.asked != self.frame.program.asked

    def _stands(self, old: TierProgram, place: Place, rank: int) -> bool:
        """Whether what a running term was earned by is enough for the new version, too."""
        if place.rank == 0 or place.basis is None:
            return place.rank > 0
        new, asked = self.frame.program, place.basis.asked
        same = old.counted == new.counted and old.requirement(place.rank, asked) == new.requirement(rank, asked)
        return same or self.frame.held(rank, asked, place.basis.at)

    def _leave_archived(self, moment: datetime, held: list[str], earned: int, basis: Basis | None) -> None:
        """To what is met of the new tiers; where they keep what members have, not below what is left of theirs."""
        program = self.frame.program
        left = max((program.ranks[handle] for handle in held if handle in program.ranks), default=0)
        rank = max(earned, left) if program.when_changed == "keep" else earned
        for entered in range(left + 1, rank + 1):
            self._enter(entered, moment)
        self._note(moment, held[-1], rank, "version")
        self.place = self._placed(rank, moment, basis if rank == earned else None, renewed=False)

    def _same_tier(self, place: Place, moment: datetime) -> Place:
        """The same tier under new rules: an end that was promised stays, one that is new counts from now."""
        term = self.frame.program.term
        if place.rank == 0:
            return Place(0, place.since, place.term_from, place.begins_at)
        if term == place.term and place.valid_until is not None:
            return place
        if term.kind == "never":
            return replace(place, term=term, valid_until=None, grace_until=None)
        if place.valid_until is None:
            return replace(self._placed(place.rank, moment, place.basis, renewed=False), since=place.since)
        return place
