"""What the worker does over and over with keys: sign events, issue statements that are due, exchange with hosts."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from engine.database import tenant_transaction
from engine.settlement.rounds import close_due, partners_due
from plugin.background.rounds import Round
from plugin.background.tenants import Tenants
from plugin.partners.exchange import Exchange
from plugin.partners.host_turns import HOSTS_AT_ONCE
from plugin.partners.keys import PartnerKeyBox
from plugin.partners.signing import EventSigners
from plugin.services import Services

log = structlog.get_logger("laurel.partners")


@dataclass(frozen=True, slots=True)
class BookRounds:
    """The rounds, over one process's services."""

    services: Services
    tenants: Tenants
    signers: EventSigners

    async def sign(self) -> int:
        """Sign what was recorded since."""
        return await self.signers.sign_due(self.services.engine, await self.tenants.read())

    async def close(self) -> int:
        """Issue the statements of cycles that are over."""
        async with tenant_transaction(self.services.engine, *await self.tenants.read()) as connection:
            due = {program_id for program_id, _ in await partners_due(connection, await self.tenants.read())}
        issued = 0
        for program_id in sorted(due):
            try:
                issued += await self._close_program(program_id)
            except Exception as error:  # its key cannot be made, say: no reason for the others to wait
                log.error("statements not issued", program=program_id, exc_info=error)
        return issued

    async def _close_program(self, program_id: int) -> int:
        async with tenant_transaction(self.services.engine, program_id) as connection:
            sign = await self.signers.signer(connection, program_id)
        return await close_due(self.services.engine, program_id, sign=sign, failed=_not_issued)

    async def exchange(self) -> int:
        """Report to hosts, and read and check what they signed."""
        box = PartnerKeyBox(self.services.settings.encryption_key_bytes())
        return await Exchange(self.services.engine, self.services.hosts, box).run(self.tenants.read)


def book_rounds(services: Services, tenants: Tenants) -> list[Round]:
    """The rounds of one worker."""
    work = BookRounds(services, tenants, EventSigners(services.settings.encryption_key_bytes()))
    return [
        Round("sign-events", 1.0, work.sign),
        Round("statements", 60.0, work.close),
        Round("hosts", 1.0, work.exchange, full=HOSTS_AT_ONCE),
    ]


def _not_issued(partner_id: int, error: Exception) -> None:
    log.error("statement not issued", partner=partner_id, exc_info=error)
