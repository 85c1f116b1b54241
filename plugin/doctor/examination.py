"""`laurel doctor`: what is configured, what is reachable, what is missing, and how to mend it. It shows no secret."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping

import httpx
from rich.console import Console
from rich.markup import escape

from plugin.doctor.findings import Finding, State, bad, good, notice
from plugin.doctor.services import place, postgresql_findings, redis_findings
from plugin.manifest import ManifestError, manifest, manifest_path
from plugin.settings import Settings, SettingsError, load_settings

_MARKS = {State.GOOD: "[green]✓[/]", State.NOTICE: "[yellow]•[/]", State.BAD: "[red]✗[/]"}
_REQUIRED = {
    "SHOPIFY_API_KEY": "the client id on the app's page in the Partner dashboard",
    "SHOPIFY_API_SECRET": "the client secret on the same page",
    "SHOPIFY_APP_URL": "the https:// address at which Shopify reaches the app",
    "DATABASE_URL": "postgresql://… of a PostgreSQL 15 or newer",
    "REDIS_URL": "redis://… of a Valkey or Redis",
    "LAUREL_ENCRYPTION_KEY": "make one with: openssl rand -base64 32",
}


def run_doctor(console: Console) -> int:
    """Examine this machine's configuration and print it. Returns the exit code: 1 when something must be mended."""
    findings = list(examine(os.environ))
    for finding in findings:
        console.print(f"{_MARKS[finding.state]} [bold]{finding.subject}[/]: {escape(finding.what)}")
        if finding.remedy:
            console.print(f"    → {escape(finding.remedy)}")
    broken = sum(finding.state is State.BAD for finding in findings)
    if broken:
        console.print(f"\n{broken} to mend. `laurel demo` needs none of this: it brings its own.")
    return 1 if broken else 0


def examine(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look at everything, from the inside out: code, settings, services, what is outside."""
    yield good("Python", sys.version.split()[0])
    yield _app_manifest()
    yield from _settings(environment)
    if url := environment.get("DATABASE_URL"):
        yield from postgresql_findings(url)
    if url := environment.get("REDIS_URL"):
        yield from redis_findings(url)
    yield from _addresses(environment)


def _app_manifest() -> Finding:
    try:
        app = manifest()
    except ManifestError as error:
        return bad("app.toml", str(error), "mend the keys that are named")
    return good("app.toml", f"{app.name}, API {app.api_version}, {len(app.all_topics)} topics, at {manifest_path()}")


def _settings(environment: Mapping[str, str]) -> Iterator[Finding]:
    for name, what in _REQUIRED.items():
        if not environment.get(name, "").strip():
            yield bad(name, "is not set", what)
    try:
        settings: Settings | None = load_settings()
    except SettingsError as error:
        settings = None
        for line in str(error).splitlines():
            name, _, problem = line.partition(": ")
            if environment.get(name, "").strip():
                yield bad(name, problem, _REQUIRED.get(name, "see the README, “Settings”"))
    if settings is None:
        return
    yield good("Settings", "complete; `laurel serve` and `laurel worker` would start")
    if settings.shopify_api_secret_old is not None:
        yield notice("SHOPIFY_API_SECRET_OLD", "is set", "remove it an hour after the secret was rotated")
    if settings.development:
        yield notice("LAUREL_SHOPIFY_ORIGIN", "is set: this is a development setup", "unset it in production")


def _addresses(environment: Mapping[str, str]) -> Iterator[Finding]:
    if url := environment.get("SHOPIFY_APP_URL"):
        yield _reachable("App", f"{url.rstrip('/')}/readyz", "start it with `laurel serve`, and check SHOPIFY_APP_URL")
    if url := environment.get("LAUREL_SHOPIFY_ORIGIN"):
        yield _reachable("Stand-in for Shopify", url, "start it, or unset LAUREL_SHOPIFY_ORIGIN")


def _reachable(subject: str, url: str, remedy: str) -> Finding:
    try:
        answer = httpx.get(url, timeout=5)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return notice(subject, f"does not answer at {place(url)} ({type(error).__name__})", remedy)
    if answer.is_server_error:
        return notice(subject, f"answers {answer.status_code} at {place(url)}", remedy)
    return good(subject, f"answers at {place(url)}")
