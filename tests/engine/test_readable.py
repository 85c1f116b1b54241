"""What people write in any language is taken; what turns words around or rings a bell is not."""

from __future__ import annotations

import pytest

from engine.readable import is_readable


@pytest.mark.parametrize(
    "words",
    ["100\u00a0\u20ac", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
     "\U0001f468\u200d\U0001f469\u200d\U0001f466",
     "a\tb", "two\r\nlines", "wide\u3000space", "\u4f18\u60e0", ""],
)  # fmt: skip
def test_what_languages_are_written_with_is_readable(words: str) -> None:
    assert is_readable(words)


@pytest.mark.parametrize(
    "words", ["\0", "\u202etxt.exe", "\u2066", "\x07", "\x1b[31m", "\ud800", "\u2028", "\u200b\u200d", "\u3000"]
)
def test_what_hides_or_turns_words_is_not(words: str) -> None:
    assert not is_readable(words)
