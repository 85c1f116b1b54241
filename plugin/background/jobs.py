"""Calls to the outside, as jobs in PostgreSQL: put in with the transaction that wants them, tried again when they fail.

One job of a kind for each shop waits at a time. A job that a dying worker left behind is found and taken up again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

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
ATTEMPTS_MAXIMUM = 8
_FIRST_WAIT_SECONDS = 4
_LONGEST_WAIT_SECONDS = 3_600

Run = Callable[[int, int, int], Awaitable[object]]
"""Does the work for a program, a shop and the number of what is read (0: nothing in particular)."""

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
    _add_tried(app, "reconcile-shop", lambda program, shop, _: reconcile_shop(services, program, shop))
    _add_tried(app, "refresh-token", lambda program, shop, _: refresh_shop_token(services, program, shop))
    _add_tried(app, "reread-order", lambda program, shop, number: reread_order(services, program, shop, number))
    _add_tried(app, "reread-customer", lambda program, shop, number: reread_customer(services, program, shop, number))
    _add_tried(app, "read-products", lambda program, shop, _: read_products(services, program, shop))

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
            try:
                await app.job_manager.retry_job(job, retry_at=datetime.now(UTC) + timedelta(seconds=1))
            except UniqueViolation:  # another of its name waits already: that one does the work
                assert job.id is not None
                await app.job_manager.finish_job_by_id_async(job.id, Status.ABORTED, delete_job=False)

    @app.periodic(cron="5 4 * * *")
    @app.task(name="forget-old-jobs", queueing_lock="forget-old-jobs")
    async def forget_old(timestamp: int) -> None:
        await app.job_manager.delete_old_jobs(nb_hours=72)


def _add_tried(app: App, name: str, run: Run) -> None:
    """A task that is tried again, each time as a new job, after longer and longer.

    A job that failed cannot go back among those that wait: there may be another one of its name by then, and the
    database takes only one. Whichever waits does the work of both.
    """

    @app.task(name=name, pass_context=True)
    async def task(context: JobContext, program_id: int, shop_id: int, object_id: int = 0, attempt: int = 1) -> None:
        try:
            await run(program_id, shop_id, object_id)
        except Exception as error:
            if attempt >= ATTEMPTS_MAXIMUM:
                raise
            log.warning("job failed", job=name, program=program_id, attempt=attempt, error=type(error).__name__)
            wait_seconds = min(_FIRST_WAIT_SECONDS**attempt, _LONGEST_WAIT_SECONDS)
            again = app.configure_task(
                name, queueing_lock=context.job.queueing_lock, lock=context.job.lock,
                schedule_in={"seconds": wait_seconds},
            )  # fmt: skip
            with contextlib.suppress(AlreadyEnqueued):
                await again.defer_async(
                    program_id=program_id, shop_id=shop_id, object_id=object_id, attempt=attempt + 1
                )


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
