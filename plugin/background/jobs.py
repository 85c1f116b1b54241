"""Calls to the outside, as jobs in PostgreSQL: put in with the transaction that wants them, tried again when they fail.

One job of a kind for each shop waits at a time. A job that a dying worker left behind is found and taken up again.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued

from engine.database import APPLICATION_ROLE, libpq_url
from engine.shops import all_shops
from plugin.background.pausing import pause
from plugin.background.reconciliation import reconcile_shop, refresh_shop_token
from plugin.background.rereading import read_products, reread_customer, reread_order
from plugin.services import Services

CONCURRENCY = 4
CONNECT_SECONDS = 10.0
TROUBLE_SECONDS = 1.0
STALLED_AFTER_SECONDS = 60

log = structlog.get_logger("laurel.jobs")


def create_jobs(services: Services) -> App:
    """The job application of one process, on the same database as everything else."""
    connector = PsycopgConnector(
        conninfo=libpq_url(services.settings.database_url.get_secret_value()),
        kwargs={"options": f"-c role={APPLICATION_ROLE}"},
        min_size=1,
        max_size=CONCURRENCY + 2,
        timeout=CONNECT_SECONDS,
    )
    app = App(connector=connector, periodic_defaults={"max_delay": 3600})
    _add_tasks(app, services)
    return app


def _add_tasks(app: App, services: Services) -> None:
    retry = RetryStrategy(max_attempts=8, exponential_wait=4)

    @app.task(name="reconcile-shop", retry=retry)
    async def reconcile(program_id: int, shop_id: int) -> None:
        await reconcile_shop(services, program_id, shop_id)

    @app.task(name="refresh-token", retry=retry)
    async def refresh(program_id: int, shop_id: int) -> None:
        await refresh_shop_token(services, program_id, shop_id)

    _add_readings(app, services, retry)

    async def for_each_shop(name: str) -> None:
        async with services.engine.begin() as connection:
            shops = [shop for shop in await all_shops(connection) if shop.installed]
        for shop in shops:
            lock = f"{name}-{shop.program_id}-{shop.shop_id}"
            try:
                await app.configure_task(name, queueing_lock=lock, lock=lock).defer_async(
                    program_id=shop.program_id, shop_id=shop.shop_id
                )
            except AlreadyEnqueued:
                log.debug("already waiting", job=lock)

    reconcile_cron = "*/1 * * * *" if services.settings.development else "17 * * * *"
    products_cron = "*/1 * * * *" if services.settings.development else "37 */6 * * *"

    @app.periodic(cron=products_cron)
    @app.task(name="read-all-products", queueing_lock="read-all-products")
    async def read_all_products(timestamp: int) -> None:
        await for_each_shop("read-products")

    @app.periodic(cron=reconcile_cron)
    @app.task(name="reconcile-all", queueing_lock="reconcile-all")
    async def reconcile_all(timestamp: int) -> None:
        await for_each_shop("reconcile-shop")

    @app.periodic(cron="43 3 1,15 * *")
    @app.task(name="refresh-all", queueing_lock="refresh-all")
    async def refresh_all(timestamp: int) -> None:
        await for_each_shop("refresh-token")

    @app.periodic(cron="*/1 * * * *")
    @app.task(name="retry-stalled", queueing_lock="retry-stalled", pass_context=True)
    async def retry_stalled(context: JobContext, timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
            await app.job_manager.retry_job(job, retry_at=datetime.now(UTC) + timedelta(seconds=1))

    @app.periodic(cron="5 4 * * *")
    @app.task(name="forget-old-jobs", queueing_lock="forget-old-jobs")
    async def forget_old(timestamp: int) -> None:
        await app.job_manager.delete_old_jobs(nb_hours=72)


def _add_readings(app: App, services: Services, retry: RetryStrategy) -> None:
    @app.task(name="reread-order", retry=retry)
    async def order(program_id: int, shop_id: int, object_id: int) -> None:
        await reread_order(services, program_id, shop_id, object_id)

    @app.task(name="reread-customer", retry=retry)
    async def customer(program_id: int, shop_id: int, object_id: int) -> None:
        await reread_customer(services, program_id, shop_id, object_id)

    @app.task(name="read-products", retry=retry)
    async def products(program_id: int, shop_id: int, object_id: int = 0) -> None:
        await read_products(services, program_id, shop_id)


async def run_jobs(services: Services, stop: asyncio.Event) -> None:
    """Run jobs until told to stop; those under way are finished first.

    Whatever ends the runner before that, such as a database that is away for long, ends no more than this one: it is
    started anew as soon as the database answers.
    """
    while not stop.is_set():
        try:
            await _run_once(create_jobs(services), stop)
        except Exception as error:  # whatever it was: jobs that silently never run again are the worst of all
            log.warning("jobs stopped, starting again", error=type(error).__name__, detail=str(error)[:200])
            await pause(TROUBLE_SECONDS, stop)


async def _run_once(app: App, stop: asyncio.Event) -> None:
    """Run until told to stop, or raise what ended the runner."""
    told = asyncio.create_task(stop.wait())
    worker = asyncio.create_task(_work(app))
    try:
        await asyncio.wait([told, worker], return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        worker.cancel()
        ended, _ = await asyncio.gather(worker, told, return_exceptions=True)
    if not stop.is_set():
        raise ended if isinstance(ended, Exception) else RuntimeError("the runner of jobs ended by itself")


async def _work(app: App) -> None:
    try:
        await app.open_async()
        await app.run_worker_async(concurrency=CONCURRENCY, install_signal_handlers=False, listen_notify=True)
    finally:
        await app.close_async()
