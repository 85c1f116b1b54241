"""The layout that keeps imports working and rooms apart; each rule has bitten somebody before."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE_LINES_MAXIMUM = 300
_HOSTS = re.compile("|".join(a + b for a, b in (("py", r"pi\.org"), ("python", r"hosted\.org"), ("npm", r"js\.org"))))


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_graphql_is_graphql_core_when_the_root_is_the_current_directory() -> None:
    """A package in graphql/ would hide graphql-core, and strawberry with it, from every command run at the root."""
    assert importlib.metadata.version("graphql-core")
    code = "import graphql; print(graphql.__file__)"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "site-packages" in found


def test_no_folder_of_graphql_or_of_the_tests_is_made_a_package() -> None:
    """tests/graphql/__init__.py would be imported as `graphql`, in every import mode of pytest."""
    assert not (ROOT / "graphql" / "__init__.py").exists()
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_module_lies_loose_in_graphql() -> None:
    """graphql/ is on the path: a types.py in it would hide the standard library's."""
    assert list((ROOT / "graphql").glob("*.py")) == []


def test_files_stay_small_enough_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ("engine", "plugin", "graphql")
    }
    assert {name: lines for name, lines in long.items() if lines > FILE_LINES_MAXIMUM} == {}


def test_no_committed_file_names_a_package_registry() -> None:
    """Locks with hosts in them send everybody through one mirror, and break behind another."""
    texts = [path for path in tracked() if path.suffix not in (".png", ".svg", ".ico")]
    assert [path.name for path in texts if _HOSTS.search(path.read_text(errors="replace"))] == []
