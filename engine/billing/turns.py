"""What a contract's turn is, when it is due: a pure function of the contract, its attempts and the time.

No cycle is charged that began before the one that now lies in, and none at all while billing is held: what was missed
is skipped, and the dates move on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.billing.attempts import Attempt, failures_of, first_due
from engine.billing.contracts import Contract, Status
from engine.billing.dunning import Again, FinalAction, GiveUp, Ladder, Wait, next_step
from engine.billing.telling import News

_LOOK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """The contract after its turn, what is told of it, and the cycle that is to be charged now, if one is."""

    contract: Contract
    news: tuple[News, ...] = ()
    charge: int | None = None
    left: Contract | None = None
    """The contract under the plan that it leaves with this turn."""
    left_news: tuple[News, ...] = ()


def turn(contract: Contract, attempts: list[Attempt], ladder: Ladder, now: datetime) -> Turn:
    """What is to be done with a contract whose `next_billing_at` has come."""
    if contract.status == "paused" and contract.paused_until is not None and contract.paused_until <= now:
        return Turn(resumed(contract, contract.paused_until))
    if not contract.billable or any(one.open for one in attempts):
        return Turn(replace(contract, next_billing_at=None))
    due = contract.schedule.start(contract.next_cycle)
    if due > now:
        return Turn(replace(contract, next_billing_at=due))
    if contract.cancel_at_end:
        return ended(contract, now, "canceled")
    if contract.maximum_cycles is not None and contract.next_cycle > contract.maximum_cycles:
        return ended(contract, now, "maximum_cycles")
    if contract.held_since is not None:
        return skipped(contract, now)
    if contract.resumed_at is not None and contract.began_in_gap(contract.next_cycle):
        return skipped(contract, contract.resumed_at)
    if contract.wanted:
        return Turn(replace(contract, next_billing_at=now + _LOOK_AGAIN))
    return _charge_or_wait(contract, attempts, ladder, now)


def _charge_or_wait(contract: Contract, attempts: list[Attempt], ladder: Ladder, now: datetime) -> Turn:
    failures = failures_of(attempts, contract.next_cycle)
    if not failures:
        return _charge_current(contract, now)
    first_at = first_due(attempts, contract.next_cycle) or now
    step = next_step(ladder, first_at, failures, now, contract.renewed_at)
    # A cycle is over when the next one begins: nobody is charged for two at once.
    over = contract.schedule.start(contract.next_cycle + 1)
    if isinstance(step, Again) and step.at < over:
        if now >= over:
            return _charge_current(contract, now)
        if step.at <= now:
            return Turn(replace(contract, next_billing_at=None), (), contract.next_cycle)
        return Turn(replace(contract, next_billing_at=step.at))
    if isinstance(step, Wait) and now < over:
        return Turn(replace(contract, next_billing_at=min(step.until, over)))
    return given_up(contract, step.action if isinstance(step, GiveUp) else ladder.final_action, now)


def _charge_current(contract: Contract, now: datetime) -> Turn:
    """Charge the cycle that it is now, and none of those that were missed before it."""
    current = skipped(contract, contract.schedule.start(contract.schedule.cycle_at(now)))
    if current.contract.wanted:  # the shop does not know the price yet
        return Turn(replace(current.contract, next_billing_at=now + _LOOK_AGAIN), current.news)
    return Turn(replace(current.contract, next_billing_at=None), current.news, current.contract.next_cycle)


def skipped(contract: Contract, until: datetime) -> Turn:
    """Pass over all cycles that begin before a moment, without a charge for any of them."""
    cycle = max(contract.schedule.first_from(until), contract.next_cycle)
    begins = contract.schedule.start(cycle)
    if cycle == contract.next_cycle:
        return Turn(replace(contract, next_billing_at=begins))
    moved = replace(at_full_price(contract), next_cycle=cycle, next_billing_at=begins)
    detail = {"cycle": contract.next_cycle, "ends_at": begins.isoformat()}
    source_id = f"{contract.key.contract_id}:{contract.next_cycle}:skipped"
    return Turn(moved, (News("period_skipped", source_id, contract.schedule.start(contract.next_cycle), detail),))


def given_up(contract: Contract, action: FinalAction, now: datetime) -> Turn:
    """The payment of a cycle is given up, and the plan says what follows."""
    number = contract.key.contract_id
    if action == "skip":
        over = contract.schedule.start(contract.next_cycle + 1)
        return skipped(contract, max(now, over))
    if action == "pause":
        detail = {"until": None, "reason": "payment_failed"}
        news = News("paused", f"{number}:{contract.next_cycle}:given-up", now, detail)
        return Turn(paused(contract, now, None), (news,))
    return ended(contract, now, "payment_failed")


def ended(contract: Contract, now: datetime, reason: str) -> Turn:
    """The contract is over: it is canceled in the shop, too."""
    news = News("contract_ended", f"{contract.key.contract_id}:ended", now, {"reason": reason})
    return Turn(canceled(contract, now), (news,))


def canceled(contract: Contract, now: datetime) -> Contract:
    """The contract, canceled from now on."""
    return replace(_wanting(contract, "cancelled", now), next_billing_at=None, paused_until=None)


def paused(contract: Contract, now: datetime, until: datetime | None) -> Contract:
    """The contract, paused from now on; `until` None: until somebody says otherwise."""
    wanting = _wanting(contract, "paused", now).noting(paused_at=now.isoformat())
    return replace(wanting, next_billing_at=until, paused_until=until)


def resumed(contract: Contract, now: datetime) -> Contract:
    """The contract, active again. What was left of the paid period follows first; without any it is charged at once."""
    paused_at = contract.detail.get("paused_at")
    rest = timedelta(0)
    if paused_at is not None:
        paid_until = contract.schedule.start(contract.next_cycle + _has_first_price(contract))
        rest = max(paid_until - datetime.fromisoformat(paused_at), rest)
    begins = now + rest
    active = (
        _wanting(at_full_price(contract), "active", now)
        .counted_from(contract.next_cycle, begins)
        .noting(paused_at=None)
    )
    return replace(active, next_billing_at=begins if active.linked else None, paused_until=None)


def at_full_price(contract: Contract, *, paid: bool = False) -> Contract:
    """The contract at its whole price, where the cycle that it leaves had a price of its own.

    A credit, for more than was due at the checkout, lasts until a cycle is paid.
    """
    full = contract.detail.get("full_price_minor")
    if full is None or (contract.detail.get("credited") and not paid):
        return contract
    wanted = {**contract.wanted, "price_minor": full}
    return replace(contract, price_minor=full).noting(full_price_minor=None, credited=None, wanted=wanted)


def _has_first_price(contract: Contract) -> bool:
    """Whether the cycle that is charged next is the rest of one that was paid for before a change of plan."""
    inserted = contract.detail.get("inserted")
    return "full_price_minor" in contract.detail and inserted is not None and inserted[0] == contract.next_cycle


def _wanting(contract: Contract, status: Status, now: datetime) -> Contract:
    """As it is from now on, also before the shop has confirmed it."""
    wanted = {**contract.wanted, "status": status, "at": now.isoformat()}
    return replace(contract, status=status).noting(wanted=wanted)
