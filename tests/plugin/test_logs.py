"""Logs as an operator reads them: one JSON object a line, with the bound ids, and never a secret."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

_SCRIPT = """
import logging, sys
import structlog
from plugin.logs import configure_logging

configure_logging({level!r})
{code}
"""


def _lines(code: str, *, level: str = "info") -> list[dict[str, Any]]:
    """What a process that runs this code logs; a process of its own, as logging belongs to the whole process."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT.format(level=level, code=code)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_given_bound_ids_when_logged_then_they_are_on_the_line() -> None:
    [line] = _lines(
        "structlog.contextvars.bind_contextvars(request_id='r1', shop='a.myshopify.com', program=7)\n"
        "structlog.get_logger('laurel.test').info('stored', topic='orders/paid')"
    )

    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "stored",
        "logger": "laurel.test",
        "level": "info",
        "request_id": "r1",
        "shop": "a.myshopify.com",
        "program": 7,
        "topic": "orders/paid",
    }


def test_given_keys_named_like_secrets_when_logged_then_they_are_left_out_at_any_depth() -> None:
    [line] = _lines(
        "structlog.get_logger().info('x', access_token='t1', apiKey='t2', kept='yes', "
        "headers={'Authorization': 't3', 'X-Shopify-Hmac-Sha256': 't4', 'inner': [{'password': 't5', 'a': 1}]}, "
        "url='postgresql://owner:t6@db:5432/laurel')"
    )

    assert line["kept"] == "yes"
    assert line["headers"] == {"inner": [{"a": 1}]}
    assert line["url"] == "postgresql://owner:***@db:5432/laurel"
    for secret in ("t1", "t2", "t3", "t4", "t5", "t6"):
        assert f'"{secret}"' not in json.dumps(line)


def test_given_uvicorn_and_other_libraries_when_they_log_then_it_is_in_the_same_form() -> None:
    [line] = _lines(
        "logging.getLogger('uvicorn.error').info('Started %d', 7, extra={'color_message': 'x'})\n"
        "logging.getLogger('httpx').info('GET /?id_token=secret')"
    )

    assert line["event"] == "Started 7"
    assert line["logger"] == "uvicorn.error"
    assert "color_message" not in line


def test_given_an_exception_when_logged_then_its_trace_is_one_field_of_one_line() -> None:
    [line] = _lines("try:\n    1 / 0\nexcept ZeroDivisionError:\n    structlog.get_logger().exception('failed')")

    assert line["level"] == "error"
    assert line["exception"].endswith("ZeroDivisionError: division by zero")


def test_given_a_level_when_less_urgent_lines_come_then_they_are_dropped() -> None:
    code = "structlog.get_logger().info('no')\nstructlog.get_logger().warning('yes')"

    assert [line["event"] for line in _lines(code, level="warning")] == ["yes"]
