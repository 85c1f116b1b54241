"""The command line as processes: what each command needs, prints and ends with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from laurel_graphql.sdl import print_sdl

LAUREL = Path(sys.executable).parent / "laurel"
COMPLETE = {
    "SHOPIFY_API_KEY": "0123456789abcdef0123456789abcdef",
    "SHOPIFY_API_SECRET": "shpss_0123456789abcdef0123456789abcdef",
    "SHOPIFY_APP_URL": "http://127.0.0.1:1",
    "DATABASE_URL": "postgresql://laurel_app:hunter2@127.0.0.1:1/laurel",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "LAUREL_ENCRYPTION_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
}


def _laurel(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this process's environment but the path."""
    clean = {"PATH": os.environ["PATH"], "NO_COLOR": "1", **environment}
    return subprocess.run([LAUREL, *arguments], env=clean, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_given_an_empty_environment_when_a_program_starts_then_it_refuses_and_names_each_variable(
    command: str,
) -> None:
    done = _laurel(command)

    assert done.returncode == 2
    assert [line.partition(":")[0] for line in done.stderr.splitlines()[1:-1]] == list(COMPLETE)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOPIFY_API_SECRET", "changeme-changeme-changeme"),
        ("LAUREL_ENCRYPTION_KEY", "bm90IDMyIGJ5dGVz"),
        ("SHOPIFY_APP_URL", "http://app.example.com"),
        ("SHOPIFY_API_SECRET_OLD", "tiny"),
    ],
)
def test_given_an_unusable_value_when_the_app_starts_then_it_names_the_variable_and_shows_no_value(
    name: str, value: str
) -> None:
    done = _laurel("serve", **{**COMPLETE, name: value})

    assert done.returncode == 2
    assert name in done.stderr
    assert value not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["migrate", "audit"])
def test_given_no_database_when_a_command_needs_one_then_it_names_the_variable(command: str) -> None:
    done = _laurel(command)

    assert done.returncode == 2
    assert done.stderr.startswith("DATABASE_URL is not set; it is the address of PostgreSQL")


def test_given_only_a_database_when_migrated_then_it_is_at_the_newest_schema(postgres_server: str) -> None:
    with psycopg.connect(postgres_server.format("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE laurel_cli")
    try:
        first = _laurel("migrate", DATABASE_URL=postgres_server.format("laurel_cli"))
        second = _laurel("migrate", DATABASE_URL=postgres_server.format("laurel_cli"))
    finally:
        with psycopg.connect(postgres_server.format("postgres"), autocommit=True) as connection:
            connection.execute("DROP DATABASE laurel_cli WITH (FORCE)")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout == second.stdout
    assert first.stdout.startswith("The database is at ")


def test_given_a_sound_database_when_audited_then_each_invariant_is_printed_and_none_is_broken(
    database_url: str,
) -> None:
    done = _laurel("audit", DATABASE_URL=database_url)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "balance-available: 0 checked, ok" in done.stdout
    assert done.stdout.rstrip().endswith(" 0 breaches")


def test_given_a_forged_balance_when_audited_then_the_breach_is_named_and_the_command_ends_with_1(
    database_url: str,
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO programs (program_id) VALUES (7)")
        connection.execute(
            "INSERT INTO shops (program_id, shop_id, domain, name, currency, time_zone, scopes, installed_at) "
            "VALUES (7, 1, 'forged.myshopify.com', 'Forged', 'USD', 'UTC', '{}', now())"
        )
        connection.execute("INSERT INTO shop_directory VALUES ('forged.myshopify.com', 7, 1, true)")
        connection.execute("INSERT INTO members (program_id, joined_at, available) VALUES (7, now(), 5)")

    done = _laurel("audit", "--program", "7", DATABASE_URL=database_url)

    assert done.returncode == 1
    assert "balance-available: 1 checked, BREACH 1" in done.stdout


def test_given_a_database_that_is_not_there_when_audited_then_it_ends_with_2_and_without_the_password() -> None:
    done = _laurel("audit", DATABASE_URL="postgresql://owner:hunter2@127.0.0.1:1/laurel")

    assert done.returncode == 2
    assert "cannot be audited (OperationalError)" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["storefront", "merchant"])
def test_given_a_schema_name_when_printed_then_it_is_the_sdl_and_needs_no_environment(name: str) -> None:
    done = _laurel("schema", name)

    assert done.returncode == 0
    assert done.stdout.rstrip("\n") == print_sdl("storefront" if name == "storefront" else "merchant").rstrip("\n")


def test_given_no_client_id_when_the_app_config_is_asked_then_the_variable_is_named() -> None:
    done = _laurel("app-config", SHOPIFY_APP_URL="https://app.example.com")

    assert done.returncode == 2
    assert done.stderr.startswith("SHOPIFY_API_KEY is not set; it is the client id")


def test_given_an_empty_environment_when_the_doctor_is_asked_then_it_ends_with_1() -> None:
    done = _laurel("doctor")

    assert done.returncode == 1
    assert "DATABASE_URL: is not set" in done.stdout
