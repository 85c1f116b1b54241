"""What a benchmark found: our figure, the reference's from the same run, and the ratio that is aimed at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """`ours` and `reference` are rates per second (more is better); None where only a figure is told."""

    what: str
    unit: str
    ours: float
    reference: float | None = None
    aim: str = ""

    def row(self) -> tuple[str, str, str, str, str]:
        """The cells of the table."""
        ratio = f"{self.ours / self.reference:.2f} ×" if self.reference else ""
        reference = f"{self.reference:,.0f} {self.unit}" if self.reference else ""
        digits = 0 if self.ours >= 100 else 1
        return self.what, f"{self.ours:,.{digits}f} {self.unit}", reference, ratio, self.aim
