"""The doctor against real services: what is right, what is wrong and how to mend it, and never a secret."""

from __future__ import annotations

import base64
import io

import psycopg
import pytest
import redis
from rich.console import Console

from plugin.doctor.examination import examine, run_doctor
from plugin.doctor.findings import Finding, State
from plugin.doctor.services import place, postgresql_findings, redis_findings
from tests.support.sockets import listening

SECRET = "shpss_0123456789abcdef0123456789abcdef"
KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str) -> dict[str, str]:
    """A complete environment, set for this process, whose app does not run."""
    with listening() as closed_soon:
        app_url = f"http://127.0.0.1:{closed_soon}"
    complete = {
        "SHOPIFY_API_KEY": "0123456789abcdef0123456789abcdef",
        "SHOPIFY_API_SECRET": SECRET,
        "SHOPIFY_APP_URL": app_url,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "LAUREL_ENCRYPTION_KEY": KEY,
    }
    for name in ("SHOPIFY_API_SECRET_OLD", "LAUREL_SHOPIFY_ORIGIN", "LAUREL_HOME", "LAUREL_PORT", "LAUREL_LOG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in complete.items():
        monkeypatch.setenv(name, value)
    return complete


def _by_subject(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings}


def test_given_everything_configured_when_examined_then_nothing_is_bad_and_the_stopped_app_is_noticed(
    environment: dict[str, str],
) -> None:
    findings = _by_subject(list(examine(environment)))

    assert [finding for finding in findings.values() if finding.state is State.BAD] == []
    assert findings["PostgreSQL"].what.startswith("18")
    assert findings["Schema"].state is State.GOOD
    assert findings["Role"].state is State.GOOD
    assert findings["Redis memory"].state is State.GOOD
    assert findings["App"].state is State.NOTICE


def test_given_an_empty_environment_when_examined_then_each_variable_is_named_with_its_remedy(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in environment:
        monkeypatch.delenv(name)

    bad = [finding for finding in examine({}) if finding.state is State.BAD]

    assert [finding.subject for finding in bad] == list(environment)
    assert all(finding.remedy for finding in bad)


def test_given_a_placeholder_secret_when_the_doctor_runs_then_it_names_the_variable_and_shows_no_secret(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPIFY_API_SECRET", "changeme-changeme-changeme")
    output = io.StringIO()

    code = run_doctor(Console(file=output, width=400))

    assert code == 1
    assert "SHOPIFY_API_SECRET: is a placeholder" in output.getvalue()
    for secret in ("changeme", KEY, SECRET):
        assert secret not in output.getvalue()


def test_given_an_unmigrated_database_when_examined_then_it_says_to_migrate(postgres_server: str) -> None:
    findings = _by_subject(postgresql_findings(postgres_server.format("postgres")))

    assert findings["Schema"] == Finding(
        State.BAD, "Schema", "there is none yet", "run `laurel migrate` with the owner's DATABASE_URL"
    )


def test_given_an_older_schema_when_examined_then_both_revisions_are_named(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")

    findings = _by_subject(postgresql_findings(database_url))

    assert findings["Schema"].state is State.BAD
    assert findings["Schema"].what.startswith("at 0000; this code wants ")


def test_given_an_evicting_redis_when_examined_then_the_policy_is_named(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        before = client.config_get("maxmemory-policy")["maxmemory-policy"]
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            findings = _by_subject(redis_findings(redis_url))
        finally:
            client.config_set("maxmemory-policy", before)

    assert findings["Redis memory"].state is State.BAD
    assert findings["Redis memory"].what == "its eviction policy is allkeys-lru"


def test_given_nothing_listening_when_examined_then_services_are_unreachable_without_their_passwords() -> None:
    with listening() as closed_soon:
        port = closed_soon
    database = f"postgresql://laurel:hunter2@127.0.0.1:{port}/laurel"

    findings = [*postgresql_findings(database), *redis_findings(f"redis://:hunter2@127.0.0.1:{port}/0")]

    assert [finding.state for finding in findings] == [State.BAD, State.BAD]
    assert findings[0].what == f"cannot be reached at 127.0.0.1:{port}/laurel (OperationalError)"
    assert "hunter2" not in str(findings)


def test_given_addresses_when_shown_then_user_and_password_are_left_out() -> None:
    assert place("postgresql://owner:pw@db.example.com:5433/laurel?sslmode=require") == "db.example.com:5433/laurel"
    assert place("postgresql://owner@/laurel?host=/run/postgresql") == "a local socket/laurel"
    assert place("http://[broken") == "an unreadable address"


def test_given_one_server_named_as_a_cluster_when_examined_then_the_address_is_corrected(redis_url: str) -> None:
    finding = _by_subject(redis_findings(redis_url.replace("redis://", "redis+cluster://")))["Redis cluster"]
    assert finding.remedy == "use redis:// in REDIS_URL"
