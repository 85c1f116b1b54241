"""Pools of codes, looked after by the worker: what has ended expires, and the log tells of what runs low."""

from __future__ import annotations

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.pool_rounds import break_off_silent_imports, expire_codes_of_pools, low_pools_to_tell

log = structlog.get_logger("laurel.pools")


async def look_after_pools(connection: AsyncConnection) -> int:
    """One step for the named tenants; returns how many codes expired, as there may be more of those at once."""
    for low in await low_pools_to_tell(connection):
        log.warning("codes run low", program=low.program_id, pool=low.pool_id, name=low.name, left=low.codes_left)
    await break_off_silent_imports(connection)
    return await expire_codes_of_pools(connection)
