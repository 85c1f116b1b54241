"""The command line, `laurel`. It reads options and environment, and hands over; each command's work is elsewhere."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer
from rich.console import Console

from plugin.commands import files, rebuilding
from plugin.commands.texts import refuse, variable
from plugin.settings import Settings, SettingsError, load_settings

_GRACEFUL_SHUTDOWN_SECONDS = 25

app = typer.Typer(
    name="laurel",
    help="Loyalty for Shopify stores: points, memberships, partner offers and badges.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a log has no use for frames, and a local may be a secret
)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the app answers; a taken port moves to the next free one.")] = 8000,
    once: Annotated[bool, typer.Option("--once", help="Play one purchase and one refund, compare, and end.")] = False,
) -> None:
    """Run everything on this machine: PostgreSQL, Valkey, app, worker, and a store to try it in."""
    if once:
        from plugin.demo.once import run_once

        raise typer.Exit(run_once(port=port, console=Console(highlight=False)))
    from plugin.demo.run import run_demo

    raise typer.Exit(run_demo(port=port, console=Console(highlight=False)))


@app.command()
def serve() -> None:
    """Run the web app."""
    settings = _settings()
    import uvicorn

    from plugin.logs import configure_logging
    from plugin.web.app import create_app

    configure_logging(settings.log)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        proxy_headers=False,  # nothing here trusts an address that a header claims
        server_header=False,
        timeout_graceful_shutdown=_GRACEFUL_SHUTDOWN_SECONDS,
    )


@app.command()
def worker() -> None:
    """Run the background worker; any number may run at the same time."""
    settings = _settings()
    import uvloop

    from plugin.background.worker import run_worker
    from plugin.logs import configure_logging

    configure_logging(settings.log)
    uvloop.run(run_worker(settings))


@app.command()
def migrate() -> None:
    """Bring the database that DATABASE_URL names up to the newest schema."""
    from engine.migration import migrate as bring_up_to_date
    from engine.migration import newest_revision

    bring_up_to_date(variable("DATABASE_URL", "the address of PostgreSQL, as the role that owns the schema"))
    typer.echo(f"The database is at {newest_revision()}.")


@app.command()
def audit(
    program: Annotated[int | None, typer.Option(help="One program only; without it, all of them.")] = None,
) -> None:
    """Check every invariant of the ledger and of what is derived from it. Ends with 1 on any breach."""
    from plugin.audit_report import print_audit

    url = variable("DATABASE_URL", "the address of PostgreSQL, as the role that owns the schema")
    redis_url = os.environ.get("REDIS_URL", "").strip() or None
    raise typer.Exit(print_audit(url, program, Console(highlight=False), redis_url=redis_url))


files.register(app)
rebuilding.register(app)


@app.command()
def schema(name: Annotated[Literal["storefront", "merchant"], typer.Argument(help="Which of the two.")]) -> None:
    """Print a GraphQL schema as SDL."""
    from laurel_graphql.sdl import print_sdl

    typer.echo(print_sdl(name).rstrip("\n"))


@app.command(name="app-config")
def app_config() -> None:
    """Write shopify.app.toml, which Shopify's command line reads, from app.toml and the environment."""
    from plugin.app_config import write_app_config
    from plugin.manifest import ManifestError

    key = variable("SHOPIFY_API_KEY", "the client id on the app's page in the Partner dashboard")
    url = variable("SHOPIFY_APP_URL", "the https:// address at which Shopify reaches the app")
    try:
        typer.echo(f"Wrote {write_app_config(client_id=key, application_url=url)}")
    except ManifestError as error:
        refuse(str(error))


@app.command()
def doctor() -> None:
    """Say what is configured, reachable and missing, and how to mend it. Ends with 1 when something must be mended."""
    from plugin.doctor.examination import run_doctor

    raise typer.Exit(run_doctor(Console(highlight=False)))


def main() -> None:
    """The console script."""
    app()


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        refuse(f"Laurel cannot start with this environment:\n{error}\n`laurel doctor` says more.")
