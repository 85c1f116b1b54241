"""`laurel demo`: the whole of Laurel on one machine, with a store to try it in.

It starts PostgreSQL and Valkey, the demo store, the app and the worker, installs the app, publishes a program, and
keeps all of it running until it is told to stop. `running_demo` is that as a block, for `laurel demo --once` too.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from engine.migration import migrate
from plugin.demo.home import DemoHome, DemoSecrets, HomeInUseError
from plugin.demo.installation import InstallationError, open_shop
from plugin.demo.progress import Progress
from plugin.demo.second_shop import TwoShops
from plugin.demo.services import Addresses, DemoFailedError, DemoServices
from plugin.devstore.second_till import PATH as COUNTER_PATH
from plugin.devstore.seed import CUSTOMERS, PRODUCTS, SHOP
from plugin.embedded.guard import Guard, clean_up


class Stopped(BaseException):
    """Somebody asked the demo to stop. Not an error, so that nothing on the way takes it for one."""


@dataclass(frozen=True)
class RunningDemo:
    """A demo that answers."""

    addresses: Addresses
    secrets: DemoSecrets
    home: Path


def run_demo(*, port: int, console: Console) -> int:
    """Run the demo until SIGINT, SIGTERM or SIGHUP. Returns the exit code: 0 after a wanted stop, 1 when it failed."""
    progress = Progress(console)
    stop_on_signals()
    try:
        with running_demo(home=home_folder(), port=port, progress=progress) as demo:
            console.print(_welcome(demo))
            threading.Event().wait()
    except Stopped:
        progress.say("Stopped; the data is kept for the next start.")
    except (DemoFailedError, InstallationError, HomeInUseError) as error:
        progress.say(f"[red]✗[/] {error}")
        return 1
    return 0


@contextmanager
def running_demo(*, home: Path, port: int, progress: Progress) -> Iterator[RunningDemo]:
    """Everything up and answering within the block, and nothing left of it after the block, however that ends.

    Raises HomeInUseError, DemoFailedError or InstallationError when it cannot be brought up.
    """
    folder = DemoHome(home)
    lock = folder.lock()
    try:
        with progress.step("Looking for leftovers of a crash"):
            clean_up(folder.path)
        guard = Guard(folder.path, lock=lock)
        services = DemoServices(folder, port=port, progress=progress)
        try:
            services.start(migrate)
            shops = _open_shop(services, folder, progress)
            folder.announce(_facts(services, shops))
            yield RunningDemo(addresses=services.addresses, secrets=services.secrets, home=folder.path)
        finally:
            _ignore_signals()
            folder.withdraw()
            services.stop()
            clean_up(folder.path, spare=(guard.pid,))
            guard.dismiss()
    finally:
        os.close(lock)


def home_folder() -> Path:
    """The folder that LAUREL_HOME names, by default `.laurel` in the current one."""
    return Path(os.environ.get("LAUREL_HOME") or ".laurel").resolve()


def stop_on_signals() -> None:
    """Turn the first request to end into `Stopped`, raised in the main thread; further ones change nothing."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        _ignore_signals()
        raise Stopped

    # A shell's background job starts with SIGINT ignored, and must end by it all the same; under nohup SIGHUP stays so.
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, stop)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _open_shop(services: DemoServices, home: DemoHome, progress: Progress) -> TwoShops:
    test_orders = os.environ.get("LAUREL_DEMO_TEST_ORDERS") == "1"
    url = services.addresses.application_database_url
    with progress.step("Installing the app in the demo store"):
        store_url = services.addresses.storefront_url
        return asyncio.run(open_shop(services.app, url, home=home, store_url=store_url, test_orders=test_orders))


def _facts(services: DemoServices, shops: TwoShops) -> dict[str, Any]:
    addresses = services.addresses
    return {
        "app_url": addresses.app_url,
        "storefront_url": addresses.storefront_url,
        "admin_url": addresses.admin_url,
        "api_key": services.secrets.api_key,
        "api_secret": services.secrets.api_secret,
        "shop": SHOP.domain,
        "database_url": addresses.database_url,
        "redis_url": addresses.redis_url,
        "customers": [{"id": one.id, "email": one.email, "name": one.name} for one in CUSTOMERS],
        "products": [{"id": one.id, "handle": one.handle, "price": one.price} for one in PRODUCTS],
        "partner": {
            "shop": shops.second.domain,
            "counter_url": f"{addresses.storefront_url.rstrip('/')}{COUNTER_PATH}",
            "page_url": f"{addresses.app_url}/partner/",
            "api_url": f"{addresses.app_url}/partner/v1",
            "api_key": shops.coffee_key,
            "own_api_key": shops.pine_key,
        },
    }


def _welcome(demo: RunningDemo) -> Panel:
    table = Table.grid(padding=(0, 2))
    table.add_row("Store", f"[link={demo.addresses.storefront_url}]{demo.addresses.storefront_url}[/link]")
    table.add_row("Admin", f"[link={demo.addresses.admin_url}]{demo.addresses.admin_url}[/link]")
    table.add_row("App", demo.addresses.app_url)
    table.add_row("Second shop", f"{demo.addresses.storefront_url.rstrip('/')}{COUNTER_PATH}")
    table.add_row("Partner page", f"{demo.addresses.app_url}/partner/ (its key is in demo.json)")
    table.add_row("Data and logs", str(demo.home))
    table.add_row("Shoppers", ", ".join(one.name for one in CUSTOMERS))
    return Panel(table, title="Laurel is running", subtitle="Ctrl-C stops it", expand=False, border_style="green")
