"""A statement's tree for a partner: single nodes, to find where two trees part, and the proof of one row."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from engine.settlement.proofs import NODES_MAXIMUM, ProofRefused, nodes_of, proof_of
from plugin.partners.api.answers import json_answer, not_found
from plugin.partners.api.callers import PartnerVisit
from plugin.partners.api.endpoints import whole_number
from plugin.partners.api.statements import own_statement

LEVEL_MAXIMUM = 63
_EVENT = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


async def nodes(request: Request, visit: PartnerVisit) -> Response:
    """`GET /partner/v1/statements/{number}/nodes?level=&first=&count=`: hashes of a level from an index on.

    Level 0 are the leaves; where two trees have the same node, nothing below it differs.
    """
    found, _ = await own_statement(request, visit)
    level = whole_number(request, "level", 0, 0, LEVEL_MAXIMUM)
    first = whole_number(request, "first", 0, 0, 10**9)
    count = whole_number(request, "count", 1, 1, NODES_MAXIMUM)
    try:
        hashes = await nodes_of(visit.connection, found, level, first, count)
    except ProofRefused:
        raise not_found() from None
    return json_answer({"level": level, "first": first, "nodes": [one.hex() for one in hashes], "lines": found.lines})


async def proof(request: Request, visit: PartnerVisit) -> Response:
    """`GET /partner/v1/statements/{number}/proofs/{event}`: the path from an event's leaf up to the root."""
    found, _ = await own_statement(request, visit)
    event = request.path_params["event"]
    if not _EVENT.fullmatch(event):
        raise not_found()
    try:
        made = await proof_of(visit.connection, found, event)
    except ProofRefused:
        raise not_found() from None
    return json_answer(
        {
            "event": made.event, "position": made.position, "lines": found.lines, "leaf": made.leaf.hex(),
            "path": [one.hex() for one in made.path], "root": found.root.hex(),
        }
    )  # fmt: skip
