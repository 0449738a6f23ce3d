"""The frozen conditions, read from the file beside this module."""

import dataclasses
import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("conditions.toml")
NAMES = ("nominal", "blurry", "aged", "heavy", "heavy2", "torn45")


@dataclass(frozen=True, slots=True)
class Printer:
    """The engine: see the file for units."""

    spread_dot: float
    edge_noise: float
    threshold: float
    threshold_drift: float
    slope: float
    gain_dot: float
    black: float
    paper: float


@dataclass(frozen=True, slots=True)
class Condition:
    """What a sheet went through and how it was scanned: see the file for units."""

    rotation_deg: float
    scale: float
    jitter_px: float
    blur_px: float
    noise: float
    gamma: float
    shading: float
    contrast: float
    jpeg_quality: int
    stained: float
    rubbed: float
    creases: int
    torn: float

    def but(self, **changes: Any) -> "Condition":
        """The same with some values changed: a sweep over one of them, for example."""
        return dataclasses.replace(self, **changes)


def printer() -> Printer:
    """The one engine of the model."""
    return Printer(**_tables()["printer"])


def condition(name: str) -> Condition:
    """The frozen condition `name`. Raises KeyError for a name that is not in the file."""
    return Condition(**_values(name))


def _values(name: str) -> dict[str, Any]:
    table = dict(_tables()[name])
    base = table.pop("base", None)
    return {**(_values(base) if base else {}), **table}


@functools.cache
def _tables() -> dict[str, dict[str, Any]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
