"""A partner's purchases as it reported them: what became of each, without whose they are; and its appeals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, get_args

import orjson
from starlette.requests import Request
from starlette.responses import Response

from engine.conversions.appeals import AppealRefused, appeal
from engine.conversions.reading import ConversionView, conversion_view, conversions_of
from engine.conversions.store import ConversionState
from engine.money import Money
from engine.partners.money import exact_amount
from plugin.partners.api.answers import ApiRefusedError, json_answer, moment, not_found
from plugin.partners.api.callers import Callers, PartnerVisit
from plugin.partners.api.endpoints import number_in_path, whole_number

PAGE_MAXIMUM = 100
_ID_MAXIMUM = 10**18 - 1


async def conversions(request: Request, visit: PartnerVisit) -> Response:
    """`GET /partner/v1/conversions?first=&before=&state=`: newest first; `next` is what to ask `before` for."""
    first = whole_number(request, "first", 50, 1, PAGE_MAXIMUM)
    before = whole_number(request, "before", 0, 0, _ID_MAXIMUM) or None
    states = tuple(request.query_params.getlist("state")[:10])
    known: tuple[ConversionState, ...] = get_args(ConversionState)
    wanted = tuple(state for state in known if state in states)
    if len(wanted) < len(set(states)):
        raise ApiRefusedError(400, "PARAMETER_INVALID", f"state is one of {', '.join(known)}.")
    found = await conversions_of(
        visit.connection, visit.caller.program_id, first, before, partner_id=visit.caller.partner_id, states=wanted
    )
    following = str(found[-1].conversion.conversion_id) if len(found) == first else None
    return json_answer({"conversions": [conversion_document(one) for one in found], "next": following})


async def conversion(request: Request, visit: PartnerVisit) -> Response:
    """`GET /partner/v1/conversions/{id}`."""
    return json_answer(conversion_document(await own_conversion(request, visit)))


async def own_conversion(request: Request, visit: PartnerVisit) -> ConversionView:
    """The conversion that the path names. Raises ApiRefusedError (404), also for another partner's."""
    number = number_in_path(request, "conversion")
    caller = visit.caller
    found = None
    if number is not None:
        found = await conversion_view(visit.connection, caller.program_id, number, caller.partner_id)
    if found is None:
        raise not_found()
    return found


def appealing(callers: Callers) -> Callable[[Request], Awaitable[Response]]:
    """`POST /partner/v1/conversions/{id}/appeal` with `{"said": "…"}`, signed."""

    async def handler(request: Request) -> Response:
        caller, body = await callers.of_signed(request)
        said = read_object(body, {"said"}).get("said")
        if not isinstance(said, str):
            raise ApiRefusedError(400, "SAID_INVALID", "Say in at most 500 characters why it should count.")
        async with callers.visit(caller) as visit:
            await appeal_for(request, visit, said)
        async with callers.visit(caller) as visit:
            return json_answer(conversion_document(await own_conversion(request, visit)))

    return handler


async def appeal_for(request: Request, visit: PartnerVisit, said: str) -> None:
    """Appeal for the conversion that the path names. Raises ApiRefusedError (400, 404, 409)."""
    found, caller = await own_conversion(request, visit), visit.caller
    try:
        await appeal(
            visit.connection, caller.program_id, found.conversion.conversion_id, said=said, actor=caller.actor,
            partner_id=caller.partner_id,
        )  # fmt: skip
    except AppealRefused as refusal:
        status = 400 if refusal.code == "SAID_INVALID" else 409
        raise ApiRefusedError(status, refusal.code, refusal.message) from None


def read_object(body: bytes, fields: set[str]) -> dict[str, Any]:
    """A body that is an object of nothing but these fields. Raises ApiRefusedError (400)."""
    try:
        content = orjson.loads(body)
    except ValueError:
        raise ApiRefusedError(400, "MALFORMED_REQUEST", "The body is not JSON.") from None
    if not isinstance(content, dict) or not set(content) <= fields:
        raise ApiRefusedError(400, "MALFORMED_REQUEST", f"The body is an object of {', '.join(sorted(fields))}.")
    return content


def conversion_document(view: ConversionView) -> dict[str, Any]:
    """A conversion as its partner sees it: `subject` is the same as in signed events, and leads to nobody."""
    one, appealed = view.conversion, view.appeal
    return {
        "id": str(one.conversion_id), "order": one.reference, "offer": view.offer_handle, "subject": view.subject,
        "state": one.state, "reason": one.reason, "attributed_by": one.attributed_by,
        "occurred_at": moment(one.occurred_at), "approves_at": moment(one.approves_at),
        "amount": str(Money(one.amount_minor, one.currency).decimal()),
        "refunded": str(Money(one.refunded_minor, one.currency).decimal()), "currency": one.currency,
        "points": one.due_points,
        "payment": {
            "amount": format(exact_amount(one.due_micros, view.payment_currency), "f"),
            "currency": view.payment_currency,
        },
        "appeal": None if appealed is None else {
            "said": appealed.said, "appealed_at": moment(appealed.appealed_at), "decision": appealed.decision,
            "decided_at": moment(appealed.decided_at), "note": appealed.note,
        },
    }  # fmt: skip
