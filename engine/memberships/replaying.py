"""Facts brought onto a timeline, in business time: their order of arrival has no say.

What came back of a purchase counts as if it had never been bought, for what is still to come. What was, was: a refund
ends a membership at its own moment at the earliest, and lengthens none that was over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.memberships.effects import bring_forward
from engine.memberships.plan_facts import PlanFacts
from engine.memberships.timeline import Run, Timeline

_TICK = timedelta(microseconds=1)


def replay(plan: PlanFacts, now: datetime) -> Timeline:
    """The timeline at a moment of business time: later facts are not known yet."""
    before, since = None, now
    for moment in plan.moments(now):
        line = bring_forward(plan, moment - _TICK)
        if before is not None:
            _keep_what_was(line, before, since)
        before, since = line, moment
    line = bring_forward(plan, now)
    if before is not None:
        _keep_what_was(line, before, since)
    return line


def _keep_what_was(line: Timeline, before: Timeline, moment: datetime) -> None:
    """Until a refund, all had been as it was known before it: when it began, its months, and that it lasted."""
    before.forward(moment)
    going = before.running(moment)
    before.cut(moment)
    current = next((run for run in line.runs if run.started_at <= moment < run.ended_at), None)
    later = [run for run in line.runs if run.started_at >= moment and run is not current]
    kept = before.runs
    if current is not None and going and kept:
        gaps = [gap for gap in kept[-1].gaps if gap[1] <= moment] + [gap for gap in current.gaps if gap[1] > moment]
        kept = [*kept[:-1], Run(kept[-1].started_at, current.ended_at, gaps)]
    elif current is not None:
        kept = [*kept, current]
    elif not later and line.pause is None:
        line.stretches = before.stretches
    line.runs = [*kept, *later]
