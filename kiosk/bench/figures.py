"""What a figure is: what was promised, what was measured, and whether the promise is kept."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """One line of the table before it is measured."""

    what: str
    unit: str
    limit: float | None = None
    """At most so much, in `unit`; None for a figure that only stands beside another."""
    beside: str = ""
    """The figure of the same run it is set against, or empty."""


_THREE = "supervisor, visit and spare together"

PROMISES: dict[str, Promise] = {
    "press.terminal": Promise(
        "press → next screen whole, in a visit", "ms", 30.0, beside="press.glass"
    ),
    "press.glass": Promise("press → next screen whole, the glass alone", "ms", 30.0),
    "press.new": Promise("the same, no text drawn before", "ms", beside="press.glass"),
    "idle.supervisor": Promise("idle processor time: supervisor", "%"),
    "idle.visit": Promise("idle processor time: visit, first picture on the glass", "%"),
    "idle.spare": Promise("idle processor time: spare", "%"),
    "idle": Promise(f"idle processor time, {_THREE}", "%", 0.1),
    "start": Promise("`kiosk run` → first screen", "ms", 1000.0),
    "card": Promise("card authentication, our own time", "ms", 5.0, beside="card.pyscard"),
    "card.cpu": Promise("the same, processor time of the driver's thread", "ms"),
    "card.pyscard": Promise("the same APDUs through pyscard alone", "ms"),
    "card.opensc": Promise("OpenSC's pkcs15-crypt, the whole process", "ms", beside="card"),
    "vault": Promise("confirm → document verified and in the vault", "ms", 700.0),
    "coin": Promise("coin dropped → amount on the screen", "ms", 300.0),
    "coin.line": Promise("coin credited → event of the driver, at 9600 baud", "ms"),
    "visit": Promise("a whole visit of the autopilot", "ms", 5000.0),
    "takeover": Promise("SIGKILL of the visit → next frame", "ms", 60.0),
    "spare": Promise("SIGKILL of the visit → the next spare is ready", "ms", 1000.0),
    "memory.supervisor": Promise("memory (PSS): supervisor", "MB"),
    "memory.visit": Promise("memory (PSS): visit", "MB"),
    "memory.spare": Promise("memory (PSS): spare", "MB"),
    "memory": Promise(f"memory (PSS), {_THREE}", "MB", 220.0),
    "memory.paying": Promise(f"memory (PSS), {_THREE}, while paying", "MB", 220.0),
}
"""Every figure, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What was measured of one figure, in its promise's unit."""

    count: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One promise, measured."""

    name: str
    """A key of `PROMISES`."""
    sizes: Sizes
    load: float
    """The machine's load average over the minute before, ourselves included."""

    @property
    def promise(self) -> Promise:
        """What was promised."""
        return PROMISES[self.name]

    @property
    def verdict(self) -> str:
        """Kept if 95 of 100 keep the promise; the median alone is told apart; "" without one."""
        limit = self.promise.limit
        if limit is None:
            return ""
        if self.sizes.p95 <= limit:
            return "kept"
        return "median only" if self.sizes.p50 <= limit else "BROKEN"


def of(samples: Sequence[float]) -> Sizes:
    """Median and 95th percentile by nearest rank. Raises ValueError without a sample."""
    if not samples:
        raise ValueError("nothing was measured")
    ordered = sorted(samples)
    rank = -(-len(ordered) * 95 // 100)
    return Sizes(len(ordered), statistics.median(ordered), ordered[rank - 1])
