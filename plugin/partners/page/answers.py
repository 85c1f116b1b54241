"""What a partner answers to a statement on its page: that it agrees, or about which rows it does not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from engine.settlement.reading import lines_of
from engine.settlement.statements import Statement
from plugin.partners.api.answers import ApiRefusedError
from plugin.partners.api.callers import PartnerVisit

NAMED_MAXIMUM = 100
"""How many rows or events one answer of the page names; the API takes more."""
ROW_FIELDS = ("altered", "missing_here")
_BETWEEN = re.compile(r"[\s,;，；、]+")
_ROWS = re.compile(r"([0-9]{1,9})(?:[-–]([0-9]{1,9}))?", re.ASCII)
_EVENT = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """What a form of an answer says. `problem` is the key of why it was not taken."""

    agreed: bool = False
    root: str = ""
    altered: str = ""
    missing_here: str = ""
    missing_there: str = ""
    problem: str | None = None


async def differences(visit: PartnerVisit, statement: Statement, form: AnswerForm) -> list[dict[str, str]]:
    """The events that a form disputes, as the API takes them. Raises ApiRefusedError: rows, events."""
    found = []
    named: set[int] = set()
    for problem in ROW_FIELDS:
        rows = numbers(getattr(form, problem), statement.lines)
        if rows is None or named & rows:
            raise ApiRefusedError(409, "rows", "These are no rows of the statement.")
        named |= rows
        if len(named) > NAMED_MAXIMUM:
            raise ApiRefusedError(409, "rows", "These are too many rows.")
        found += [{"problem": problem, "event": event} for event in await _events(visit, statement, rows)]
    events = [part for part in _BETWEEN.split(form.missing_there) if part]
    if len(events) > NAMED_MAXIMUM or not all(_EVENT.fullmatch(event) for event in events):
        raise ApiRefusedError(409, "events", "These are no ids of events.")
    return found + [{"problem": "missing_there", "event": event} for event in dict.fromkeys(events)]


def numbers(text: str, most: int) -> set[int] | None:
    """The rows that a text such as "3, 7-9" names, None where it names none of 1 to `most`, or too many."""
    found: set[int] = set()
    for part in filter(None, _BETWEEN.split(text)):
        match = _ROWS.fullmatch(part)
        if match is None:
            return None
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= most or last - first >= NAMED_MAXIMUM:
            return None
        found.update(range(first, last + 1))
        if len(found) > NAMED_MAXIMUM:
            return None
    return found


async def _events(visit: PartnerVisit, statement: Statement, rows: set[int]) -> list[str]:
    found = []
    for _, run in groupby(enumerate(sorted(rows)), key=lambda pair: pair[1] - pair[0]):
        wanted = [row for _, row in run]
        lines = await lines_of(
            visit.connection, visit.caller.program_id, statement.statement_id, after=wanted[0] - 2, most=len(wanted)
        )
        found += [str(line.event_id) for line in lines]
    return found
