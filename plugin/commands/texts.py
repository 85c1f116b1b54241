"""How commands ask for what they lack and say that they cannot go on."""

from __future__ import annotations

import os
from typing import NoReturn

import typer

USAGE_EXIT_CODE = 2


def variable(name: str, what: str) -> str:
    """A variable of the environment; without it the command ends and says what it is."""
    value = os.environ.get(name, "").strip()
    if not value:
        refuse(f"{name} is not set; it is {what}.")
    return value


def refuse(text: str) -> NoReturn:
    """End the command with a text for whoever called it."""
    typer.echo(text, err=True)
    raise typer.Exit(USAGE_EXIT_CODE)
