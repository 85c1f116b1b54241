"""The doctor's look at PostgreSQL and Redis: reachable, new enough, migrated, and with the roles and rules it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import redis
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from engine.database import APPLICATION_ROLE, sqlalchemy_url
from engine.leaderboards.connecting import CLUSTER, is_cluster
from engine.migration import database_revision, newest_revision
from plugin.doctor.findings import Finding, bad, good, notice

OLDEST_POSTGRESQL = 150_000
_TIMEOUT_SECONDS = 5
_ROLE = text(
    "SELECT rolsuper OR rolbypassrls AS above_policies, pg_has_role(current_user, oid, 'MEMBER') AS usable "
    "FROM pg_roles WHERE rolname = :role"
)


def postgresql_findings(url: str) -> list[Finding]:
    """Look at the database that DATABASE_URL names."""
    try:
        engine = create_engine(
            sqlalchemy_url(url), connect_args={"connect_timeout": _TIMEOUT_SECONDS, "application_name": "laurel doctor"}
        )
    except (SQLAlchemyError, ValueError):
        return [bad("PostgreSQL", "DATABASE_URL is no address", "use postgresql://user:password@host:5432/database")]
    try:
        with engine.connect() as connection:
            return list(_database(connection))
    except SQLAlchemyError as error:
        what = f"cannot be reached at {place(url)} ({type(error).__name__})"
        return [bad("PostgreSQL", what, "check that it runs, and host, port, user and password in DATABASE_URL")]
    finally:
        engine.dispose()


def redis_findings(url: str) -> list[Finding]:
    """Look at the server that REDIS_URL names."""
    try:
        timeouts = {"socket_timeout": _TIMEOUT_SECONDS, "socket_connect_timeout": _TIMEOUT_SECONDS}
        with redis.Redis.from_url(url.replace(CLUSTER, "", 1), **timeouts) as client:  # of a cluster, the node named
            about: dict[str, Any] = client.info()
    except (redis.RedisError, ValueError) as error:
        what = f"cannot be reached at {place(url)} ({type(error).__name__})"
        return [bad("Redis", what, "check that it runs, and REDIS_URL; without it boards and limits stand still")]
    name = "Valkey" if about.get("server_name") == "valkey" else "Redis"
    version = about.get("valkey_version") or about.get("redis_version")
    findings = [good("Redis", f"{name} {version} at {place(url)}")]
    if is_cluster(url) != bool(about.get("cluster_enabled")):
        wanted = "redis+cluster://" if about.get("cluster_enabled") else "redis://"
        findings.append(
            bad("Redis cluster", "the address says otherwise than the server", f"use {wanted} in REDIS_URL")
        )
    policy = about.get("maxmemory_policy")
    if policy == "noeviction":
        findings.append(good("Redis memory", "noeviction: nothing is dropped silently"))
    else:
        remedy = "set maxmemory-policy to noeviction; otherwise parts of a leaderboard vanish when memory is short"
        findings.append(bad("Redis memory", f"its eviction policy is {policy}", remedy))
    return findings


def place(url: str) -> str:
    """Host, port and database of an address, without user and password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or "a local socket"
        return f"{host}{f':{parts.port}' if parts.port else ''}{parts.path}"
    except ValueError:
        return "an unreadable address"


def _database(connection: Connection) -> Iterator[Finding]:
    number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    version = connection.execute(text("SHOW server_version")).scalar_one()
    if number >= OLDEST_POSTGRESQL:
        yield good("PostgreSQL", f"{version}")
    else:
        yield bad("PostgreSQL", f"{version} is too old", "use version 15 or newer")
    yield from _schema(connection)
    yield from _role(connection)


def _schema(connection: Connection) -> Iterator[Finding]:
    revision, newest = database_revision(connection), newest_revision()
    if revision == newest:
        yield good("Schema", f"at {revision}, the newest")
    else:
        what = f"at {revision}; this code wants {newest}" if revision else "there is none yet"
        yield bad("Schema", what, "run `laurel migrate` with the owner's DATABASE_URL")


def _role(connection: Connection) -> Iterator[Finding]:
    row = connection.execute(_ROLE, {"role": APPLICATION_ROLE}).one_or_none()
    if row is None:
        yield bad("Role", f"{APPLICATION_ROLE} does not exist", "run `laurel migrate` as a role that may create roles")
    elif row.above_policies:
        remedy = f"ALTER ROLE {APPLICATION_ROLE} NOSUPERUSER NOBYPASSRLS"
        yield bad("Role", f"{APPLICATION_ROLE} passes row-level security", remedy)
    elif not row.usable:
        remedy = f"GRANT {APPLICATION_ROLE} TO the role in DATABASE_URL, or log in as {APPLICATION_ROLE}"
        yield bad("Role", f"this login may not act as {APPLICATION_ROLE}", remedy)
    else:
        yield good("Role", f"{APPLICATION_ROLE} is bound by row-level security, and usable")
    if connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar_one():
        remedy = f"for app and worker in production, log in as {APPLICATION_ROLE}"
        yield notice("Login", "DATABASE_URL logs in as a superuser", remedy)
