"""Shows a customer's standing in the shop: the metafield `laurel.standing` and the tags, only what differs.

Tags that the app is about to add are written down first: without that, one that was added by an attempt whose answer
was lost would pass for the merchant's own and stay for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.database import tenant_transaction
from engine.outside_calls import OutsideCall, Wanted, ask_all, extend
from engine.perks.calls import MARK_CALL, mark_queue
from engine.perks.marks import (
    Mark,
    TagPlan,
    begin_adding,
    mark_failed,
    mark_of,
    mark_shown,
    plan_tags,
)
from engine.shops import ShopReference, shop_of
from plugin.background.fulfillment_trouble import trouble_of
from plugin.background.outcomes import Ended, Later, Outcome
from plugin.background.perk_waiting import NOT_INSTALLED, later
from plugin.services import Services
from plugin.shopify.admin_client import AdminRefusedError, AdminUnreachableError, Answer

NAMESPACE, KEY = "laurel", "standing"
_LEASE = timedelta(seconds=15)

log = structlog.get_logger("laurel.perks")

_REFUSALS_AT_MOST = 5
"""A refusal without a code may pass: how often it is believed not to last."""
_NOT_ALLOWED = frozenset({"ACCESS_DENIED"})


@dataclass(slots=True)
class _Done:
    """What is written when the shop shows what was wanted, or will not; `again`: something else is wanted by now."""

    mark: Mark
    ours: tuple[str, ...] = ()
    failure: str | None = None
    again: bool = False

    async def write(self, connection: AsyncConnection) -> None:
        if self.failure is None:
            self.again = not await mark_shown(connection, self.mark, self.ours)
        else:
            self.again = not await mark_failed(connection, self.mark, self.failure)

    async def ask_again(self, connection: AsyncConnection) -> None:
        """While this call was open another could not be asked for."""
        one = self.mark
        if self.again:
            wanted = Wanted(one.program_id, one.shop_id, MARK_CALL, one.mark_id, mark_queue(one.mark_id))
            await ask_all(connection, [wanted])

    def outcome(self) -> Ended:
        """The end of the call."""
        return Ended(self.failure is None, self.failure, write=self.write, then=self.ask_again)


class _LeaseGoneError(Exception):
    """Another worker has the call by now."""


async def show(services: Services, call: OutsideCall) -> Outcome:
    """Bring a customer to the newest that is wanted of them."""
    async with tenant_transaction(services.engine, call.program_id) as connection:
        mark = await mark_of(connection, call.program_id, call.object_id)
        shop = await shop_of(connection, call.program_id, call.shop_id)
    if mark is None or shop is None:  # the customer was erased
        return Ended()
    if not shop.installed:
        return NOT_INSTALLED
    try:
        ours = await _Customer(services, shop, mark, call).show()
    except _LeaseGoneError:
        return Later(error="another worker has it")
    except Exception as error:
        return _trouble(mark, call, error)
    crash_point("mark-after-call")
    return _Done(mark, ours).outcome()


def _trouble(mark: Mark, call: OutsideCall, error: Exception) -> Outcome:
    trouble = trouble_of(error)
    if trouble is None:
        raise error
    allowed = not (isinstance(error, AdminRefusedError) and set(error.codes) & _NOT_ALLOWED)
    if trouble.refusal is None or (allowed and call.attempts < _REFUSALS_AT_MOST):
        return later(call, trouble.text, unknown=not trouble.harmless)
    log.warning("not shown", mark=mark.mark_id, program=mark.program_id, why=trouble.refusal)
    return _Done(mark, failure=trouble.refusal).outcome()


@dataclass(frozen=True, slots=True)
class _Customer:
    """One customer in their shop."""

    services: Services
    shop: ShopReference
    mark: Mark
    call: OutsideCall

    async def show(self) -> tuple[str, ...]:
        """Send what differs; returns the tags that are the app's then."""
        ours = self.mark.ours
        if self.mark.tags_differ:
            planned = plan_tags(self.mark, await self._tags())
            await self._change(planned)
            ours = planned.ours(self.mark)
        if self.mark.standing_differs:
            crash_point("mark-before-standing")
            await self._run("customer_standing_set", {"metafields": [self._metafield()]}, "metafieldsSet")
        return ours

    async def _tags(self) -> list[str]:
        answer = await self.services.admin.run(self.shop, "customer_tags", {"id": self._id})
        customer = answer.data.get("customer")
        if not isinstance(customer, dict):
            raise AdminRefusedError(_codes(answer) or ("NO_SUCH_CUSTOMER",))
        return [str(tag) for tag in customer.get("tags") or ()]

    async def _change(self, planned: TagPlan) -> None:
        if planned.add:
            async with tenant_transaction(self.services.engine, self.mark.program_id) as connection:
                await begin_adding(connection, self.mark, planned.add)
                if not await extend(connection, self.call, _LEASE):
                    raise _LeaseGoneError
            crash_point("mark-before-tags")
            await self._run("customer_tags_add", {"id": self._id, "tags": list(planned.add)}, "tagsAdd")
        if planned.remove:
            await self._run("customer_tags_remove", {"id": self._id, "tags": list(planned.remove)}, "tagsRemove")

    async def _run(self, name: str, variables: Mapping[str, Any], mutation: str) -> None:
        answer = await self.services.admin.run(self.shop, name, variables)
        if answer.user_errors:
            raise AdminRefusedError(tuple(sorted({error.code or "UNNAMED" for error in answer.user_errors})))
        if answer.errors:
            raise AdminRefusedError(_codes(answer))
        if not isinstance(answer.data.get(mutation), dict):
            raise AdminUnreachableError("an answer that does not tell what was done", may_have_happened=True)

    @property
    def _id(self) -> str:
        return f"gid://shopify/Customer/{self.mark.customer_id}"

    def _metafield(self) -> dict[str, str]:
        value = orjson.dumps(self.mark.wanted["standing"], option=orjson.OPT_SORT_KEYS).decode()
        return {"ownerId": self._id, "namespace": NAMESPACE, "key": KEY, "type": "json", "value": value}


def _codes(answer: Answer) -> tuple[str, ...]:
    return tuple(sorted({str((error.get("extensions") or {}).get("code", "UNKNOWN")) for error in answer.errors}))
