"""`laurel demo --once`: one purchase and one refund along the real path, and what every part saw of them.

The play has a home folder of its own, so that it leaves no order in the demo's data and runs beside a running demo.
"""

from __future__ import annotations

import httpx
import psycopg
from rich.console import Console

from engine.audit import run_audit
from plugin.demo.home import HomeInUseError
from plugin.demo.installation import InstallationError
from plugin.demo.once_evidence import DisagreementError, Evidence
from plugin.demo.once_play import Play
from plugin.demo.once_shopper import Shopper
from plugin.demo.progress import Progress
from plugin.demo.run import RunningDemo, Stopped, home_folder, running_demo, stop_on_signals
from plugin.demo.services import DemoFailedError
from plugin.devstore.seed import SHOP
from plugin.manifest import manifest

_ANSWER_SECONDS = 15


def run_once(*, port: int, console: Console) -> int:
    """Play it and print each step. Returns 0 when every part agrees, 1 when one does not or the demo cannot start."""
    stop_on_signals()
    try:
        with running_demo(home=home_folder() / "once", port=port, progress=Progress(console)) as demo:
            _play(demo, console)
    except DisagreementError as error:
        console.print(f"[red]✗ The parts disagree:[/] {error}")
        return 1
    except (DemoFailedError, InstallationError, HomeInUseError) as error:
        console.print(f"[red]✗[/] {error}")
        return 1
    except Stopped:
        console.print("Stopped before the end.")
        return 1
    console.print("[green]✓ Every part agrees.[/]")
    return 0


def _play(demo: RunningDemo, console: Console) -> None:
    store = httpx.Client(base_url=demo.addresses.storefront_url, timeout=_ANSWER_SECONDS, trust_env=False)
    with store, psycopg.connect(demo.addresses.database_url, autocommit=True) as connection:
        shopper = Shopper(store, proxy_path=manifest().proxy.storefront_path)
        evidence = Evidence(connection, shop=SHOP.domain)
        Play(shopper, evidence, console).purchase_and_refund()
    report = run_audit(demo.addresses.database_url)
    console.print(f"\nAudit: {len(report.checks)} invariants, {report.breaches} breaches")
    if report.breaches:
        broken = ", ".join(check.name for check in report.checks if check.breaches)
        raise DisagreementError(f"the audit found breaches of {broken}")
