"""The ledger's state machine against its plain model, for as many steps as wanted: how many held.

No rate and no reference: a step that does not hold ends the run with what led to it. `LAUREL_MACHINE_STEPS` says how
many are wanted.
"""

from __future__ import annotations

import os

import psycopg
from sqlalchemy.engine import make_url

from engine.migration import migrate
from tests.bench.results import Result
from tests.bench.stage import Stage
from tests.engine.test_state_machine import STEPS, WholeMachine
from tests.support.ledger_machine import run_machine


def measure(stage: Stage) -> list[Result]:
    """How many steps held, in a database of their own, because its clock is set by hand."""
    name = f"machine_{os.getpid()}"
    with psycopg.connect(stage.postgres.owner_url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}".encode())
    url = make_url(stage.postgres.owner_url).set(database=name).render_as_string(hide_password=False)
    migrate(url)
    held = run_machine(WholeMachine, url, steps=STEPS)
    return [Result("state machine, steps that held", "steps", held, aim=f"{STEPS:,}")]
